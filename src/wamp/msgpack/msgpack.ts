/**
 * `wamp.2.msgpack`.
 *
 * @module
 */

import { decode, encode } from "@msgpack/msgpack";
import type { Serializer } from "../protocol/serializer.ts";

/** The serializer for MessagePack. */
export const msgpack: Serializer = {
  name: "msgpack",
  subprotocol: "wamp.2.msgpack",
  rawSocketId: 2,
  encode: (message) => encode(message),
  decode(data) {
    if (typeof data === "string") throw new TypeError("MessagePack is sent as binary");
    return decode(data);
  },
};
