/**
 * What is made of a prepared message once, for all the connections that it is sent to.
 *
 * @module
 */

import type { PreparedMessage } from "../connection/prepared-message.ts";
import { LEND_LIMIT } from "../connection/transport.ts";
import { frameMessage } from "../protocol/frame-writer.ts";
import { compressOnce } from "./deflate/codec.ts";
import type { DeflateCodec } from "./deflate/codec.ts";
import { nodePlatform } from "./platform.ts";

/** The payload of a prepared message. */
export function preparedBytes({ data, derived }: PreparedMessage): Uint8Array {
  if (typeof data !== "string") return data;
  return derive(derived, "node:bytes", () => nodePlatform.encodeUtf8(data));
}

/**
 * The frame that a server sends for a prepared message; `undefined` when each connection has to make its own, because
 * it compresses in its own context, or off the event loop.
 */
export function preparedFrame(
  message: PreparedMessage,
  codec: DeflateCodec | undefined,
): Uint8Array | undefined {
  if (!codec) return plainFrame(message);
  const payload = preparedBytes(message);
  if (payload.length < codec.threshold) return plainFrame(message);
  if (codec.sharedKey === undefined) return undefined;
  if (payload.length > LEND_LIMIT) {
    compressOnce(payload);
    return undefined;
  }
  return derive(message.derived, codec.sharedKey, () => {
    return frame(codec.compress(payload) as Uint8Array, message.text, true);
  });
}

function plainFrame(message: PreparedMessage): Uint8Array {
  const { text, derived } = message;
  return derive(derived, "node:frame", () => frame(preparedBytes(message), text, false));
}

/** A `Buffer`, because a socket would make one of anything else at each write. */
function frame(payload: Uint8Array, text: boolean, compressed: boolean): Buffer {
  const { buffer, byteOffset, byteLength } = frameMessage(payload, { text, compressed });
  return Buffer.from(buffer, byteOffset, byteLength);
}

function derive(derived: Map<string, unknown>, key: string, make: () => Uint8Array): Uint8Array {
  let value = derived.get(key) as Uint8Array | undefined;
  if (!value) {
    value = make();
    derived.set(key, value);
  }
  return value;
}
