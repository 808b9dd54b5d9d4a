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
  /**
   * A string is sent as text, bytes as binary.
   *
   * The data of an application is what JSON has, `Uint8Array` and bigints of 64 bits. An attribute that is `undefined` is left
   * out; in a list it is null. Keys are in the order of the object.
   *
   * @throws TypeError for other data: functions, symbols, instances of classes such as `Date` and `Map`.
   * @throws RangeError for bigints beyond 64 bits, and more than 100 lists and dictionaries within each other.
   */
  encode(message: List): string | Uint8Array;
  /**
   * What was encoded; nobody has checked that it is a message. Whatever comes out can be encoded again, by each serializer. Of
   * keys that come twice the last one counts; `__proto__` is a key as any other. The bytes are only lent: what is kept of them is
   * copied.
   *
   * @throws TypeError, RangeError or another error for what can't be decoded: text where it should be binary and the other way round, too.
   */
  decode(data: string | Uint8Array): unknown;
}
