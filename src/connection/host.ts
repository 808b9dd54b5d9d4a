/**
 * What the parts of a connection may ask of it.
 *
 * @module
 */

import type { ClosedError, CloseInfo } from "../errors.ts";
import type { Clock } from "../util/clock.ts";
import type { Outgoing } from "./outbox.ts";
import type { Transport } from "./transport.ts";

/** A connection, as its inbox, outbox and the rest see it. */
export interface Host {
  readonly clock: Clock;
  readonly transport: Transport;
  /** How the connection ended, once it has. */
  readonly info: CloseInfo | undefined;
  /** How many messages were dropped. */
  dropped: number;
  /** Where messages go out, if not straight to the transport. */
  outbox: Outgoing | undefined;
  /** Closes the connection because of `error`, with its close code or else 1011; what waits to be sent is given up. */
  fail(error: unknown): void;
  /** How the connection ended, once it has; always the same error. */
  end(): ClosedError;
  /** A promise that rejects with how the connection ended, once it has. */
  ended(): Promise<never>;
}
