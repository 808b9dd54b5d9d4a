/**
 * What hooks answer is looked at before it is used: what is wrong would break the protocol for the client, or for all
 * that are in a channel. It is the application's mistake, so that it is a `TypeError`, which is logged.
 *
 * @module
 */

import { isJson } from "../protocol/json-text.ts";
import type { Data } from "../protocol/messages.ts";
import type {
  Extension,
  Hooks,
  Identity,
  PublishGrant,
  ServerSubscription,
  SubscribeGrant,
} from "./hooks.ts";

type Name = keyof Hooks;
type Nothing = null | undefined;

export function checkIdentity(answer: Identity | Nothing): Identity | undefined {
  if (isNothing(answer)) return undefined;
  const identity = object("connect", answer);
  const { user, info, data, meta, expireAt, subscriptions } = identity;
  if (typeof user !== "string") throw wrong("connect", "a user that is no string");
  checkData("connect", "info", info);
  checkData("connect", "data", data);
  if (meta !== undefined && !isJsonText(meta)) throw wrong("connect", "meta that is no JSON");
  checkTime("connect", expireAt);
  if (subscriptions === undefined) return identity;
  // (In plain JavaScript anything may be here.)
  if (!((subscriptions as unknown) instanceof Map)) {
    throw wrong("connect", "subscriptions that are no Map");
  }
  for (const subscription of subscriptions.values()) checkSubscription("connect", subscription);
  return identity;
}

export function checkSubscribeGrant(answer: SubscribeGrant | Nothing): SubscribeGrant | undefined {
  return isNothing(answer) ? undefined : checkSubscription("subscribe", answer);
}

export function checkPublishGrant(answer: PublishGrant | Nothing): PublishGrant | undefined {
  if (isNothing(answer)) return undefined;
  const grant = object("publish", answer);
  checkData("publish", "data", grant.data);
  return grant;
}

/** Of a hook that has nothing to say, nothing. A time that has passed is an end already. */
export function checkExtension(
  name: "refresh" | "subRefresh",
  answer: Extension | "expired" | Nothing,
): Extension | "expired" | undefined {
  if (isNothing(answer)) return undefined;
  if (answer === "expired") return answer;
  const extension = object(name, answer);
  checkTime(name, extension.expireAt);
  checkData(name, "info", extension.info);
  const { expireAt = Infinity } = extension;
  return expireAt * 1000 > Date.now() ? extension : "expired";
}

export function checkRpcData(answer: Data | Nothing): Data | undefined {
  if (isNothing(answer)) return undefined;
  checkData("rpc", "data", answer);
  return answer;
}

function checkSubscription(name: Name, answer: ServerSubscription): ServerSubscription {
  const { info, data, expireAt } = object(name, answer);
  checkData(name, "info", info);
  checkData(name, "data", data);
  checkTime(name, expireAt);
  return answer;
}

function checkData(name: Name, what: string, data: unknown): void {
  const isRight = data === undefined || data instanceof Uint8Array || isJsonText(data);
  if (!isRight) throw wrong(name, `${what} that is neither JSON as text nor bytes`);
}

function checkTime(name: Name, time: unknown): void {
  if (time !== undefined && !Number.isFinite(time)) throw wrong(name, "a time that is no number");
}

function object<T>(name: Name, answer: T): T {
  if (typeof answer !== "object") throw wrong(name, `a ${typeof answer}`);
  return answer;
}

function isNothing(answer: unknown): answer is Nothing {
  return answer === undefined || answer === null;
}

/** (In plain JavaScript it may be anything.) */
function isJsonText(text: unknown): boolean {
  return typeof text === "string" && isJson(text);
}

function wrong(name: Name, what: string): TypeError {
  return new TypeError(`the ${name} hook returned ${what}`);
}
