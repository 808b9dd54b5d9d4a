/**
 * What an application may send, brought into the form that transports take.
 *
 * @module
 */

import type { PreparedMessage } from "./prepared-message.ts";
import type { Message } from "./transport.ts";

/** A whole message: text, or bytes in any of the platform's forms. */
export type Data = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** A message in parts, which are all text or all binary. */
export type Parts = Iterable<Data> | AsyncIterable<Data>;

/** Whether `data` yields parts. Strings and views are iterable too, but are messages. */
export function isParts(data: Data | Parts | PreparedMessage): data is Parts {
  if (typeof data === "string" || ArrayBuffer.isView(data)) return false;
  // (Whatever else it is, in spite of its type.)
  const parts = data as Partial<Iterable<Data> & AsyncIterable<Data>> | undefined;
  return !!(parts?.[Symbol.asyncIterator] ?? parts?.[Symbol.iterator]);
}

/** Views keep their memory: nothing is copied here. Throws a `TypeError` for anything else than data. */
export function toMessage(data: Data): Message {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  // (By its tag rather than its class, which differs between realms.)
  if ({}.toString.call(data).endsWith("ArrayBuffer]")) return new Uint8Array(data);
  throw new TypeError("a message is text or bytes");
}

/** Each part as a message. Text may be cut anywhere: half a character waits for its other half. */
export async function* toMessages(parts: Parts): AsyncGenerator<Message> {
  let half = "";
  for await (const part of parts) {
    const message = toMessage(part);
    if (typeof message !== "string") {
      yield message;
      continue;
    }
    const text = half + message;
    half = endsInsideCharacter(text) ? text.slice(-1) : "";
    yield half ? text.slice(0, -1) : text;
  }
  if (half) yield half;
}

/** Whether the last unit is the first half of a surrogate pair. */
function endsInsideCharacter(text: string): boolean {
  return (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
}

/** One message of parts that are all text or all binary. */
export function joinParts(parts: readonly Message[]): Message {
  if (typeof parts[0] === "string") return parts.join("");
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts as Uint8Array[]) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
