/**
 * How deep values may be.
 *
 * @module
 */

/** Deeper than this, a value is refused: what follows it would run out of stack. */
export const MAX_DEPTH = 100;

/** @throws RangeError for a value that is nested too deep, or in itself. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`values may be ${MAX_DEPTH} levels deep at most`);
}
