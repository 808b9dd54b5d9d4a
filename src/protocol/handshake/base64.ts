/**
 * Base64 (RFC 4648 section 4), which no standard library of the language has yet.
 *
 * @module
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Encodes bytes, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const { length } = bytes;
  let text = "";
  for (let at = 0; at < length; at += 3) {
    const triple = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET[triple >>> 18]! + ALPHABET[(triple >>> 12) & 0x3f]!;
    text += at + 1 < length ? ALPHABET[(triple >>> 6) & 0x3f]! : "=";
    text += at + 2 < length ? ALPHABET[triple & 0x3f]! : "=";
  }
  return text;
}
