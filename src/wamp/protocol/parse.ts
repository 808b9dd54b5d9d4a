/**
 * From anything that was decoded to a message: the one place where what a peer sent is checked. Unknown attributes are let
 * through, as the specification demands; known ones have their types afterwards.
 *
 * @module
 */

import { isDict } from "./dict.ts";
import { Violation } from "./errors.ts";
import { isId } from "./ids.ts";
import * as T from "./message-type.ts";
import type { Message } from "./messages.ts";
import { OPTIONS, REVOCATIONS } from "./options.ts";
import type { Checks } from "./options.ts";
import { isUri } from "./uri.ts";

/**
 * `uri`: one that names something, loosely. Realms, topics and procedures are only strings here: the router answers those that
 * are no URIs with an error.
 */
type Field = "id" | "request" | "request type" | "string" | "uri" | "dict" | "options";

/**
 * What may follow: arguments, or one more dictionary. `nullable`: arguments that may be null, for "none", as some routers send
 * them to their clients.
 */
type Tail = "payload" | "nullable payload" | "dict";

interface Schema {
  readonly name: string;
  readonly fields: readonly (readonly [name: string, field: Field])[];
  readonly tail: Tail | undefined;
  readonly options: Checks | undefined;
  readonly revocation: Checks | undefined;
}

const REQUEST = ["Request", "id"] as const;
const OPTIONS_FIELD = ["Options", "options"] as const;
const DETAILS = ["Details", "options"] as const;

type Row = readonly [
  type: Message[0],
  name: string,
  fields: Schema["fields"],
  tail?: Schema["tail"],
];

/** What an ERROR can answer. (CANCEL isn't in the specification's list, but routers answer a mode that is none so.) */
const REQUESTS: readonly unknown[] = [
  T.Publish,
  T.Subscribe,
  T.Unsubscribe,
  T.Call,
  T.Cancel,
  T.Register,
  T.Unregister,
  T.Invocation,
];

/** In the words of the specification. */
const TABLE: readonly Row[] = [
  [T.Hello, "HELLO", [["Realm", "string"], DETAILS]],
  [T.Welcome, "WELCOME", [["Session", "id"], DETAILS]],
  [T.Abort, "ABORT", [DETAILS, ["Reason", "uri"]], "payload"],
  [
    T.Challenge,
    "CHALLENGE",
    [
      ["AuthMethod", "string"],
      ["Extra", "dict"],
    ],
  ],
  [
    T.Authenticate,
    "AUTHENTICATE",
    [
      ["Signature", "string"],
      ["Extra", "dict"],
    ],
  ],
  [T.Goodbye, "GOODBYE", [DETAILS, ["Reason", "uri"]]],
  [
    T.Error,
    "ERROR",
    [["REQUEST.Type", "request type"], ["REQUEST.Request", "id"], DETAILS, ["Error", "string"]],
    "nullable payload",
  ],
  [T.Publish, "PUBLISH", [REQUEST, OPTIONS_FIELD, ["Topic", "string"]], "payload"],
  [
    T.Published,
    "PUBLISHED",
    [
      ["PUBLISH.Request", "id"],
      ["Publication", "id"],
    ],
  ],
  [T.Subscribe, "SUBSCRIBE", [REQUEST, OPTIONS_FIELD, ["Topic", "string"]]],
  [
    T.Subscribed,
    "SUBSCRIBED",
    [
      ["SUBSCRIBE.Request", "id"],
      ["Subscription", "id"],
    ],
  ],
  [T.Unsubscribe, "UNSUBSCRIBE", [REQUEST, ["SUBSCRIBED.Subscription", "id"]], "dict"],
  [T.Unsubscribed, "UNSUBSCRIBED", [["UNSUBSCRIBE.Request", "request"]], "dict"],
  [
    T.Event,
    "EVENT",
    [["SUBSCRIBED.Subscription", "id"], ["PUBLISHED.Publication", "id"], DETAILS],
    "nullable payload",
  ],
  [T.Call, "CALL", [REQUEST, OPTIONS_FIELD, ["Procedure", "string"]], "payload"],
  [T.Cancel, "CANCEL", [["CALL.Request", "id"], OPTIONS_FIELD]],
  [T.Result, "RESULT", [["CALL.Request", "id"], DETAILS], "nullable payload"],
  [T.Register, "REGISTER", [REQUEST, OPTIONS_FIELD, ["Procedure", "string"]]],
  [
    T.Registered,
    "REGISTERED",
    [
      ["REGISTER.Request", "id"],
      ["Registration", "id"],
    ],
  ],
  [T.Unregister, "UNREGISTER", [REQUEST, ["REGISTERED.Registration", "id"]], "dict"],
  [T.Unregistered, "UNREGISTERED", [["UNREGISTER.Request", "request"]], "dict"],
  [
    T.Invocation,
    "INVOCATION",
    [REQUEST, ["REGISTERED.Registration", "id"], DETAILS],
    "nullable payload",
  ],
  [T.Interrupt, "INTERRUPT", [["INVOCATION.Request", "id"], OPTIONS_FIELD]],
  [T.Yield, "YIELD", [["INVOCATION.Request", "id"], OPTIONS_FIELD], "payload"],
];

