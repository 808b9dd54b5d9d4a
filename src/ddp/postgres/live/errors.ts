/**
 * Which errors of the database pass.
 *
 * @module
 */

/**
 * Classes of SQLSTATE (Appendix A of PostgreSQL's documentation) of which the same statement may succeed later: connection, transaction
 * rollback, resources, object in use, operator intervention, system.
 */
const PASSING = new Set(["08", "40", "53", "55", "57", "58"]);

/** Whether it makes sense to ask again: the database couldn't be reached, or had no time. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // (What the server says has a severity; errors of sockets have codes too.)
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  if (typeof severity === "string") return PASSING.has(String(code).slice(0, 2));
  return !(error instanceof TypeError || error instanceof RangeError);
}
