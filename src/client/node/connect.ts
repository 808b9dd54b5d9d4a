/**
 * `connect` over Node's HTTP client.
 *
 * @module
 */

import { Connection } from "../../connection/connection.ts";
import type { TransportSink } from "../../connection/transport.ts";
import { createCodec, readCompression } from "../../node/deflate/codec.ts";
import type { CompressionOptions } from "../../node/deflate/codec.ts";
import { tlsFacts } from "../../node/tls-facts.ts";
import { WebSocketTransport } from "../../node/websocket-transport.ts";
import { systemClock } from "../../util/clock.ts";
import { interruptible } from "../../util/interruptible.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { ClientHandshake, ConnectOptions } from "./connect-options.ts";
import { Opening } from "./opening.ts";
import type { Opened } from "./opening.ts";
import { CONNECT_OPTIONS } from "./option-names.ts";
import { readFields } from "./request-headers.ts";
import { readTarget } from "./target.ts";

type ClientConnection = Connection<undefined, ClientHandshake>;

/**
 * Connects to a WebSocket server. Close the connection when it is no longer needed.
 *
 * The URL is `ws:` or `wss:` (or `http:` or `https:`), or `ws+unix:/path/to/socket:/resource`. Credentials in it are sent
 * as Basic authentication; a fragment is dropped. All errors come as rejections.
 *
 * @throws HandshakeError when the server refused, with its status, headers and body, or when its answer makes no sense.
 * @throws FullduplexError `ERR_CONNECT` when no server could be reached; `cause` says why.
 * @throws TimeoutError after `openTimeout`, or the signal's reason.
 * @throws TypeError or RangeError for a URL or options that make no sense, and for an option that there is not.
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
): Promise<ClientConnection> {
  checkOptions("connect", options, CONNECT_OPTIONS);
  return openConnection(url, options);
}

/** As {@link connect}, for options whose names are known to be right. */
export async function openConnection(
  url: string | URL,
  options: ConnectOptions,
): Promise<ClientConnection> {
  const { compression = true, clock = systemClock, openTimeout: timeout = 10_000 } = options;
  const target = readTarget(url, options.socketPath);
  const fields = readFields(options.headers, options.origin);
  const deflate = readCompression(compression);
  const { signal } = options;
  const accept = (opened: Opened): ClientConnection => toConnection(opened, options, deflate);
  return interruptible("connecting", { clock, signal, timeout }, (resolve, reject) => {
    const plan = { options, deflate, accept, resolve, reject };
    const opening = new Opening(target, fields, plan);
    return () => opening.cancel();
  });
}

function toConnection(
  { target, socket, head, headers, acceptance }: Opened,
  options: ConnectOptions,
  compression: CompressionOptions = {},
): ClientConnection {
  const { subprotocol, deflate } = acceptance;
  const { maxMessage, clock } = options;
  const codec = deflate && createCodec("client", deflate, compression);
  const request = { url: target.url.href, headers, tls: tlsFacts(socket) };
  const open = (sink: TransportSink): WebSocketTransport =>
    new WebSocketTransport(socket, sink, { role: "client", maxMessage, codec, head, clock });
  return new Connection(open, { data: undefined, request, subprotocol }, options);
}
