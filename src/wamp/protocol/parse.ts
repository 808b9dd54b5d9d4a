/**
 * From anything that was decoded to a message: the one place where what a peer sent is checked. Unknown attributes are let
 * through, as the specification demands; known ones have their types afterwards.
 *
 * @module
 */

import { Violation } from "./errors.ts";
import { isId } from "./ids.ts";
import { MessageType } from "./message-type.ts";
import type { Message } from "./messages.ts";
import { OPTIONS } from "./options.ts";
import type { Checks } from "./options.ts";

type Field = "id" | "request" | "int" | "string" | "dict" | "options";

interface Schema {
  readonly name: string;
  readonly fields: readonly (readonly [name: string, field: Field])[];
  /** What may follow: arguments, or one more dictionary. */
  readonly tail: "payload" | "dict" | undefined;
  readonly options?: Checks | undefined;
}

const T = MessageType;
const REQUEST = ["Request", "id"] as const;
const OPTIONS_FIELD = ["Options", "options"] as const;
const DETAILS = ["Details", "options"] as const;

type Row = readonly [
  type: MessageType,
  name: string,
  fields: Schema["fields"],
  tail?: Schema["tail"],
];

/** In the words of the specification. */
const TABLE: readonly Row[] = [
  [T.Hello, "HELLO", [["Realm", "string"], DETAILS]],
  [T.Welcome, "WELCOME", [["Session", "id"], DETAILS]],
  [T.Abort, "ABORT", [DETAILS, ["Reason", "string"]], "payload"],
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
  [T.Goodbye, "GOODBYE", [DETAILS, ["Reason", "string"]]],
  [
    T.Error,
    "ERROR",
    [["REQUEST.Type", "int"], ["REQUEST.Request", "id"], DETAILS, ["Error", "string"]],
    "payload",
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
    "payload",
  ],
  [T.Call, "CALL", [REQUEST, OPTIONS_FIELD, ["Procedure", "string"]], "payload"],
  [T.Cancel, "CANCEL", [["CALL.Request", "id"], OPTIONS_FIELD]],
  [T.Result, "RESULT", [["CALL.Request", "id"], DETAILS], "payload"],
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
  [T.Invocation, "INVOCATION", [REQUEST, ["REGISTERED.Registration", "id"], DETAILS], "payload"],
  [T.Interrupt, "INTERRUPT", [["INVOCATION.Request", "id"], OPTIONS_FIELD]],
  [T.Yield, "YIELD", [["INVOCATION.Request", "id"], OPTIONS_FIELD], "payload"],
];

/** By the code of the message. */
const SCHEMAS: readonly (Schema | undefined)[] = schemas();

/**
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

function checkFields(message: readonly unknown[], schema: Schema): void {
  const { name, fields } = schema;
  if (message.length <= fields.length) throw new Violation(`${name} is too short`);
  for (let index = 0; index < fields.length; index++) {
    const [label, field] = fields[index] as (typeof fields)[number];
    const value = message[index + 1];
    if (!isOf(field, value)) throw new Violation(`${name}.${label} is no ${field}`);
    if (field === "options" && schema.options) {
      checkOptions(name, value as Record<string, unknown>, schema.options);
    }
  }
}

function isOf(field: Field, value: unknown): boolean {
  if (field === "id") return isId(value);
  if (field === "request") return value === 0 || isId(value);
  if (field === "int") return Number.isSafeInteger(value);
  if (field === "string") return typeof value === "string";
  return isDict(value);
}

function checkOptions(name: string, options: Record<string, unknown>, checks: Checks): void {
  for (const key in options) {
    const check = checks.get(key);
    if (check && !check.accepts(options[key])) {
      throw new Violation(`${name}: ${key} is no ${check.what}`);
    }
  }
}

function checkTail(message: readonly unknown[], { name, fields, tail }: Schema): void {
  const rest = message.length - 1 - fields.length;
  if (rest === 0) return;
  if (rest > (tail === "payload" ? 2 : tail ? 1 : 0)) throw new Violation(`${name} is too long`);
  const [first, second] = [message[fields.length + 1], message[fields.length + 2]];
  if (tail === "dict" && !isDict(first)) throw new Violation(`${name}: details are no dict`);
  if (tail !== "payload") return;
  if (!Array.isArray(first)) throw new Violation(`${name}: arguments are no list`);
  if (rest === 2 && !isDict(second)) throw new Violation(`${name}: keyword arguments are no dict`);
}

/** An object that came out of a decoder, and is neither a list nor bytes. */
export function isDict(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  );
}

function show(value: unknown): string {
  return typeof value === "number" ? String(value) : typeof value;
}

function schemas(): Schema[] {
  const table: Schema[] = [];
  for (const [type, name, fields, tail] of TABLE) {
    table[type] = { name, fields, tail, options: OPTIONS.get(type) };
  }
  return table;
}
