/**
 * What the parts of a connection may ask of it.
 *
 * @module
 */

import type { ClosedError } from "../errors.ts";
import type { Clock } from "../util/clock.ts";

/** A connection, as its inbox, outbox and the rest see it. */
export interface Host {
  readonly clock: Clock;
  /** Closes the connection because of `error`, with its close code or else 1011; what waits to be sent is given up. */
  fail(error: unknown): void;
  /** How the connection ended, once it has; always the same error. */
  end(): ClosedError;
  /** A promise that rejects with how the connection ended, once it has. */
  ended(): Promise<never>;
}
