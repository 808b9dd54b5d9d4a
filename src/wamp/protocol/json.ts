/**
 * `wamp.2.json`. Bytes are strings that begin with U+0000, followed by base64 (WAMP specification, "Binary support in JSON").
 *
 * @module
 */

import type { List } from "./messages.ts";
import type { Serializer } from "./serializer.ts";

/** The serializer for JSON. */
export const json: Serializer = {
  name: "json",
  subprotocol: "wamp.2.json",
  rawSocketId: 1,
  encode: (message: List) => JSON.stringify(message),
  decode(data) {
    if (typeof data !== "string") throw new TypeError("JSON is sent as text");
    return JSON.parse(data);
  },
};
