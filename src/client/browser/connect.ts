/**
 * `connect` over a browser's own WebSocket.
 *
 * @module
 */

import type { CommonConnectOptions } from "../../connection/connect-options.ts";
import { Connection } from "../../connection/connection.ts";
import { FullduplexError, HandshakeError } from "../../errors.ts";
import { systemClock } from "../../util/clock.ts";
import { interruptible } from "../../util/interruptible.ts";
import { BrowserTransport } from "./browser-transport.ts";

/** Options of `connect`. A browser gives a page no say in the rest of the handshake. */
export type ConnectOptions = CommonConnectOptions;

/** What is known about a client's handshake. */
export interface ClientHandshake {
  /** The address that was connected to. */
  readonly url: string;
}

/**
 * Connects to a WebSocket server. Close the connection when it is no longer needed.
 *
 * @throws HandshakeError (as a rejection) when there is no server or it refused; a browser doesn't say which.
 * @throws TimeoutError after `openTimeout`, or the signal's reason.
 * @throws FullduplexError `ERR_UNSUPPORTED` for `headers`, which a browser has no means for.
 *
 * @example
 * ```ts
 * const connection = await connect("wss://example.com/chat");
 * await connection.send("hello");
 * console.log(await connection.recv());
 * await connection.close();
 * ```
 */
export async function connect(
  url: string | URL,
  options: ConnectOptions = {},
): Promise<Connection<undefined, ClientHandshake>> {
  const { signal, openTimeout = 10_000, clock = systemClock } = options;
  // (Only code that was written for other platforms can get here: the types rule it out.)
  if ("headers" in options) throw new FullduplexError("ERR_UNSUPPORTED", "no headers here");
  return interruptible("connecting", { clock, signal, timeout: openTimeout }, (resolve, reject) => {
    const socket = new WebSocket(url, [...(options.subprotocols ?? [])]);
    socket.binaryType = "arraybuffer";
    socket.onclose = (): void => reject(new HandshakeError("connecting failed"));
    // The transport has to be there before the first message: it is made in the same task as `open`.
    socket.onopen = (): void => {
      const subprotocol = socket.protocol || undefined;
      const init = { data: undefined, request: { url: socket.url }, subprotocol };
      resolve(new Connection((sink) => new BrowserTransport(socket, sink, options), init, options));
    };
    return () => {
      socket.onopen = null;
      if (!socket.readyState) socket.close();
    };
  });
}
