/**
 * Where servers say what went wrong.
 *
 * @module
 */

/** A `console`, or something like it. */
export interface Logger {
  error(...data: unknown[]): void;
  warn(...data: unknown[]): void;
}
