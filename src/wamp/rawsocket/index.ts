/**
 * `fullduplex/wamp/rawsocket`: WAMP over TCP, TLS and Unix sockets without HTTP.
 *
 * @module
 */

export type { RawSocketAddress } from "./address.ts";
export { connectRawSocket } from "./connect.ts";
export type { ConnectRawSocketOptions } from "./connect.ts";
export type { RawSocketConnection, RawSocketHandshake } from "./facts.ts";
export { serveRawSocket } from "./serve.ts";
export type {
  RawSocketHandler,
  RawSocketLogger,
  RawSocketServer,
  ServeRawSocketOptions,
} from "./serve.ts";
