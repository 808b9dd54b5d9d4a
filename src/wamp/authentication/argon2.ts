/**
 * Argon2id, version 1.3, with one lane and a result of 32 bytes, as WAMP-SCRAM wants it.
 *
 * @module
 */

/** `iterations` over so much `memory` (KiB). */
export interface Argon2Cost {
  readonly iterations: number;
  readonly memory: number;
}

/** Derives 32 bytes from a password by Argon2id, version 1.3, parallelism 1. */
export type Argon2id = (
  password: string,
  salt: Uint8Array,
  cost: Argon2Cost,
) => Promise<Uint8Array>;

/** In JavaScript, imported with its first use; others get their turn every few milliseconds. */
export const argon2id: Argon2id = async (password, salt, { iterations, memory }) => {
  const { argon2idAsync } = await import("@noble/hashes/argon2.js");
  const cost = { t: iterations, m: memory, p: 1, version: 0x13, dkLen: 32 };
  return argon2idAsync(password, salt, cost);
};
