/**
 * Base64 (RFC 4648 section 4), strictly: padded, and without white space.
 *
 * @module
 */

/** Bytes that become letters at once: arguments of one call. A multiple of three, so that the parts can be joined. */
const PART = 12_288;

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PART) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + PART)));
  }
  return text;
}

/** @throws TypeError for anything else. */
export function fromBase64(text: string): Uint8Array {
  // (`atob` would take text without padding, or with white space.)
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new TypeError("no base64");
  }
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}
