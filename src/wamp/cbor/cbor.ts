/**
 * `wamp.2.cbor`.
 *
 * @module
 */

import { decode, encode } from "cborg";
import type { Serializer } from "../protocol/serializer.ts";

/** The serializer for CBOR. */
export const cbor: Serializer = {
  name: "cbor",
  subprotocol: "wamp.2.cbor",
  rawSocketId: 3,
  encode: (message) => encode(message),
  decode(data) {
    if (typeof data === "string") throw new TypeError("CBOR is sent as binary");
    return decode(data);
  },
};
