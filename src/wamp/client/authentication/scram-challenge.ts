/**
 * What a router may ask for in SCRAM.
 *
 * @module
 */

import { concat, fromBase64, isSame } from "../../authentication/bytes.ts";
import type { Kdf, ScramDialect, ScramParameters } from "../../authentication/scram.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import type { Dict } from "../../protocol/messages.ts";

/** Bounds of what a router may ask for. */
export interface ScramLimits {
  /** Of PBKDF2. Default: 4096 (RFC 7677 section 4). */
  readonly minIterations?: number | undefined;
  /** Of PBKDF2. Default: 10000000. */
  readonly maxIterations?: number | undefined;
  /** Of Argon2: iterations times memory, in KiB. Default: 8192. */
  readonly minWork?: number | undefined;
  /** Of Argon2: iterations times memory, in KiB. Default: 2097152, which is what Crossbar.io's tools ask for. */
  readonly maxWork?: number | undefined;
  /** Of Argon2, in KiB. Default: 262144. */
  readonly maxMemory?: number | undefined;
}

/** What a CHALLENGE says, checked. */
export interface ScramChallenge extends ScramParameters {
  readonly nonce: string;
}

interface Expectation {
  readonly clientNonce: string;
  readonly dialect: ScramDialect;
  readonly limits: ScramLimits;
}

const KDFS: Readonly<Record<ScramDialect, readonly Kdf[]>> = {
  wamp: ["argon2id13", "pbkdf2"],
  autobahn: ["argon2id-13"],
};

/** @throws WampError for what must not be answered. */
export function readChallenge(extra: Dict, expected: Expectation): ScramChallenge {
  const { nonce, salt, iterations } = extra;
  const kdf = KDFS[expected.dialect].find((name) => name === extra["kdf"]);
  if (!kdf) return refuse("the router asks for a key derivation that is unknown");
  if (typeof nonce !== "string" || !isExtended(nonce, expected)) {
    return refuse("the router's nonce doesn't extend the client's");
  }
  if (typeof salt !== "string" || salt.length > 1024 || !fromBase64(salt)) {
    return refuse("the router's salt makes no sense");
  }
  if (!isCount(iterations)) return refuse("the router's iterations make no sense");
  if (kdf === "pbkdf2") {
    checkIterations(iterations, expected.limits);
    return { kdf, nonce, salt, iterations };
  }
  const memory = extra["memory"];
  if (!isCount(memory)) return refuse("the router's memory makes no sense");
  checkWork(iterations, memory, expected.limits);
  return { kdf, nonce, salt, iterations, memory };
}

/** In the dialect the bytes are put together, not their texts. */
function isExtended(nonce: string, { clientNonce, dialect }: Expectation): boolean {
  if (nonce.length > 1024 || !/^[A-Za-z0-9+/=]*$/.test(nonce)) return false;
  if (dialect === "wamp") return nonce.startsWith(clientNonce) && nonce.length > clientNonce.length;
  const ours = fromBase64(clientNonce) ?? concat();
  const bytes = fromBase64(nonce);
  return (
    bytes !== undefined &&
    bytes.length > ours.length &&
    isSame(bytes.subarray(0, ours.length), ours)
  );
}

function checkIterations(
  iterations: number,
  { minIterations = 4096, maxIterations = 10_000_000 }: ScramLimits,
): void {
  if (iterations < minIterations) refuse("the router asks for too few iterations");
  if (iterations > maxIterations) refuse("the router asks for too many iterations");
}

function checkWork(
  iterations: number,
  memory: number,
  { minWork = 8192, maxWork = 2_097_152, maxMemory = 262_144 }: ScramLimits,
): void {
  // (Argon2 itself wants 8 KiB for its lane.)
  if (memory < 8 || iterations * memory < minWork) refuse("the router asks for too little work");
  if (memory > maxMemory || iterations * memory > maxWork) {
    refuse("the router asks for too much work");
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

function refuse(message: string): never {
  throw new WampError(ErrorUri.AuthenticationFailed, [message]);
}
