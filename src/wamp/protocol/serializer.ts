/**
 * How messages become what a connection carries.
 *
 * @module
 */

import type { List } from "./messages.ts";

export interface Serializer {
  /** Such as `json`. */
  readonly name: string;
  /** For WebSockets (RFC 6455 section 1.9), such as `wamp.2.json`. */
  readonly subprotocol: string;
  /** For the handshake of RawSocket. */
  readonly rawSocketId: number;
  /** A string is sent as text, bytes as binary. */
  encode(message: List): string | Uint8Array;
  /**
   * What was encoded; nobody has checked that it is a message.
   *
   * @throws for what can't be decoded: text where it should be binary and the other way round, too.
   */
  decode(data: string | Uint8Array): unknown;
}
