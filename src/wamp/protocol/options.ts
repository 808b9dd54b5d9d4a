/**
 * The attributes of options and details that the specification defines, and their types. A peer that sends another type
 * breaks the protocol.
 *
 * @module
 */

import { isId } from "./ids.ts";
import { MessageType } from "./message-type.ts";

/** One attribute's type. */
export interface Check {
  /** For people, after "is no". */
  readonly what: string;
  readonly accepts: (value: unknown) => boolean;
}

export type Checks = ReadonlyMap<string, Check>;

const bool: Check = { what: "bool", accepts: (value) => typeof value === "boolean" };
const text: Check = { what: "string", accepts: (value) => typeof value === "string" };
const id: Check = { what: "id", accepts: isId };
const count: Check = {
  what: "non-negative integer",
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};
const dict: Check = {
  what: "dict",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value),
};
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
    checks({
      roles: dict,
      agent: text,
      authmethods: texts,
      authid: text,
      authrole: text,
      authextra: dict,
    }),
  ],
  [
    MessageType.Welcome,
    checks({
      roles: dict,
      agent: text,
      realm: text,
      authid: text,
      authrole: text,
      authmethod: text,
      authprovider: text,
      authextra: dict,
    }),
  ],
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
  [MessageType.Result, checks({ ...PASSTHRU, progress: bool })],
  [
    MessageType.Register,
    checks({
      match,
      invoke,
      concurrency: count,
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
  [MessageType.Yield, checks({ ...PASSTHRU, progress: bool })],
]);

function checks(table: Readonly<Record<string, Check>>): Checks {
  return new Map(Object.entries(table));
}

function oneOf(what: string, values: readonly unknown[]): Check {
  return { what, accepts: (value) => values.includes(value) };
}
