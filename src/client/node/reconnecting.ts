/**
 * `reconnecting` in Node.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { reconnectWith } from "../../connection/reconnecting.ts";
import type { ReconnectOptions } from "../../connection/reconnecting.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { ClientHandshake, ConnectOptions } from "./connect-options.ts";
import { openConnection } from "./connect.ts";
import { RECONNECT_OPTIONS } from "./option-names.ts";

/**
 * Yields a connection, and another one whenever the loop comes round: after the body has ended, for whatever reason.
 * Attempts are spread by exponential backoff with full jitter, as the server asks by `Retry-After` or by closing with
 * 1012 or 1013. Leaving the loop closes the connection.
 *
 * @throws the error for which `isFatal` says so, or the signal's reason.
 * @throws TypeError at once for an option that there is not.
 *
 * @example
 * ```ts
 * for await (const connection of reconnecting("wss://example.com/chat")) {
 *   await connection.forEach((message) => console.log(message)).catch(() => {});
 * }
 * ```
 */
export function reconnecting(
  url: string | URL,
  options: ConnectOptions & ReconnectOptions<ConnectOptions> = {},
): AsyncGenerator<Connection<undefined, ClientHandshake>, never, undefined> {
  checkOptions("reconnecting", options, RECONNECT_OPTIONS);
  return reconnectWith(connectAgain, url, options, stayAlive);
}

/** `refresh` may have given new options. */
async function connectAgain(
  url: string | URL,
  options: ConnectOptions,
): Promise<Connection<undefined, ClientHandshake>> {
  checkOptions("reconnecting", options, RECONNECT_OPTIONS);
  return openConnection(url, options);
}

/** The timers of a clock let the process end, but somebody waits for this one. Nothing here ends a wait early. */
function stayAlive(): () => void {
  const timer = setInterval(() => {}, 2 ** 30);
  return () => clearInterval(timer);
}
