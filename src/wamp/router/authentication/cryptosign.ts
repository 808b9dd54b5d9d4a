/**
 * A private key (WAMP specification, "Cryptosign-based Authentication"). Certificates of Ethereum and remote attestation are not
 * here.
 *
 * @module
 */

import { fromHex, isSame, randomBytes, toHex, xor } from "../../authentication/bytes.ts";
import type { Bytes } from "../../authentication/bytes.ts";
import { channelId } from "../../authentication/channel-binding.ts";
import { signingKey, verify } from "../../authentication/ed25519.ts";
import type { SigningKey } from "../../authentication/ed25519.ts";
import type { Dict } from "../../protocol/messages.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { Authenticator, Introduction } from "./authenticator.ts";
import { REFUSED, admit, byName, checkFacts } from "./principals.ts";
import type { FindPrincipal, PrincipalFacts, PrincipalTable } from "./principals.ts";

/** Somebody with one or more keys. */
export interface CryptosignPrincipal extends PrincipalFacts {
  /** Public keys: 32 bytes in hex each. */
  readonly publicKeys: readonly string[];
}

/** What a client says, and the public key that it says is its own, in lower-case hex. */
export interface CryptosignIntroduction extends Introduction {
  readonly publicKey: string;
}

export interface CryptosignOptions {
  /**
   * By `authid` (a map is copied), or a function that finds them by `authid` or `publicKey`. A client without an `authid` is whoever has its
   * key; what a function finds without one gets the key as its `authid`.
   */
  readonly principals:
    | PrincipalTable<CryptosignPrincipal>
    | FindPrincipal<CryptosignPrincipal, CryptosignIntroduction>;
  /** The router's own key, to prove itself to clients that ask for it: the seed in hex. Default: it has none. */
  readonly privateKey?: string | undefined;
}

/**
 * Clients sign a challenge with an Ed25519 key.
 *
 * @throws TypeError for a key that is none.
 *
 * @example
 * ```ts
 * const joe = { role: "user", publicKeys: ["1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d"] };
 * const authenticators = [cryptosign({ principals: { joe } })];
 * ```
 */
export function cryptosign(options: CryptosignOptions): Authenticator {
  checkOptions("cryptosign", options, { principals: true, privateKey: true });
  const find = finder(options.principals);
  const seed = options.privateKey === undefined ? undefined : readKey(options.privateKey);
  let key: Promise<SigningKey> | undefined;
  return {
    method: "cryptosign",
    async begin(said) {
      const { pubkey, channel_binding: type = null, challenge: asked = null } = said.authextra;
      const publicKey = typeof pubkey === "string" ? fromHex(pubkey, 32) : undefined;
      if (!publicKey) return REFUSED;
      const channel = typeof type === "string" ? channelId(said.link.connection, type) : undefined;
      if (type !== null && !channel) return REFUSED;
      const bind = (bytes: Bytes): Bytes => (channel ? xor(bytes, channel) : bytes);
      const introduction = { ...said, publicKey: toHex(publicKey) };
      const facts = await find(introduction);
      const challenge = randomBytes(32);
      const proof =
        seed && asked !== null ? await prove(await (key ??= signingKey(seed)), asked, bind) : {};
      return {
        type: "challenge",
        extra: { challenge: toHex(challenge), channel_binding: type, ...proof },
        async respond(signature) {
          const isSigned = await isSignedBy(publicKey, signature, bind(challenge));
          return isSigned && facts ? admit(facts, introduction, "cryptosign") : REFUSED;
        },
      };
    },
  };
}

/** The router's answer to a client's challenge. */
async function prove(
  key: SigningKey,
  asked: unknown,
  bind: (bytes: Bytes) => Bytes,
): Promise<Dict> {
  const challenge = typeof asked === "string" ? fromHex(asked, 32) : undefined;
  if (!challenge) return {};
  const signed = bind(challenge);
  return { pubkey: toHex(key.publicKey), signature: toHex(await key.sign(signed)) + toHex(signed) };
}

/** AUTHENTICATE.Signature is the signature and what was signed, one after the other. */
async function isSignedBy(publicKey: Bytes, signature: string, expected: Bytes): Promise<boolean> {
  const bytes = fromHex(signature, 96);
  if (!bytes || !isSame(bytes.subarray(64), expected)) return false;
  return verify(publicKey, bytes.subarray(0, 64), expected);
}

/** Somebody with that key, and the `authid` if one was asked for; with an `authid` in any case. */
type Find = (introduction: CryptosignIntroduction) => Promise<CryptosignPrincipal | undefined>;

function finder(principals: CryptosignOptions["principals"]): Find {
  if (typeof principals === "function") {
    return async (introduction) => {
      const { publicKey, authid } = introduction;
      const facts = await principals(introduction);
      if (!facts || !keysOf(facts).includes(publicKey)) return undefined;
      return { authid: authid ?? publicKey, ...facts };
    };
  }
  const byKey = new Map<string, CryptosignPrincipal[]>();
  for (const [authid, facts] of byName(principals)) {
    for (const key of keysOf(facts)) {
      const others = byKey.get(key) ?? [];
      byKey.set(key, [...others, { provider: "static", ...facts, authid }]);
    }
  }
  return async ({ authid, publicKey }) => {
    const found = byKey.get(publicKey) ?? [];
    // A key of several says nothing about which of them it is.
    if (authid === undefined) return found.length === 1 ? found[0] : undefined;
    return found.find((facts) => facts.authid === authid);
  };
}

function keysOf(facts: CryptosignPrincipal): string[] {
  checkFacts(facts);
  const { publicKeys } = facts;
  if (!Array.isArray(publicKeys)) throw new TypeError("cryptosign: a principal needs publicKeys");
  return (publicKeys as readonly string[]).map((key) => toHex(readKey(key)));
}

function readKey(key: unknown): Bytes {
  const bytes = typeof key === "string" ? fromHex(key, 32) : undefined;
  if (!bytes) throw new TypeError("cryptosign: a key is 32 bytes in hex");
  return bytes;
}
