/**
 * `reconnecting` in a browser.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { reconnectWith } from "../../connection/reconnecting.ts";
import type { ReconnectOptions } from "../../connection/reconnecting.ts";
import { connect } from "./connect.ts";
import type { ClientHandshake, ConnectOptions } from "./connect.ts";

/**
 * Yields a connection, and another one whenever the loop comes round: after the body has ended, for whatever reason.
 * Attempts are spread by exponential backoff with full jitter, as the server asks by `Retry-After` or by closing with
 * 1012 or 1013; and made at once when the network is back, the page becomes visible, or is shown from the
 * back-forward cache. Leaving the loop closes the connection.
 *
 * @throws the error for which `isFatal` says so, or the signal's reason.
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
  return reconnectWith(connect, url, options, onWake);
}

function onWake(callback: () => void): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  // (Workers have no document.)
  globalThis.document?.addEventListener(
    "visibilitychange",
    () => document.hidden || callback(),
    options,
  );
  // `pageshow` comes after the return from the back-forward cache.
  for (const event of ["online", "pageshow"]) addEventListener(event, callback, options);
  return () => stop.abort();
}