/** By the code of the message. */
const SCHEMAS: readonly (Schema | undefined)[] = schemas();

/**
 * Checks that it is a message, in all that the specification says of its form. The list itself is the message: only null for "no
 * arguments" is taken out of it.
 *
 * @throws Violation for anything that is no message.
 */
export function parseMessage(value: unknown): Message {
  if (!Array.isArray(value)) throw new Violation("a message is a list");
  const schema = typeof value[0] === "number" ? SCHEMAS[value[0]] : undefined;
  if (!schema) throw new Violation(`there is no message of type ${show(value[0])}`);
  checkFields(value, schema);
  checkTail(value, schema);
  return value as unknown as Message;
}

/** The name of a message's type, for people. */
export function messageName(type: number): string {
  return SCHEMAS[type]?.name ?? String(type);
}

function checkFields(message: readonly unknown[], { name, fields, options }: Schema): void {
  if (message.length <= fields.length) throw new Violation(`${name} is too short`);
  for (let index = 0; index < fields.length; index++) {
    const [label, field] = fields[index] as (typeof fields)[number];
    const value = message[index + 1];
    if (!isOf(field, value)) throw new Violation(`${name}.${label} is no ${field}`);
    if (field === "options" && options) {
      checkOptions(name, value as Record<string, unknown>, options);
    }
  }
}

function isOf(field: Field, value: unknown): boolean {
  switch (field) {
    case "id":
      return isId(value);
    case "request":
      return value === 0 || isId(value);
    case "request type":
      return REQUESTS.includes(value);
    case "string":
      return typeof value === "string";
    case "uri":
      return typeof value === "string" && isUri(value);
    default:
      return isDict(value);
  }
}

function checkOptions(name: string, options: Record<string, unknown>, checks: Checks): void {
  const { byName, required } = checks;
  for (const key in options) {
    const check = byName.get(key);
    // (`undefined` is what within the process stands for an attribute that isn't there.)
    if (check && options[key] !== undefined && !check.accepts(options[key])) {
      throw new Violation(`${name}: ${key} is no ${check.what}`);
    }
  }
  if (
    required !== undefined &&
    !(Object.hasOwn(options, required) && options[required] !== undefined)
  ) {
    throw new Violation(`${name}: ${required} is missing`);
  }
}

function checkTail(message: unknown[], schema: Schema): void {
  const { name, fields, tail, revocation } = schema;
  const start = fields.length + 1;
  if (tail === "nullable payload") dropNull(message, start);
  const rest = message.length - start;
  if (rest > (tail === undefined ? 0 : tail === "dict" ? 1 : 2)) {
    throw new Violation(`${name} is too long`);
  }
  if (revocation && message[1] === 0) checkRevocation(name, message[start], revocation);
  if (rest === 0) return;
  if (tail === "dict") {
    if (!isDict(message[start])) throw new Violation(`${name}: details are no dict`);
    return;
  }
  if (!Array.isArray(message[start])) throw new Violation(`${name}: arguments are no list`);
  if (rest === 2 && !isDict(message[start + 1])) {
    throw new Violation(`${name}: keyword arguments are no dict`);
  }
}

/** Request 0 answers nothing: it says that the router has taken away what the details name. */
function checkRevocation(name: string, details: unknown, checks: Checks): void {
  if (!isDict(details)) throw new Violation(`${name}: a revocation has details`);
  checkOptions(name, details, checks);
}

/** Takes null out where it stands for no arguments. */
function dropNull(message: unknown[], start: number): void {
  if (message.length === start + 2 && message[start + 1] === null) message.pop();
  if (message.length <= start || message[start] !== null) return;
  if (message.length === start + 1) message.pop();
  else message[start] = [];
}

function show(value: unknown): string {
  return typeof value === "number" ? String(value) : typeof value;
}

function schemas(): Schema[] {
  const table: Schema[] = [];
  for (const [type, name, fields, tail] of TABLE) {
    const [options, revocation] = [OPTIONS.get(type), REVOCATIONS.get(type)];
    table[type] = { name, fields, tail, options, revocation };
  }
  return table;
}
