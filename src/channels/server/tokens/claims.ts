/**
 * What tokens say, as Centrifugo's do. Whoever made a token knows the secret, so that a claim of a wrong type is a mistake:
 * the token is refused, and nothing in it is guessed.
 *
 * @module
 */

import type { Data } from "../../protocol/messages.ts";
import { dataFromBase64 } from "../data.ts";
import type { ConnectionClaims, ServerSubscription, SubscriptionClaims } from "../hooks.ts";
import { onOneLine, rawMembers } from "../raw-json.ts";

/** A claim is not what it has to be. */
export class ClaimError extends Error {}

/** @throws ClaimError */
export function readConnection(payload: string): ConnectionClaims {
  const claims = Claims.parse(payload);
  // One that lets into a channel must not be used to be somebody.
  if (claims.string("channel") !== undefined) throw new ClaimError("channel");
  return {
    user: claims.string("sub") ?? "",
    info: claims.data("info"),
    meta: claims.json("meta"),
    expireAt: claims.expireAt(),
    subscriptions: subscriptions(claims),
  };
}

/** @throws ClaimError */
export function readSubscription(payload: string): SubscriptionClaims {
  const claims = Claims.parse(payload);
  const channel = claims.string("channel");
  if (!channel) throw new ClaimError("channel");
  const client = claims.string("client") || undefined;
  // A token that names nobody is not for everybody: without a client it is for those without a name.
  const user = claims.string("sub") ?? (client === undefined ? "" : undefined);
  return { channel, user, client, ...grant(claims), expireAt: claims.expireAt() };
}

function subscriptions(claims: Claims): ReadonlyMap<string, ServerSubscription> {
  const plain = claims.strings("channels").map((channel) => [channel, {}] as const);
  const detailed = Array.from(
    claims.object("subs")?.members() ?? [],
    ([channel, given]) => [channel, grant(given)] as const,
  );
  return new Map<string, ServerSubscription>([...plain, ...detailed]);
}

function grant(claims: Claims): ServerSubscription {
  const override = claims.object("override");
  const value = (name: string): boolean | undefined => override?.object(name)?.boolean("value");
  return {
    info: claims.data("info"),
    data: claims.data("data"),
    presence: value("presence"),
    joinLeave: value("join_leave") ?? value("force_push_join_leave"),
    recover: value("force_recovery") ?? value("recover") ?? value("force_positioning"),
  };
}

class Claims {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #texts: ReadonlyMap<string, string>;

  private constructor(values: object, text: string) {
    this.#values = values as Readonly<Record<string, unknown>>;
    this.#texts = rawMembers(text);
  }

  static parse(text: string): Claims {
    const values = JSON.parse(text) as unknown;
    if (typeof values !== "object" || values === null || Array.isArray(values)) {
      throw new ClaimError("not an object");
    }
    return new Claims(values, text);
  }

  string(name: string): string | undefined {
    return this.#typed(name, (value) => typeof value === "string");
  }

  boolean(name: string): boolean | undefined {
    return this.#typed(name, (value) => typeof value === "boolean");
  }

  strings(name: string): readonly string[] {
    const isStrings = (value: unknown): value is string[] =>
      Array.isArray(value) && value.every((item) => typeof item === "string");
    return this.#typed(name, isStrings) ?? [];
  }

  object(name: string): Claims | undefined {
    const text = this.json(name);
    return text === undefined ? undefined : Claims.parse(text);
  }

  /** The values of an object whose names are not known. */
  members(): [string, Claims][] {
    return Array.from(this.#texts, ([name, text]) => [name, Claims.parse(text)]);
  }

  /** As it was written. */
  json(name: string): string | undefined {
    return this.#get(name) === undefined ? undefined : onOneLine(this.#texts.get(name) ?? "null");
  }

  data(name: "data" | "info"): Data | undefined {
    const encoded = this.string(`b64${name}`) ?? "";
    if (encoded === "") return this.json(name);
    const data = dataFromBase64(encoded);
    if (data === undefined) throw new ClaimError(`b64${name}`);
    return data;
  }

  /** `exp` says until when the token is good, and what it allows too, unless `expire_at` says that; 0: for good. */
  expireAt(): number | undefined {
    const isNumber = (value: unknown): value is number => typeof value === "number";
    const own = this.#typed("expire_at", isNumber);
    if (own !== undefined) return own === 0 ? undefined : own;
    return this.#typed("exp", isNumber);
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  #typed<T>(name: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.#get(name);
    if (value !== undefined && !is(value)) throw new ClaimError(name);
    return value;
  }
}
