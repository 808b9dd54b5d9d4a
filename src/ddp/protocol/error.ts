/**
 * Errors that cross the network.
 *
 * @module
 */

import { FullduplexError } from "../../errors.ts";

/**
 * An error that the other side may see: thrown by a method or a publication, it reaches the client as it is. Anything else that
 * they throw reaches it as "Internal server error", and the server's log.
 */
export class DdpError extends FullduplexError {
  /** What kind of error it is, for programs: such as `"not-found"`, or 404. */
  declare readonly error: string | number;
  /** A sentence for people. */
  declare readonly reason: string | undefined;
  /** Anything that JSON holds. (Not EJSON: a date arrives as text.) */
  declare readonly details: unknown;

  constructor(error: string | number, reason?: string, details?: unknown, options?: ErrorOptions) {
    super("ERR_DDP", reason === undefined ? `[${error}]` : `${reason} [${error}]`, options);
    this.error = error;
    this.reason = reason;
    this.details = details;
  }
}
