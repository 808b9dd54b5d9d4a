/**
 * Ed25519 signatures (RFC 8032), by WebCrypto. Keys are raw: 32 bytes each, private ones the seed.
 *
 * @module
 */

import { concat, fromBase64, fromHex } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";

/** What comes before the seed of a private key in PKCS #8 (RFC 8410 section 7); WebCrypto doesn't import bare ones. */
const PKCS8 = fromHex("302e020100300506032b657004220420", 16) as Bytes;

/** A private key, ready for use. */
export interface SigningKey {
  readonly publicKey: Bytes;
  sign(data: Bytes): Promise<Bytes>;
}

export async function signingKey(seed: Uint8Array): Promise<SigningKey> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("pkcs8", concat(PKCS8, seed), "Ed25519", true, ["sign"]);
  const { x } = await subtle.exportKey("jwk", key);
  return {
    publicKey: fromBase64(`${(x as string).replaceAll("-", "+").replaceAll("_", "/")}=`) as Bytes,
    sign: async (data) => new Uint8Array(await subtle.sign("Ed25519", key, data)),
  };
}

/** False too for a key that is none. */
export async function verify(publicKey: Bytes, signature: Bytes, data: Bytes): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  try {
    const key = await subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await subtle.verify("Ed25519", key, signature, data);
  } catch (error) {
    if ((error as Error).name === "NotSupportedError") throw error;
    return false;
  }
}
