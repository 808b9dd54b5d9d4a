/**
 * A password that isn't sent, and that the router doesn't know either (WAMP specification, "Salted Challenge Response
 * Authentication").
 *
 * @module
 */

import type { Argon2id } from "../../authentication/argon2.ts";
import { fromBase64, isSame, randomBytes, toBase64, xor } from "../../authentication/bytes.ts";
import type { Bytes } from "../../authentication/bytes.ts";
import { channelId } from "../../authentication/channel-binding.ts";
import type { ChannelBinding } from "../../authentication/channel-binding.ts";
import { hmac, sha256 } from "../../authentication/hashing.ts";
import { saslprep } from "../../authentication/saslprep.ts";
import {
  SCRAM_METHOD,
  authMessage,
  clientKey,
  saltedPassword,
  serverKey,
} from "../../authentication/scram.ts";
import type { ScramBinding, ScramDialect, ScramParameters } from "../../authentication/scram.ts";
import { FullduplexError } from "../../../errors.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import type { Dict, WelcomeDetails } from "../../protocol/messages.ts";
import type { Answer, Attempt, Authentication } from "./authentication.ts";
import { readChallenge } from "./scram-challenge.ts";
import type { ScramLimits } from "./scram-challenge.ts";

export interface ScramOptions {
  readonly authid: string;
  readonly password: string;
  /** `autobahn` for routers that speak Autobahn's and Crossbar.io's dialect (`scram`). Default: `wamp`, as specified (`wamp-scram`). */
  readonly dialect?: ScramDialect | undefined;
  /** Binds the proofs to the TLS connection; see `cryptosign`. Not in the dialect. Default: not bound. */
  readonly channelBinding?: ChannelBinding | undefined;
  /** What a router may ask for: neither so little that the password can be guessed, nor so much that this client stands still. */
  readonly limits?: ScramLimits | undefined;
  /** A faster Argon2id than the one in JavaScript, such as one of the platform. */
  readonly argon2id?: Argon2id | undefined;
}

/**
 * Proves that it knows a password, and lets the router prove that it knows its keys.
 *
 * The key that was derived from the password is remembered for the next attempt with the same salt.
 *
 * @throws TypeError for an authid that SASLprep refuses.
 *
 * @example
 * ```ts
 * const authentication = [scram({ authid: "joe", password: "pencil" })];
 * ```
 */
export function scram(options: ScramOptions): Authentication {
  const { dialect = "wamp", channelBinding } = options;
  if (channelBinding && dialect !== "wamp") {
    throw new TypeError("scram: the dialect has no channel binding");
  }
  const authid = saslprep(options.authid);
  const derive = rememberingLast((parameters: ScramParameters) =>
    saltedPassword(options.password, parameters, options.argon2id),
  );
  return {
    method: SCRAM_METHOD[dialect],
    authid,
    begin({ connection }) {
      const data = channelBinding && channelId(connection, channelBinding);
      if (channelBinding && !data) {
        throw new FullduplexError("ERR_UNSUPPORTED", `this connection has no ${channelBinding}`);
      }
      const binding = channelBinding && data && { type: channelBinding, data };
      return new ScramAttempt({ authid, dialect, binding, derive, limits: options.limits ?? {} });
    },
  };
}

interface ScramSetup {
  readonly authid: string;
  readonly dialect: ScramDialect;
  readonly binding: ScramBinding | undefined;
  readonly limits: ScramLimits;
  derive(parameters: ScramParameters): Promise<Bytes>;
}

class ScramAttempt implements Attempt {
  readonly authextra: Dict;
  readonly #setup: ScramSetup;
  readonly #nonce = toBase64(randomBytes(16));
  #isChallenged = false;
  /** What the router has to show in its WELCOME. */
  #expected: Bytes | undefined;

  constructor(setup: ScramSetup) {
    this.#setup = setup;
    const { dialect, binding } = setup;
    this.authextra = {
      nonce: this.#nonce,
      ...(dialect === "wamp" && { channel_binding: binding?.type ?? null }),
    };
  }

  async challenge(extra: Dict): Promise<Answer> {
    const { authid, dialect, binding, limits } = this.#setup;
    // A nonce is for one proof.
    if (this.#isChallenged)
      throw new WampError(ErrorUri.AuthenticationFailed, ["a second CHALLENGE"]);
    this.#isChallenged = true;
    const challenge = readChallenge(extra, { clientNonce: this.#nonce, dialect, limits });
    const salted = await this.#setup.derive(challenge);
    const { nonce, salt, iterations } = challenge;
    const message = authMessage({
      authid,
      clientNonce: this.#nonce,
      nonce,
      salt,
      iterations,
      binding,
      dialect,
    });
    const key = await clientKey(salted);
    this.#expected = await hmac(await serverKey(salted), message);
    const signature = toBase64(xor(key, await hmac(await sha256(key), message)));
    if (dialect === "autobahn") return { signature };
    const cbind_data = binding ? toBase64(binding.data) : null;
    return { signature, extra: { nonce, channel_binding: binding?.type ?? null, cbind_data } };
  }

  welcome({ authextra = {} }: WelcomeDetails): void {
    const { verifier, scram_server_signature: signature } = authextra;
    const text = this.#setup.dialect === "wamp" ? verifier : signature;
    // (The specification's example begins with "v=", as in RFC 5802, and its text doesn't.)
    const shown = typeof text === "string" ? fromBase64(text.replace(/^v=/, "")) : undefined;
    if (!shown || !this.#expected || !isSame(shown, this.#expected)) {
      throw new WampError(ErrorUri.AuthenticationFailed, ["the router's proof is wrong"]);
    }
  }
}

/**
 * With its last result: for as long as the parameters stay the same, it is derived once only. One at a time: a router that breaks
 * off, and asks for another one each time, would otherwise make this side do (and hold) ever more at once.
 */
function rememberingLast(
  derive: (parameters: ScramParameters) => Promise<Bytes>,
): (parameters: ScramParameters) => Promise<Bytes> {
  let last: { readonly key: string; readonly result: Promise<Bytes> } | undefined;
  let running: Promise<unknown> = Promise.resolve();
  return ({ kdf, salt, iterations, memory }) => {
    const parameters = { kdf, salt, iterations, memory };
    const key = JSON.stringify(parameters);
    if (last?.key !== key) {
      const result = running.then(() => {
        // (Nobody waits for it any more.)
        if (last?.result !== result) throw new WampError(ErrorUri.Canceled);
        return derive(parameters);
      });
      last = { key, result };
      running = result.catch(() => {
        if (last?.result === result) last = undefined;
      });
    }
    return last.result;
  };
}
