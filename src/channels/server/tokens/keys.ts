/**
 * The keys that may have signed a token: secrets, public keys that are known here, and those of a JWKS.
 *
 * @module
 */

import type { CryptoKey, JWK, JWTHeaderParameters } from "jose";
import type { Jose } from "./jose.ts";
import { needsSecret } from "./options.ts";
import type { PublicJwk, TokenVerifierOptions } from "./options.ts";

type Key = CryptoKey | Uint8Array;
type RemoteKeys = ReturnType<Jose["createRemoteJWKSet"]>;

/** A public key, and what it can verify. */
interface LocalKey {
  readonly kid: string | undefined;
  readonly byAlgorithm: ReadonlyMap<string, CryptoKey>;
}

export class Keys {
  readonly #jose: Jose;
  readonly #secrets: readonly Uint8Array[];
  readonly #local: readonly LocalKey[];
  readonly #remote: RemoteKeys | undefined;

  private constructor(jose: Jose, options: TokenVerifierOptions, local: readonly LocalKey[]) {
    const { secrets = [], jwks, jwksMaxAge = 600_000, jwksCooldown = 30_000 } = options;
    this.#jose = jose;
    this.#secrets = secrets.map((secret) =>
      typeof secret === "string" ? new TextEncoder().encode(secret) : secret,
    );
    this.#local = local;
    this.#remote =
      jwks === undefined
        ? undefined
        : jose.createRemoteJWKSet(new URL(jwks), {
            cacheMaxAge: jwksMaxAge,
            cooldownDuration: jwksCooldown,
          });
  }

  /** Rejects with a TypeError for a key that none of the algorithms fits. */
  static async load(jose: Jose, options: TokenVerifierOptions): Promise<Keys> {
    const { keys = [] } = options;
    const algorithms = options.algorithms.filter((algorithm) => !needsSecret(algorithm));
    const local = await Promise.all(keys.map((key) => importKey(jose, key, algorithms)));
    return new Keys(jose, options, local);
  }

  /** Those to try for a token with this header, one after the other. Its algorithm has to be an accepted one. */
  async *candidates(header: JWTHeaderParameters): AsyncIterable<Key> {
    if (needsSecret(header.alg)) {
      yield* this.#secrets;
      return;
    }
    for (const { kid, byAlgorithm } of this.#local) {
      const isOther = kid !== undefined && header.kid !== undefined && kid !== header.kid;
      const key = isOther ? undefined : byAlgorithm.get(header.alg);
      if (key) yield key;
    }
    if (this.#remote) yield* this.#fetch(this.#remote, header);
  }

  async *#fetch(remote: RemoteKeys, header: JWTHeaderParameters): AsyncIterable<Key> {
    const { JWKSMultipleMatchingKeys, JWKSNoMatchingKey } = this.#jose.errors;
    try {
      yield await remote(header);
    } catch (error) {
      if (error instanceof JWKSNoMatchingKey) return;
      if (!(error instanceof JWKSMultipleMatchingKeys)) throw error;
      yield* error;
    }
  }
}

async function importKey(
  jose: Jose,
  key: string | PublicJwk,
  algorithms: readonly string[],
): Promise<LocalKey> {
  const byAlgorithm = new Map<string, CryptoKey>();
  for (const algorithm of algorithms) {
    const imported = await importAs(jose, key, algorithm).catch(() => undefined);
    if (imported && !(imported instanceof Uint8Array)) byAlgorithm.set(algorithm, imported);
  }
  if (byAlgorithm.size === 0) throw new TypeError("a key fits none of the algorithms");
  return { kid: typeof key === "string" ? undefined : key.kid, byAlgorithm };
}

/** Rejects when the key is not one of this algorithm. */
async function importAs(jose: Jose, key: string | PublicJwk, algorithm: string): Promise<Key> {
  if (typeof key !== "string") {
    if (key["alg"] !== undefined && key["alg"] !== algorithm)
      throw new TypeError("other algorithm");
    return jose.importJWK(key as JWK, algorithm);
  }
  if (key.includes("CERTIFICATE")) return jose.importX509(key, algorithm);
  return jose.importSPKI(key, algorithm);
}
