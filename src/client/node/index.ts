/**
 * The client: `connect` and `reconnecting`, in Node.
 *
 * @module
 */

export { connect } from "./connect.ts";
export type { ClientHandshake, ConnectOptions } from "./connect-options.ts";
export type { TlsFacts } from "../../node/tls-facts.ts";
export { reconnecting } from "./reconnecting.ts";
export type { BackoffOptions } from "../../connection/backoff.ts";
export type { Connection, ConnectionOptions } from "../../connection/connection.ts";
export type { Data, Parts } from "../../connection/data.ts";
export type { RecvOptions } from "../../connection/inbox.ts";
export type { KeepaliveOptions } from "../../connection/keepalive.ts";
export type { SendOptions } from "../../connection/outbox.ts";
export { prepare } from "../../connection/prepared-message.ts";
export type { PreparedMessage } from "../../connection/prepared-message.ts";
export type { ReconnectOptions, Refreshed, Retry } from "../../connection/reconnecting.ts";
export type { Message } from "../../connection/transport.ts";
export {
  ClosedError,
  FullduplexError,
  HandshakeError,
  LimitError,
  ProtocolError,
  StateError,
  TimeoutError,
} from "../../errors.ts";
export type { CloseInfo, ErrorCode } from "../../errors.ts";
export type { HttpHeaders } from "../../http/headers.ts";
export type { CompressionOptions } from "../../node/deflate/codec.ts";
export type { Clock, Timer } from "../../util/clock.ts";
export { CloseCode } from "../../util/close-code.ts";
