/**
 * Who may use the bridge, and how a request shows which of them it is from.
 *
 * @module
 */

import { isApiKey, readApiKey } from "../../../http/api-key.ts";
import { verifySignature } from "../../../http/signature.ts";
import { SecretSet } from "../../../util/secret-set.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import type { Uri } from "../../protocol/messages.ts";
import { BridgeError } from "./bridge-error.ts";
import type { Operation } from "./bridge-request.ts";
import { Nonces } from "./nonces.ts";

/** Who it is in the router: what it may do there is its realm's to decide. */
export interface BridgePrincipal {
  readonly realm: Uri;
  readonly authid: string;
  readonly authrole: string;
}

/** Shows a key with each request, as `X-API-Key` or `Authorization: Bearer …`. Take at least 32 random bytes for it. */
export interface KeyClient extends BridgePrincipal {
  readonly key: string;
  readonly keyId?: undefined;
  readonly secret?: undefined;
}

/** Signs each request with a secret that never travels; says by `X-Key-Id` which. Take at least 32 random bytes for it. */
export interface SigningClient extends BridgePrincipal {
  readonly keyId: string;
  readonly secret: string;
  readonly key?: undefined;
}

/** One that may use the bridge. Several may be the same principal, while a key is being changed. */
export type BridgeClient = KeyClient | SigningClient;

const NONCE = /^[\x21-\x7e]{16,128}$/;

/** Checked in place of a secret that nobody has, so that it takes as long. */
const NO_SECRET = "nobody has this one";

export class BridgeClients {
  readonly #withKey: readonly KeyClient[];
  readonly #keys: SecretSet;
  readonly #signing: ReadonlyMap<string, SigningClient>;
  readonly #tolerance: number;
  readonly #nonces: Nonces;

  /** @throws TypeError for clients that make no sense. */
  constructor(clients: readonly BridgeClient[], tolerance: number) {
    this.#withKey = clients.filter((client) => client.key !== undefined);
    const signing = clients.filter((client) => client.key === undefined);
    const keys = this.#withKey.map(({ key }) => key);
    const ids = signing.map(({ keyId }) => keyId);
    if (!keys.every(isApiKey) || !ids.every(isApiKey)) {
      throw new TypeError("a key of the bridge is printable ASCII, without spaces");
    }
    if (signing.some(({ secret }) => typeof secret !== "string" || secret === "")) {
      throw new TypeError("a secret of the bridge must not be empty");
    }
    if (new Set(keys).size < keys.length || new Set(ids).size < ids.length) {
      throw new TypeError("two clients of the bridge have the same key");
    }
    this.#keys = new SecretSet(keys);
    this.#signing = new Map(signing.map((client) => [client.keyId, client]));
    this.#tolerance = tolerance;
    this.#nonces = new Nonces(2 * tolerance);
  }

  /** Whether the body is needed to know who it is from. */
  isSigned(headers: Headers): boolean {
    return headers.has("x-signature");
  }

  /** @throws BridgeError 401 for a key that nobody has. */
  async byKey(headers: Headers): Promise<BridgePrincipal> {
    const client = this.#withKey[await this.#keys.indexOf(readApiKey(headers) ?? "")];
    if (!client) throw unauthorized();
    return client;
  }

  /**
   * The signature is one of "operation.nonce.body".
   *
   * @throws BridgeError 401 for a signature that is wrong, too old, or was there before; 503 when there are too many.
   */
  async bySignature(
    headers: Headers,
    operation: Operation,
    body: string,
  ): Promise<BridgePrincipal> {
    const keyId = headers.get("x-key-id") ?? "";
    const nonce = headers.get("x-nonce") ?? "";
    const client = this.#signing.get(keyId);
    const text = `${operation}.${nonce}.${body}`;
    const { secret = NO_SECRET } = client ?? {};
    const options = { tolerance: this.#tolerance };
    const isRight = await verifySignature(text, headers.get("x-signature"), secret, options);
    if (!client || !isRight || !NONCE.test(nonce)) throw unauthorized();
    const use = this.#nonces.use(`${keyId} ${nonce}`);
    if (use === "used") throw unauthorized();
    if (use === "full") {
      throw new BridgeError(503, ErrorUri.Unavailable, "too many signed requests");
    }
    return client;
  }
}

function unauthorized(): BridgeError {
  return new BridgeError(401, ErrorUri.AuthenticationFailed, "unauthorized", {
    "WWW-Authenticate": "apikey",
  });
}
