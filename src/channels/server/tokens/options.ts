/**
 * The options of `tokenVerifier`, checked: a mistake in them must not become a way in.
 *
 * @module
 */

import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";

/** How tokens may be signed: with a secret (`HS…`), or with a private key whose public one is known here. */
export type TokenAlgorithm =
  | "HS256"
  | "HS384"
  | "HS512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA";

/** Which tokens are good. Durations are milliseconds. */
export interface TokenVerifierOptions {
  /** Those that are accepted, and no others whatever a token says of itself. */
  readonly algorithms: readonly TokenAlgorithm[];
  /** For `HS…`; any of them, so that they can be changed. Take at least 32 random bytes. */
  readonly secrets?: readonly (string | Uint8Array)[] | undefined;
  /** Public keys: PEM (also of a certificate), or JWK. With a `kid` a JWK is for tokens of that `kid`. */
  readonly keys?: readonly (string | PublicJwk)[] | undefined;
  /** Where public keys are, as a JWKS. They are fetched when they are needed, and again for a `kid` that is new. */
  readonly jwks?: string | URL | undefined;
  /** How long fetched keys are used. Default: 600000. */
  readonly jwksMaxAge?: number | undefined;
  /** How often they are fetched at most because of a `kid` that nobody knows. Default: 30000. */
  readonly jwksCooldown?: number | undefined;
  /** One of them has to be in the token's `aud`. Default: it is not looked at. */
  readonly audience?: string | readonly string[] | undefined;
  /** One of them has to be the token's `iss`. Default: it is not looked at. */
  readonly issuer?: string | readonly string[] | undefined;
  /** How far the clocks may be apart. Default: 0. */
  readonly clockTolerance?: number | undefined;
}

/** A public key in JSON (RFC 7517). */
export interface PublicJwk {
  readonly kty: string;
  readonly kid?: string | undefined;
  readonly [name: string]: unknown;
}

const OPTIONS: OptionNames<TokenVerifierOptions> = {
  algorithms: true,
  secrets: true,
  keys: true,
  jwks: true,
  jwksMaxAge: true,
  jwksCooldown: true,
  audience: true,
  issuer: true,
  clockTolerance: true,
};

const SECRET_ALGORITHMS = ["HS256", "HS384", "HS512"];
const PUBLIC_ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split(" ");

/** Whether tokens of this algorithm are signed with a secret. */
export function needsSecret(algorithm: string): boolean {
  return SECRET_ALGORITHMS.includes(algorithm);
}

/** @throws TypeError or RangeError for options that make no sense. */
export function checkTokenOptions(options: TokenVerifierOptions): void {
  checkOptions("tokenVerifier", options, OPTIONS);
  const { secrets = [], keys = [], jwks } = options;
  checkAlgorithms(options.algorithms, secrets.length > 0, keys.length > 0 || jwks !== undefined);
  secrets.forEach(checkSecret);
  keys.forEach(checkKey);
  if (jwks !== undefined && !/^https?:$/.test(new URL(jwks).protocol)) {
    throw new TypeError("jwks has to be an address of http or https");
  }
  checkNames("audience", options.audience);
  checkNames("issuer", options.issuer);
  const { jwksMaxAge = 0, jwksCooldown = 0, clockTolerance = 0 } = options;
  for (const [name, value] of Object.entries({ jwksMaxAge, jwksCooldown, clockTolerance })) {
    if (!(value >= 0)) throw new RangeError(`${name} has to be 0 or more`);
  }
}

function checkAlgorithms(
  algorithms: readonly string[] | undefined,
  hasSecrets: boolean,
  hasKeys: boolean,
): void {
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw new TypeError("algorithms has to be a list of at least one");
  }
  for (const algorithm of algorithms as string[]) {
    if (![...SECRET_ALGORITHMS, ...PUBLIC_ALGORITHMS].includes(algorithm)) {
      throw new TypeError(`there is no algorithm ${JSON.stringify(algorithm)}`);
    }
    if (!(needsSecret(algorithm) ? hasSecrets : hasKeys)) {
      const missing = needsSecret(algorithm) ? "secrets" : "keys or jwks";
      throw new TypeError(`${algorithm} needs ${missing}`);
    }
  }
  if (hasSecrets && !algorithms.some(needsSecret)) throw new TypeError("no algorithm uses secrets");
  if (hasKeys && algorithms.every(needsSecret)) throw new TypeError("no algorithm uses keys");
}

/** A public key as a secret would let everybody make tokens. */
function checkSecret(secret: string | Uint8Array): void {
  if (secret.length === 0) throw new TypeError("a secret is empty");
  const text = typeof secret === "string" ? secret : new TextDecoder().decode(secret);
  if (text.includes("-----BEGIN ")) throw new TypeError("a key in PEM is no secret: see `keys`");
}

function checkKey(key: string | PublicJwk): void {
  if (typeof key === "string") {
    if (!/-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----/.test(key)) {
      throw new TypeError("a key has to be PEM: a PUBLIC KEY or a CERTIFICATE");
    }
    return;
  }
  if (key.kty === "oct") throw new TypeError("a key of kty oct is a secret: see `secrets`");
  if ("d" in key) throw new TypeError("a key has to be a public one");
}

/** An empty list, or an empty name, is a setting that was forgotten. */
function checkNames(option: string, names: string | readonly string[] | undefined): void {
  if (names === undefined) return;
  const list = [names].flat();
  if (list.length === 0 || list.includes("")) {
    throw new TypeError(`${option} must not be empty`);
  }
}
