/**
 * The protocol's needs met by what browsers, Node, Deno and Bun have in common.
 *
 * @module
 */

import type { ProtocolPlatform } from "./platform.ts";

/** What this file needs of its platform; declared here because no platform's types are known to this layer. */
interface Web {
  readonly crypto: { getRandomValues(array: Uint32Array): unknown };
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    encoding: string,
    options: { ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

const web = globalThis as unknown as Web;
const encoder = new web.TextEncoder();
// It would otherwise drop a byte-order mark.
const decoder = new web.TextDecoder("utf-8", { ignoreBOM: true });

/** Keys are made in advance: a call for each costs more than the key. */
const keys = new Uint32Array(256);
let nextKey = keys.length;

/** Works wherever there are `TextEncoder`, `TextDecoder` and `crypto`. */
export const webPlatform: ProtocolPlatform = {
  allocate: (size) => new Uint8Array(size),
  decodeUtf8: (bytes, start, end) => decoder.decode(bytes.subarray(start, end)),
  encodeUtf8: (text) => encoder.encode(text),
  maskingKey() {
    if (nextKey === keys.length) {
      web.crypto.getRandomValues(keys);
      nextKey = 0;
    }
    return keys[nextKey++]!;
  },
};
