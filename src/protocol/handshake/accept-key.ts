/**
 * The proof that a server understood the handshake (RFC 6455 section 1.3).
 *
 * @module
 */

import { encodeBase64 } from "./base64.ts";

/** Hashes with SHA-1; given by the platform. */
export type Sha1 = (data: Uint8Array) => Uint8Array;

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY_LENGTH = 24;

/** Whether `key` is what 16 bytes look like in base64 (RFC 6455 section 4.1). */
export function isKey(key: string): boolean {
  return key.length === KEY_LENGTH && /^[A-Za-z0-9+/]{22}==$/.test(key);
}

/** The `Sec-WebSocket-Accept` that belongs to a `Sec-WebSocket-Key`. */
export function acceptKey(key: string, sha1: Sha1): string {
  const text = key + GUID;
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return encodeBase64(sha1(bytes));
}
