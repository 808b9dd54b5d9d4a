/**
 * `wamp.2.cbor`.
 *
 * @module
 */

import { decode, encode } from "cborg";
import * as Found from "../protocol/found.ts";
import { inspect, isWellFormed, widen } from "../protocol/plain.ts";
import type { Serializer } from "../protocol/serializer.ts";
import { CheckedTokenizer } from "./tokenizer.ts";

/** (Keys stay in the application's order, and floats have eight bytes: small decoders don't know the shorter ones.) */
const options = { float64: true, ignoreUndefinedProperties: true, mapSorter: undefined as never };

/** What the library would write in another way than the other serializers. */
const OTHERWISE = Found.Edge | Found.Hole | Found.Surrogate | Found.Foreign;

/**
 * The serializer for CBOR; `Uint8Array` is its byte string.
 *
 * Integers beyond 2^53 are bigints, in both directions. Tags are no part of WAMP: a peer that sends one breaks the protocol.
 *
 * @example
 * ```ts
 * import { json } from "fullduplex/wamp";
 * import { cbor } from "fullduplex/wamp/cbor";
 * import { createRouter } from "fullduplex/wamp/router";
 *
 * // The first one that a client offers, too, is used.
 * const router = createRouter({ serializers: [cbor, json] });
 * console.log(router.subprotocols); // ["wamp.2.cbor", "wamp.2.json"]
 * ```
 */
export const cbor: Serializer = {
  name: "cbor",
  subprotocol: "wamp.2.cbor",
  rawSocketId: 3,
  encode(message) {
    const plain = (inspect(message, isWellFormed) & OTHERWISE) === 0;
    return encode(plain ? message : widen(message), options);
  },
  decode(data) {
    if (typeof data === "string") throw new TypeError("CBOR is sent as binary");
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return decode(bytes, { tokenizer: new CheckedTokenizer(bytes) });
  },
};
