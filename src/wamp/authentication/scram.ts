/**
 * SCRAM: the keys and the signatures of both sides (WAMP specification, "Salted Challenge Response Authentication"; RFC 5802,
 * RFC 7677).
 *
 * @module
 */

import { argon2id } from "./argon2.ts";
import type { Argon2id } from "./argon2.ts";
import { concat, fromBase64, randomBytes, toBase64, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { hmac, pbkdf2, sha256 } from "./hashing.ts";
import { saslprep } from "./saslprep.ts";

/**
 * How a key is derived from the password. `argon2id-13` is the dialect of Autobahn and Crossbar.io, in which the derived key is
 * its base64 text, without padding, and passwords are taken as they are.
 */
export type Kdf = "argon2id13" | "pbkdf2" | "argon2id-13";

/** The method as specified, or as Autobahn and Crossbar.io have it: `scram`, with other attributes. */
export type ScramDialect = "wamp" | "autobahn";

/** How a key is derived from the password: the function, and what it costs. */
export interface ScramParameters {
  readonly kdf: Kdf;
  /** Base64. */
  readonly salt: string;
  readonly iterations: number;
  /** KiB; for Argon2 only. */
  readonly memory?: number | undefined;
}

/** What a router keeps of a password. Whoever has it can't log in with it, only guess passwords. */
export interface ScramCredentials extends ScramParameters {
  /** Base64. */
  readonly storedKey: string;
  /** Base64. */
  readonly serverKey: string;
}

/** What the signatures are made over (RFC 5802 section 3). */
export interface ScramExchange {
  readonly authid: string;
  readonly clientNonce: string;
  readonly nonce: string;
  readonly salt: string;
  readonly iterations: number;
  readonly binding: ScramBinding | undefined;
  readonly dialect: ScramDialect;
}

export interface ScramBinding {
  readonly type: string;
  readonly data: Bytes;
}

export const SCRAM_METHOD: Readonly<Record<ScramDialect, string>> = {
  wamp: "wamp-scram",
  autobahn: "scram",
};

/**
 * @throws TypeError for a password that SASLprep refuses, or a salt that isn't base64.
 */
export async function saltedPassword(
  password: string,
  { kdf, salt, iterations, memory = 0 }: ScramParameters,
  argon2: Argon2id = argon2id,
): Promise<Bytes> {
  const bytes = fromBase64(salt);
  if (!bytes) throw new TypeError("the salt isn't base64");
  if (kdf === "pbkdf2") return pbkdf2(saslprep(password), bytes, iterations, 32);
  const cost = { iterations, memory };
  if (kdf === "argon2id13") return Uint8Array.from(await argon2(saslprep(password), bytes, cost));
  return utf8(toBase64(await argon2(password, bytes, cost)).replace("=", ""));
}

export async function clientKey(salted: Bytes): Promise<Bytes> {
  return hmac(salted, "Client Key");
}

export async function serverKey(salted: Bytes): Promise<Bytes> {
  return hmac(salted, "Server Key");
}

/** RFC 5802 section 7: what HELLO, CHALLENGE and AUTHENTICATE say, written as SCRAM's own messages. */
export function authMessage(exchange: ScramExchange): string {
  const { authid, clientNonce, nonce, salt, iterations, binding, dialect } = exchange;
  const name = dialect === "wamp" ? escape(authid) : authid;
  return `n=${name},r=${clientNonce},r=${nonce},s=${salt},i=${iterations},c=${bound(binding, dialect)},r=${nonce}`;
}

function bound(binding: ScramBinding | undefined, dialect: ScramDialect): string {
  if (dialect === "autobahn") return "";
  if (!binding) return toBase64(utf8("n,,"));
  return toBase64(concat(utf8(`p=${binding.type},,`), binding.data));
}

function escape(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

/** What a password is kept as. Durable: it belongs into a database. */
export interface ScramCost {
  /** Default: `argon2id13`. `argon2id-13` is for clients that speak Autobahn's dialect. */
  readonly kdf?: Kdf | undefined;
  /** Default: 2 with Argon2, 600000 with PBKDF2. */
  readonly iterations?: number | undefined;
  /** KiB, for Argon2 only. Default: 19456. */
  readonly memory?: number | undefined;
  /** Base64. Default: 16 random bytes. */
  readonly salt?: string | undefined;
  /** A faster Argon2id than the one in JavaScript. */
  readonly argon2id?: Argon2id | undefined;
}

/**
 * What a router keeps of a password. It takes its time, so do it once, when the password is set, and keep the result.
 *
 * @throws TypeError (as a rejection) for a password that SASLprep refuses, or a salt that isn't base64.
 *
 * @example
 * ```ts
 * const credentials = await scramCredentials("pencil");
 * ```
 */
export async function scramCredentials(
  password: string,
  cost: ScramCost = {},
): Promise<ScramCredentials> {
  const { kdf = "argon2id13", salt = toBase64(randomBytes(16)) } = cost;
  const isPbkdf2 = kdf === "pbkdf2";
  const { iterations = isPbkdf2 ? 600_000 : 2 } = cost;
  const memory = isPbkdf2 ? undefined : (cost.memory ?? 19_456);
  const parameters = { kdf, salt, iterations, memory };
  const salted = await saltedPassword(password, parameters, cost.argon2id);
  const [client, server] = await Promise.all([clientKey(salted), serverKey(salted)]);
  return { ...parameters, storedKey: toBase64(await sha256(client)), serverKey: toBase64(server) };
}
