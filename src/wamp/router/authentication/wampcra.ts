/**
 * A shared secret that isn't sent (WAMP specification, "Challenge Response Authentication").
 *
 * @module
 */

import { isSame, randomBytes, toBase64, utf8 } from "../../authentication/bytes.ts";
import { DEFAULT_ITERATIONS, DEFAULT_KEYLEN, signChallenge } from "../../authentication/wampcra.ts";
import type { Dict } from "../../protocol/messages.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { Authenticator, Introduction } from "./authenticator.ts";
import { Directory, REFUSED, admit, roleOf, unknowable } from "./principals.ts";
import type { PrincipalFacts, PrincipalKind, Principals } from "./principals.ts";

/** Somebody with a secret. */
export interface WampcraPrincipal extends PrincipalFacts {
  /** The secret itself, or what {@link wampcraSecret} made of a password with this `salt`, `iterations` and `keylen`. */
  readonly secret: string;
  readonly salt?: string | undefined;
  readonly iterations?: number | undefined;
  readonly keylen?: number | undefined;
}

export interface WampcraOptions {
  readonly principals: Principals<WampcraPrincipal>;
  /** What is said to clients that aren't known, where a function finds the others: should look like theirs. Default: role `user`, not salted. */
  readonly unknown?: {
    readonly role: string;
    readonly iterations?: number;
    readonly keylen?: number;
  };
}

/**
 * Clients sign a challenge with a secret that both know.
 *
 * @example
 * ```ts
 * const authenticators = [wampcra({ principals: { joe: { secret: "secret2", role: "user" } } })];
 * ```
 */
export function wampcra(options: WampcraOptions): Authenticator {
  checkOptions("wampcra", options, { principals: true, unknown: true });
  const directory = new Directory(options.principals, kind(options));
  return {
    method: "wampcra",
    async begin(introduction) {
      const { facts, isKnown } = await directory.find(introduction);
      const challenge = challengeFor(facts, introduction);
      return {
        type: "challenge",
        extra: { challenge, ...saltingOf(facts) },
        async respond(signature) {
          const wanted = await signChallenge(facts.secret, challenge);
          const isSigned = isSame(utf8(signature), utf8(wanted));
          return isSigned && isKnown ? admit(facts, introduction, "wampcra") : REFUSED;
        },
      };
    },
  };
}

function kind({ unknown }: WampcraOptions): PrincipalKind<WampcraPrincipal> {
  return {
    check({ secret, salt }) {
      if (typeof secret !== "string" || secret === "")
        throw new TypeError("a principal needs a secret");
      if (salt !== undefined && typeof salt !== "string") throw new TypeError("a salt is text");
    },
    async makeUp(model, random) {
      const bytes = await random("salt");
      const secret = unknowable();
      if (!model) {
        const salt =
          unknown?.iterations === undefined ? undefined : toBase64(bytes.subarray(0, 16));
        return { role: "user", ...unknown, secret, salt };
      }
      const { role, provider = "static", iterations, keylen } = model;
      const salt = model.salt === undefined ? undefined : saltLike(model.salt, bytes);
      return { role, provider, secret, salt, iterations, keylen };
    },
  };
}

/** As long, and of characters of the same kinds. */
function saltLike(model: string, bytes: Uint8Array): string {
  const alphabet = /^[0-9a-f]*$/.test(model) ? "0123456789abcdef" : BASE64;
  const isPadded = model.endsWith("=");
  return Array.from(model, (character, at) => {
    if (isPadded && character === "=") return "=";
    // (A salt longer than the bytes goes on with them in another order.)
    const byte = (bytes[at % bytes.length] as number) + 7 * Math.floor(at / bytes.length);
    return alphabet[byte % alphabet.length];
  }).join("");
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The specification wants all of this in it, for third parties that sign on behalf of a client. */
function challengeFor(facts: WampcraPrincipal, introduction: Introduction): string {
  return JSON.stringify({
    authid: facts.authid ?? introduction.authid ?? "",
    authrole: roleOf(facts, introduction) ?? facts.role,
    authmethod: "wampcra",
    authprovider: facts.provider ?? "dynamic",
    nonce: toBase64(randomBytes(16)),
    timestamp: new Date().toISOString(),
    session: introduction.session,
  });
}

function saltingOf({ salt, iterations, keylen }: WampcraPrincipal): Dict {
  if (salt === undefined) return {};
  return { salt, iterations: iterations ?? DEFAULT_ITERATIONS, keylen: keylen ?? DEFAULT_KEYLEN };
}
