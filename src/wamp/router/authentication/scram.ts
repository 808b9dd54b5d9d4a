/**
 * A password that isn't sent, and that the router doesn't know either (WAMP specification, "Salted Challenge Response
 * Authentication"). Nothing is derived from passwords here: the client does that.
 *
 * @module
 */

import {
  concat,
  fromBase64,
  isSame,
  randomBytes,
  toBase64,
  xor,
} from "../../authentication/bytes.ts";
import type { Bytes } from "../../authentication/bytes.ts";
import { channelId } from "../../authentication/channel-binding.ts";
import { hmac, sha256 } from "../../authentication/hashing.ts";
import { saslprep } from "../../authentication/saslprep.ts";
import { SCRAM_METHOD, authMessage } from "../../authentication/scram.ts";
import type { ScramBinding, ScramCredentials, ScramDialect } from "../../authentication/scram.ts";
import type { Dict } from "../../protocol/messages.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { Authenticator, Introduction, Step } from "./authenticator.ts";
import { Directory, REFUSED, admit } from "./principals.ts";
import type { Found, PrincipalFacts, Principals } from "./principals.ts";
import { scramKind } from "./scram-principals.ts";

/** Somebody with a password, of which only this is kept; see {@link scramCredentials}. */
export interface ScramPrincipal extends PrincipalFacts, ScramCredentials {}

export interface ScramOptions {
  readonly principals: Principals<ScramPrincipal>;
  /**
   * `autobahn` for clients that speak Autobahn's and Crossbar.io's dialect (`scram`), with credentials of the key derivation
   * `argon2id-13`. Default: `wamp`, as specified (`wamp-scram`). For both, have two authenticators.
   */
  readonly dialect?: ScramDialect | undefined;
  /** What clients that aren't known are asked for, where a function finds the others. Default: as `scramCredentials` does. */
  readonly unknown?: {
    readonly iterations: number;
    readonly memory?: number;
    readonly kdf?: "argon2id13" | "pbkdf2";
  };
}

/**
 * Clients prove that they know a password, and the router that it has its keys.
 *
 * @throws TypeError for a principal whose credentials aren't complete.
 *
 * @example
 * ```ts
 * const credentials = await scramCredentials("pencil"); // once, when the password is set
 * const authenticators = [scram({ principals: { joe: { ...credentials, role: "user" } } })];
 * ```
 */
export function scram(options: ScramOptions): Authenticator {
  checkOptions("scram", options, { principals: true, dialect: true, unknown: true });
  const { dialect = "wamp" } = options;
  const directory = new Directory(options.principals, scramKind(dialect, options.unknown));
  return {
    method: SCRAM_METHOD[dialect],
    async begin(said) {
      const { nonce, channel_binding: type } = said.authextra;
      const clientNonce =
        typeof nonce === "string" && nonce.length <= 256 ? fromBase64(nonce) : undefined;
      const introduction = prepared(said);
      if (!clientNonce || clientNonce.length === 0 || !introduction) return REFUSED;
      const binding = bindingOf(introduction, type);
      // "The server MUST terminate the authentication process" for a kind that it doesn't support.
      if (typeof type === "string" && !binding) return REFUSED;
      const found = await directory.find(introduction);
      return new ScramExchange(
        introduction,
        said.authid ?? "",
        found,
        dialect,
        binding,
        clientNonce,
      ).challenge();
    },
  };
}

/** Names that SASLprep refuses are nobody's. */
function prepared(introduction: Introduction): Introduction | undefined {
  try {
    return { ...introduction, authid: saslprep(introduction.authid ?? "") };
  } catch {
    return undefined;
  }
}

function bindingOf({ link }: Introduction, type: unknown): ScramBinding | undefined {
  if (typeof type !== "string") return undefined;
  const data = channelId(link.connection, type);
  return data && { type, data };
}

class ScramExchange {
  readonly #introduction: Introduction;
  readonly #found: Found<ScramPrincipal>;
  readonly #dialect: ScramDialect;
  readonly #binding: ScramBinding | undefined;
  readonly #nonce: string;
  readonly #message: string;

  constructor(
    introduction: Introduction,
    authid: string,
    found: Found<ScramPrincipal>,
    dialect: ScramDialect,
    binding: ScramBinding | undefined,
    clientBytes: Bytes,
  ) {
    this.#introduction = introduction;
    this.#found = found;
    this.#dialect = dialect;
    this.#binding = binding;
    const clientNonce = toBase64(clientBytes);
    const random = randomBytes(16);
    // In the dialect the bytes are put together, not their texts.
    this.#nonce =
      dialect === "wamp" ? clientNonce + toBase64(random) : toBase64(concat(clientBytes, random));
    const { salt, iterations } = found.facts;
    const { authid: plain = "" } = introduction;
    this.#message = authMessage({
      authid: dialect === "wamp" ? authid : plain,
      clientNonce,
      nonce: this.#nonce,
      salt,
      iterations,
      binding,
      dialect,
    });
  }

  challenge(): Step {
    const { kdf, salt, iterations, memory } = this.#found.facts;
    const extra: Dict = { nonce: this.#nonce, salt, kdf, iterations, memory: memory ?? null };
    return {
      type: "challenge",
      extra,
      respond: (signature, given) => this.#respond(signature, given),
    };
  }

  async #respond(signature: string, extra: Dict): Promise<Step> {
    const { facts, isKnown } = this.#found;
    const stored = fromBase64(facts.storedKey) as Bytes;
    const proof = fromBase64(signature);
    if (!proof || proof.length !== stored.length) return REFUSED;
    const key = xor(proof, await hmac(stored, this.#message));
    const isProven = isSame(await sha256(key), stored);
    const verifier = toBase64(await hmac(fromBase64(facts.serverKey) as Bytes, this.#message));
    if (!isProven || !isKnown || !this.#isRepeated(extra)) return REFUSED;
    const proofs = this.#dialect === "wamp" ? { verifier } : { scram_server_signature: verifier };
    const admitted = { ...facts, authextra: { ...facts.authextra, ...proofs } };
    return admit(admitted, this.#introduction, SCRAM_METHOD[this.#dialect]);
  }

  /** The client says again what was agreed on. */
  #isRepeated({ nonce, channel_binding: type, cbind_data: data }: Dict): boolean {
    if (this.#dialect === "autobahn") return true;
    const binding = this.#binding;
    if (nonce !== this.#nonce || (type ?? undefined) !== binding?.type) return false;
    return binding ? data === toBase64(binding.data) : (data ?? undefined) === undefined;
  }
}
