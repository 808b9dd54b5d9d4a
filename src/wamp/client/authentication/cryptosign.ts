/**
 * A private key (WAMP specification, "Cryptosign-based Authentication").
 *
 * @module
 */

import { fromHex, isSame, randomBytes, toHex, xor } from "../../authentication/bytes.ts";
import type { Bytes } from "../../authentication/bytes.ts";
import { channelId } from "../../authentication/channel-binding.ts";
import type { ChannelBinding } from "../../authentication/channel-binding.ts";
import { signingKey, verify } from "../../authentication/ed25519.ts";
import type { SigningKey } from "../../authentication/ed25519.ts";
import { FullduplexError } from "../../../errors.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import type { Dict } from "../../protocol/messages.ts";
import type { Answer, Attempt, Authentication } from "./authentication.ts";

export interface CryptosignOptions {
  /** The seed of an Ed25519 key: 32 bytes in hex. */
  readonly privateKey: string;
  /** Default: the router finds out by the public key. */
  readonly authid?: string | undefined;
  /** Public keys in hex: the router has to prove that it has the private key of one of them. Default: no proof is asked for. */
  readonly routerKeys?: readonly string[] | undefined;
  /**
   * Binds the proofs to the TLS connection, so that nobody in between can pass them on. Default: not bound. Whoever opened
   * the connection has to offer its keying material (`request.tls.exportKeyingMaterial`); browsers, and `connect` of this
   * package, don't.
   */
  readonly channelBinding?: ChannelBinding | undefined;
}

/**
 * Signs the router's challenge with an Ed25519 key, by WebCrypto.
 *
 * @throws TypeError for a key that is none.
 *
 * @example
 * ```ts
 * const authentication = [cryptosign({ privateKey: "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510" })];
 * ```
 */
export function cryptosign(options: CryptosignOptions): Authentication {
  const seed = readKey(options.privateKey, "privateKey");
  const routerKeys = options.routerKeys?.map((key) => readKey(key, "routerKeys"));
  return {
    method: "cryptosign",
    authid: options.authid,
    async begin({ connection }) {
      const { channelBinding } = options;
      const channel = channelBinding && channelId(connection, channelBinding);
      if (channelBinding && !channel) {
        throw new FullduplexError("ERR_UNSUPPORTED", `this connection has no ${channelBinding}`);
      }
      return new CryptosignAttempt(await signingKey(seed), routerKeys, channelBinding, channel);
    },
  };
}

class CryptosignAttempt implements Attempt {
  readonly authextra: Dict;
  readonly #key: SigningKey;
  readonly #routerKeys: readonly Bytes[] | undefined;
  readonly #challenge = randomBytes(32);
  readonly #binding: ChannelBinding | undefined;
  readonly #channel: Bytes | undefined;
  #isProven = false;

  constructor(
    key: SigningKey,
    routerKeys: readonly Bytes[] | undefined,
    binding: ChannelBinding | undefined,
    channel: Bytes | undefined,
  ) {
    this.#key = key;
    this.#routerKeys = routerKeys;
    this.#binding = binding;
    this.#channel = channel;
    this.authextra = {
      pubkey: toHex(key.publicKey),
      ...(binding && { channel_binding: binding }),
      ...(routerKeys && { challenge: toHex(this.#challenge) }),
    };
  }

  async challenge(extra: Dict): Promise<Answer> {
    const challenge = readHex(extra["challenge"], 32);
    if (!challenge) return refuse("the challenge makes no sense");
    if ((extra["channel_binding"] ?? undefined) !== this.#binding) {
      return refuse("the router doesn't bind to the channel");
    }
    if (this.#routerKeys) await this.#verifyRouter(this.#routerKeys, extra);
    const signed = this.#bind(challenge);
    return { signature: toHex(await this.#key.sign(signed)) + toHex(signed) };
  }

  welcome(): void {
    if (this.#routerKeys && !this.#isProven) refuse("the router has proven nothing");
  }

  async #verifyRouter(trusted: readonly Bytes[], { pubkey, signature }: Dict): Promise<void> {
    const key = readHex(pubkey, 32);
    const proof = readHex(signature, 96);
    if (!key || !proof || !trusted.some((one) => isSame(one, key))) {
      return refuse("the router has no key that is trusted");
    }
    const signed = this.#bind(this.#challenge);
    const isSigned = await verify(key, proof.subarray(0, 64), signed);
    if (!isSigned || !isSame(proof.subarray(64), signed)) refuse("the router's proof is wrong");
    this.#isProven = true;
  }

  #bind(challenge: Bytes): Bytes {
    return this.#channel ? xor(challenge, this.#channel) : challenge;
  }
}

function readKey(key: string, option: string): Bytes {
  const bytes = readHex(key, 32);
  if (!bytes) throw new TypeError(`cryptosign's ${option}: a key is 32 bytes in hex`);
  return bytes;
}

function readHex(value: unknown, length: number): Bytes | undefined {
  return typeof value === "string" ? fromHex(value, length) : undefined;
}

function refuse(message: string): never {
  throw new WampError(ErrorUri.AuthenticationFailed, [message]);
}
