/**
 * Tokens: signed JSON (RFC 7519) with which an application's backend says who a client is, and where it may subscribe.
 *
 * @module
 */

import type { JWTHeaderParameters, JWTVerifyOptions } from "jose";
import { DisconnectCode, ErrorCode } from "../../protocol/codes.ts";
import { MalformedError } from "../../protocol/codec.ts";
import { decodeUtf8 } from "../data.ts";
import { ChannelError, DisconnectError } from "../errors.ts";
import type { TokenVerifier } from "../hooks.ts";
import { ClaimError, readConnection, readSubscription } from "./claims.ts";
import { loadJose } from "./jose.ts";
import type { Jose } from "./jose.ts";
import { Keys } from "./keys.ts";
import { checkTokenOptions } from "./options.ts";
import type { TokenVerifierOptions } from "./options.ts";

/**
 * Checks tokens, as the option `tokens` of `createChannels` takes it. They are made by the application, with any library
 * for JWT.
 *
 * A connection token has the claims `sub` (the user), `exp`, `expire_at`, `info`, `b64info`, `meta`, `channels` and `subs`;
 * a subscription token `sub`, `channel`, `client`, `exp`, `expire_at`, `info`, `b64info`, `data`, `b64data` and `override`.
 *
 * An expired token is answered with an error, so that the client brings another one; any other that is not good ends the
 * connection. While a JWKS can't be fetched, clients are asked to try again.
 *
 * @throws TypeError or RangeError for options that make no sense.
 *
 * @example
 * ```ts
 * const channels = createChannels({
 *   tokens: tokenVerifier({ algorithms: ["HS256"], secrets: [process.env.TOKEN_SECRET ?? ""] }),
 * });
 * ```
 */
export function tokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  checkTokenOptions(options);
  const verifier = new Verifier(options);
  return {
    connection: (token) => verifier.read(token, readConnection),
    subscription: (token) => verifier.read(token, readSubscription),
  };
}

class Verifier {
  readonly #options: TokenVerifierOptions;
  /** Loaded with the first token. */
  #loaded: Promise<{ jose: Jose; keys: Keys }> | undefined;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
  }

  async read<Claims extends { readonly expireAt?: number | undefined }>(
    token: string,
    read: (payload: string) => Claims,
  ): Promise<Claims> {
    this.#loaded ??= this.#load();
    const { jose, keys } = await this.#loaded;
    try {
      await this.#verify(jose, keys, token);
      const claims = read(payloadOf(token));
      if (this.#isPast(claims.expireAt)) throw new ChannelError(ErrorCode.TokenExpired);
      return claims;
    } catch (error) {
      if (error instanceof jose.errors.JWTExpired) throw new ChannelError(ErrorCode.TokenExpired);
      if (isOfToken(jose, error)) throw invalid();
      throw error;
    }
  }

  async #load(): Promise<{ jose: Jose; keys: Keys }> {
    const jose = await loadJose();
    return { jose, keys: await Keys.load(jose, this.#options) };
  }

  /** The first key that made the signature decides about the rest. */
  async #verify(jose: Jose, keys: Keys, token: string): Promise<void> {
    const header = headerOf(jose, token);
    if (!(this.#options.algorithms as readonly string[]).includes(header.alg)) throw invalid();
    const options = this.#verifyOptions();
    for await (const key of keys.candidates(header)) {
      try {
        await jose.jwtVerify(token, key, options);
        return;
      } catch (error) {
        if (!(error instanceof jose.errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw invalid();
  }

  #isPast(expireAt: number | undefined): boolean {
    const { clockTolerance = 0 } = this.#options;
    return expireAt !== undefined && expireAt * 1000 + clockTolerance <= Date.now();
  }

  #verifyOptions(): JWTVerifyOptions {
    const { algorithms, audience, issuer, clockTolerance = 0 } = this.#options;
    return {
      algorithms: [...algorithms],
      clockTolerance: clockTolerance / 1000,
      currentDate: new Date(Date.now()),
      ...(audience !== undefined && { audience: [audience].flat() }),
      ...(issuer !== undefined && { issuer: [issuer].flat() }),
    };
  }
}

function headerOf(jose: Jose, token: string): JWTHeaderParameters {
  try {
    return jose.decodeProtectedHeader(token) as JWTHeaderParameters;
  } catch {
    throw invalid();
  }
}

/** As text, of a token that has been verified: what is JSON in it goes on as it is. */
function payloadOf(token: string): string {
  const text = decodeUtf8(Buffer.from(token.split(".")[1] ?? "", "base64url"));
  if (text === undefined) throw new ClaimError("not UTF-8");
  return text;
}

function invalid(): DisconnectError {
  return new DisconnectError(DisconnectCode.InvalidToken, "invalid token");
}

/** Whether an error is about the token. Others, such as a JWKS that can't be fetched, are no fault of the client's. */
function isOfToken({ errors }: Jose, error: unknown): boolean {
  return (
    error instanceof ClaimError ||
    error instanceof MalformedError ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported
  );
}
