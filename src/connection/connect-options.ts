/**
 * What every client takes, whatever its platform.
 *
 * @module
 */

import type { ConnectionOptions } from "./connection.ts";

/** Options of `connect` on every platform. Durations are milliseconds. */
export interface CommonConnectOptions extends ConnectionOptions {
  /** The subprotocols to offer, the preferred one first (RFC 6455 section 1.9). */
  readonly subprotocols?: readonly string[] | undefined;
  /** Gives up connecting; the promise rejects with the signal's reason. Has no effect once connected. */
  readonly signal?: AbortSignal | undefined;
  /** How long connecting may take, redirects included. Default: 10000. */
  readonly openTimeout?: number | undefined;
}
