/**
 * `wamp.2.msgpack`.
 *
 * @module
 */

import { Encoder } from "@msgpack/msgpack";
import * as Found from "../protocol/found.ts";
import { inspect, isWellFormed, MAX_DEPTH, widen } from "../protocol/plain.ts";
import type { Serializer } from "../protocol/serializer.ts";
import { readMsgpack } from "./reader.ts";

const options = { ignoreUndefined: true, maxDepth: MAX_DEPTH + 1 };
const encoder = new Encoder(options);
/** It writes all integers beyond 32 bits as floats, unless they are bigints: for what was widened only. */
const wideEncoder = new Encoder({ ...options, useBigInt64: true });

/**
 * The serializer for MessagePack; `Uint8Array` is its `bin`, strings are its `str`.
 *
 * Integers beyond 2^53 are bigints, in both directions. Extension types (and with them its timestamps) are no part of WAMP: a peer
 * that sends one breaks the protocol.
 *
 * @example
 * ```ts
 * import { json } from "fullduplex/wamp";
 * import { msgpack } from "fullduplex/wamp/msgpack";
 * import { createRouter } from "fullduplex/wamp/router";
 *
 * // The first one that a client offers, too, is used.
 * const router = createRouter({ serializers: [msgpack, json] });
 * console.log(router.subprotocols); // ["wamp.2.msgpack", "wamp.2.json"]
 * ```
 */
export const msgpack: Serializer = {
  name: "msgpack",
  subprotocol: "wamp.2.msgpack",
  rawSocketId: 2,
  encode(message) {
    const found = inspect(message, isWellFormed);
    const plain = (found & (Found.Bigint | Found.Edge | Found.Surrogate)) === 0;
    return plain ? encoder.encode(message) : wideEncoder.encode(widen(message));
  },
  decode(data) {
    if (typeof data === "string") throw new TypeError("MessagePack is sent as binary");
    return readMsgpack(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  },
};
