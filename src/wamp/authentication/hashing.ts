/**
 * SHA-256 and what is made of it, by WebCrypto.
 *
 * @module
 */

import { utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";

const HMAC = { name: "HMAC", hash: "SHA-256" };

export async function sha256(data: Bytes | string): Promise<Bytes> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", toBytes(data)));
}

export async function hmac(key: Bytes | string, data: Bytes | string): Promise<Bytes> {
  const { subtle } = globalThis.crypto;
  // (A key of no bytes is none to WebCrypto; HMAC fills keys up with zeros, so that this one is the same.)
  const raw = key.length === 0 ? new Uint8Array(1) : toBytes(key);
  const imported = await subtle.importKey("raw", raw, HMAC, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, toBytes(data)));
}

/** PBKDF2 with HMAC-SHA-256 (RFC 8018 section 5.2). `length` in bytes. */
export async function pbkdf2(
  password: string,
  salt: Bytes,
  iterations: number,
  length: number,
): Promise<Bytes> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("raw", utf8(password), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await subtle.deriveBits(parameters, key, 8 * length));
}

function toBytes(data: Bytes | string): Bytes {
  return typeof data === "string" ? utf8(data) : data;
}
