/**
 * What backends answer, in the form of Centrifugo's proxy protocol: `{result}`, `{error}` or `{disconnect}`. Whatever is
 * not as it should be is refused, so that nothing of a broken backend gets to clients.
 *
 * @module
 */

import type { Data } from "../../protocol/messages.ts";
import { ChannelError, DisconnectError } from "../errors.ts";
import type {
  Extension,
  Identity,
  PublishGrant,
  ServerSubscription,
  SubscribeGrant,
} from "../hooks.ts";
import { BackendError } from "./post.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The result; `undefined` where there is none, which says nothing.
 *
 * @throws ChannelError or DisconnectError where the answer is one of these.
 */
export function readAnswer(answer: unknown): Fields | undefined {
  const { result, error, disconnect } = object("the answer", answer);
  if (isThere(disconnect)) throw readDisconnect(object("disconnect", disconnect));
  if (isThere(error)) throw readError(object("error", error));
  return isThere(result) ? object("result", result) : undefined;
}

export function readIdentity(result: Fields): Identity {
  const subscriptions = new Map<string, ServerSubscription>();
  for (const channel of list("channels", result.channels)) {
    if (typeof channel !== "string") throw wrong("channels");
    subscriptions.set(channel, {});
  }
  for (const [channel, options] of Object.entries(optional("subs", result.subs))) {
    subscriptions.set(channel, readGrant(object("subs", options)));
  }
  return {
    user: text("user", result.user),
    expireAt: readTime(result),
    info: readData(result, "info"),
    data: readData(result, "data"),
    meta: isThere(result.meta) ? JSON.stringify(result.meta) : undefined,
    subscriptions,
  };
}

export function readGrant(result: Fields): SubscribeGrant {
  const override = optional("override", result.override);
  return {
    expireAt: readTime(result),
    info: readData(result, "info"),
    data: readData(result, "data"),
    recover: readOverride(override, "force_recovery"),
    presence: readOverride(override, "presence"),
    joinLeave: readOverride(override, "join_leave"),
  };
}

export function readPublishGrant(result: Fields): PublishGrant {
  return {
    data: readData(result, "data"),
    skipHistory: flag("skip_history", result.skip_history),
  };
}

export function readExtension(result: Fields): Extension | "expired" {
  if (flag("expired", result.expired)) return "expired";
  return { expireAt: readTime(result), info: readData(result, "info") };
}

/** What is called `name`, as JSON; or bytes that are called `b64…`. */
export function readData(result: Fields, name: "data" | "info"): Data | undefined {
  const encoded = text(`b64${name}`, result[`b64${name}`]);
  if (encoded !== "") return decode(encoded);
  const value = result[name];
  return isThere(value) ? JSON.stringify(value) : undefined;
}

/** Bytes that are JSON are text, as everywhere. */
function decode(encoded: string): Data {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw wrong("base64");
  const bytes = Buffer.from(encoded, "base64");
  try {
    const decoded = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    JSON.parse(decoded);
    return decoded;
  } catch {
    return bytes;
  }
}

/** In seconds; 0 is none. */
function readTime({ expire_at: time }: Fields): number | undefined {
  if (!isThere(time) || time === 0) return undefined;
  if (!Number.isSafeInteger(time) || (time as number) < 0) throw wrong("expire_at");
  return time as number;
}

function readOverride(override: Fields, name: string): boolean | undefined {
  const given = override[name];
  return isThere(given) ? flag(name, object(name, given).value) : undefined;
}

function readError({ code, message, temporary }: Fields): ChannelError {
  const isKnown =
    Number.isSafeInteger(code) &&
    (((code as number) >= 100 && (code as number) <= 113) ||
      ((code as number) >= 400 && (code as number) <= 1999));
  if (!isKnown) throw wrong("the code of error");
  const said = text("message", message);
  return new ChannelError(code as number, said === "" ? undefined : said, {
    ...(isThere(temporary) && { temporary: flag("temporary", temporary) }),
  });
}

function readDisconnect({ code, reason }: Fields): DisconnectError {
  const isKnown =
    Number.isSafeInteger(code) && (code as number) >= 3000 && (code as number) <= 4999;
  if (!isKnown) throw wrong("the code of disconnect");
  return new DisconnectError(code as number, text("reason", reason));
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function object(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(name);
  return value as Fields;
}

function optional(name: string, value: unknown): Fields {
  return isThere(value) ? object(name, value) : {};
}

function list(name: string, value: unknown): readonly unknown[] {
  if (!isThere(value)) return [];
  if (!Array.isArray(value)) throw wrong(name);
  return value as unknown[];
}

function text(name: string, value: unknown): string {
  if (!isThere(value)) return "";
  if (typeof value !== "string") throw wrong(name);
  return value;
}

function flag(name: string, value: unknown): boolean {
  if (!isThere(value)) return false;
  if (typeof value !== "boolean") throw wrong(name);
  return value;
}

function wrong(name: string): BackendError {
  return new BackendError(`in the answer, ${name} is not what it should be`, "answer");
}
