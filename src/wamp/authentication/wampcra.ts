/**
 * WAMP-CRA: signatures of challenges, and keys from passwords (WAMP specification, "Challenge Response Authentication").
 *
 * @module
 */

import { toBase64, utf8 } from "./bytes.ts";
import { hmac, pbkdf2 } from "./hashing.ts";

/** How a key is derived from a password. */
export interface WampcraSalting {
  /** Random text, another one for each user. */
  readonly salt: string;
  /** Default: 1000, as everybody has it. More is better. */
  readonly iterations?: number | undefined;
  /** Bytes. Default: 32. */
  readonly keylen?: number | undefined;
}

export const DEFAULT_ITERATIONS = 1000;
export const DEFAULT_KEYLEN = 32;

/**
 * The secret that a password becomes with a salt: what a router keeps instead of the password.
 *
 * The key is the base64 text of the derived bytes: the specification doesn't say so, but all implementations do it.
 *
 * @example
 * ```ts
 * const secret = await wampcraSecret("pencil", { salt: "d8f3", iterations: 100_000 });
 * ```
 */
export async function wampcraSecret(password: string, salting: WampcraSalting): Promise<string> {
  const { salt, iterations = DEFAULT_ITERATIONS, keylen = DEFAULT_KEYLEN } = salting;
  return toBase64(await pbkdf2(password, utf8(salt), iterations, keylen));
}

/** The signature of a challenge, as in AUTHENTICATE. */
export async function signChallenge(secret: string, challenge: string): Promise<string> {
  return toBase64(await hmac(secret, challenge));
}
