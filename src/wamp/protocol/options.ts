/**
 * The attributes of options and details that the specification defines, and their types. A peer that sends another type
 * breaks the protocol; attributes that are not here are let through, and nobody looks at them.
 *
 * @module
 */

import { isDict } from "./dict.ts";
import { isId } from "./ids.ts";
import * as MessageType from "./message-type.ts";

/** One attribute's type. */
export interface Check {
  /** For people, after "is no". */
  readonly what: string;
  readonly accepts: (value: unknown) => boolean;
}

/** What is known of one message's options or details. */
export interface Checks {
  readonly byName: ReadonlyMap<string, Check>;
  /** The one that must not be missing. */
  readonly required: string | undefined;
}

const bool: Check = { what: "bool", accepts: (value) => typeof value === "boolean" };
const text: Check = { what: "string", accepts: (value) => typeof value === "string" };
const id: Check = { what: "id", accepts: isId };
const count: Check = {
  what: "non-negative integer",
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};
const positive: Check = {
  what: "positive integer",
  accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};
const dict: Check = { what: "dict", accepts: isDict };
const ids: Check = {
  what: "list of ids",
  accepts: (value) => Array.isArray(value) && value.every(isId),
};
const texts: Check = {
  what: "list of strings",
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
};
const match = oneOf("match policy", ["exact", "prefix", "wildcard"]);
const invoke = oneOf("invocation policy", ["single", "roundrobin", "random", "first", "last"]);
const mode = oneOf("cancel mode", ["skip", "kill", "killnowait"]);
const clientRoles = rolesOf("client", ["publisher", "subscriber", "caller", "callee"]);
const routerRoles = rolesOf("router", ["broker", "dealer"]);

const PASSTHRU = {
  ppt_scheme: text,
  ppt_serializer: text,
  ppt_cipher: text,
  ppt_keyid: text,
};

/** By the code of the message. */
export const OPTIONS: ReadonlyMap<number, Checks> = new Map([
  [
    MessageType.Hello,
    checks(
      {
        roles: clientRoles,
        agent: text,
        authmethods: texts,
        authid: text,
        authrole: text,
        authextra: dict,
      },
      "roles",
    ),
  ],
  [
    MessageType.Welcome,
    checks(
      {
        roles: routerRoles,
        agent: text,
        realm: text,
        authid: text,
        authrole: text,
        authmethod: text,
        authprovider: text,
        authextra: dict,
      },
      "roles",
    ),
  ],
  [MessageType.Abort, checks({ message: text })],
  [MessageType.Goodbye, checks({ message: text })],
  [MessageType.Error, checks(PASSTHRU)],
  [
    MessageType.Publish,
    checks({
      ...PASSTHRU,
      acknowledge: bool,
      exclude_me: bool,
      exclude: ids,
      exclude_authid: texts,
      exclude_authrole: texts,
      eligible: ids,
      eligible_authid: texts,
      eligible_authrole: texts,
      disclose_me: bool,
      retain: bool,
    }),
  ],
  [MessageType.Subscribe, checks({ match, get_retained: bool })],
  [
    MessageType.Event,
    checks({
      ...PASSTHRU,
      topic: text,
      publisher: id,
      publisher_authid: text,
      publisher_authrole: text,
      retained: bool,
      trustlevel: count,
    }),
  ],
  [
    MessageType.Call,
    checks({
      ...PASSTHRU,
      timeout: count,
      receive_progress: bool,
      progress: bool,
      disclose_me: bool,
    }),
  ],
  // (The dealer answers an unknown mode with an error, rather than to end the session.)
  [MessageType.Cancel, checks({ mode: text })],
  [MessageType.Result, checks({ ...PASSTHRU, progress: bool })],
  [
    MessageType.Register,
    checks({
      match,
      invoke,
      concurrency: positive,
      force_reregister: bool,
      disclose_caller: bool,
      forward_timeout: bool,
    }),
  ],
  [
    MessageType.Invocation,
    checks({
      ...PASSTHRU,
      procedure: text,
      caller: id,
      caller_authid: text,
      caller_authrole: text,
      trustlevel: count,
      timeout: count,
      receive_progress: bool,
      progress: bool,
    }),
  ],
  [MessageType.Interrupt, checks({ mode, reason: text })],
  [MessageType.Yield, checks({ ...PASSTHRU, progress: bool })],
]);

/** Of the details of UNSUBSCRIBED and UNREGISTERED, when the router has revoked something. */
export const REVOCATIONS: ReadonlyMap<number, Checks> = new Map([
  [MessageType.Unsubscribed, checks({ subscription: id, reason: text }, "subscription")],
  [MessageType.Unregistered, checks({ registration: id, reason: text }, "registration")],
]);

function checks(table: Readonly<Record<string, Check>>, required?: string): Checks {
  return { byName: new Map(Object.entries(table)), required };
}

function oneOf(what: string, values: readonly unknown[]): Check {
  return { what, accepts: (value) => values.includes(value) };
}

/** One of these at least, each with its details. What is announced as a feature is up to the peer: only `true` counts. */
function rolesOf(side: string, names: readonly string[]): Check {
  return {
    what: `dict of a ${side}'s roles`,
    accepts: (value) =>
      isDict(value) &&
      names.some((name) => Object.hasOwn(value, name)) &&
      Object.values(value).every(isRole),
  };
}

function isRole(details: unknown): boolean {
  if (!isDict(details)) return false;
  const features = Object.hasOwn(details, "features") ? details["features"] : undefined;
  return features === undefined || isDict(features);
}
