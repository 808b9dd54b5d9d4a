/**
 * Reading messages, which may be anything.
 *
 * @module
 */

import { decode } from "./ejson/decode.ts";
import { isPlainObject } from "./fields.ts";
import type { ClientMessage } from "./messages.ts";

/** A message that is none: the peer is told the reason, and what it sent if that isn't long. The connection goes on. */
export class BadMessage extends Error {
  readonly offending: unknown;

  constructor(reason: string, offending?: unknown) {
    super(reason);
    this.offending = offending;
  }
}

/** A message of any type, its values decoded. */
export type AnyMessage = Readonly<Record<string, unknown>>;

/** A message, and what may be shown of it to whoever sent it: `undefined` when it is too long. */
export interface ReadMessage {
  readonly message: AnyMessage;
  readonly echo: unknown;
  /** How long its text was. UTF-16 units. */
  readonly size: number;
}

/** Characters; what is longer isn't sent back. */
const MAX_ECHO = 1_024;

/** Characters of ids, of names and of a seed: they are kept, sent back, and drawn from. */
const MAX_TEXT = 256;

/** Functions don't take any number of them. */
const MAX_PARAMS = 1_000;

/** Which parts of a message hold EJSON. */
const VALUES = ["fields", "params", "result"] as const;

/** @throws BadMessage for what is no message at all. */
export function readMessage(text: string): ReadMessage {
  const json = parseJson(text);
  if (typeof json !== "object" || json === null) throw new BadMessage("Bad request");
  const echo = toEcho(json, text);
  if (!isPlainObject(json) || !Object.hasOwn(json, "msg") || !json["msg"]) {
    throw new BadMessage("Bad request", echo);
  }
  const { cleared } = json;
  if (cleared !== undefined && !isStrings(cleared)) throw new BadMessage("Parse error");
  for (const name of VALUES) {
    if (Object.hasOwn(json, name)) json[name] = decodeValue(json[name]);
  }
  return { message: json, echo, size: text.length };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadMessage("Bad request");
  }
}

function decodeValue(value: unknown): unknown {
  try {
    return decode(value);
  } catch {
    throw new BadMessage("Parse error");
  }
}

/** What may be shown to whoever sent it; decoding doesn't change it, but for its first level. */
function toEcho(json: object, text: string): unknown {
  if (text.length > MAX_ECHO) return undefined;
  return Array.isArray(json) ? json : { ...json };
}

/**
 * The message of a client whose connection has been agreed on; a second `connect` is one too.
 *
 * @throws BadMessage for a message that clients don't send, or not so.
 */
export function toClientMessage({ message, echo }: ReadMessage): ClientMessage {
  const { msg } = message;
  if (typeof msg !== "string" || !CHECKS.has(msg)) throw new BadMessage("Bad request", echo);
  const complaint = CHECKS.get(msg)?.(message);
  if (complaint !== undefined) throw new BadMessage(complaint, echo);
  return message as unknown as ClientMessage;
}

type Check = (message: AnyMessage) => string | undefined;

/** By type of message: what is wrong with one, if anything is. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["connect", () => undefined],
  ["disconnect", () => undefined],
  ["ping", ({ id }) => (isOptionalText(id) ? undefined : "Bad request")],
  ["pong", () => undefined],
  ["unsub", ({ id }) => (isOptionalText(id) ? undefined : "Malformed unsubscription")],
  ["sub", (message) => (isSub(message) ? undefined : "Malformed subscription")],
  ["method", (message) => (isMethod(message) ? undefined : "Malformed method invocation")],
]);

function isSub({ id, name, params }: AnyMessage): boolean {
  return isText(id) && isText(name) && areParams(params);
}

function isMethod({ id, method, params, randomSeed }: AnyMessage): boolean {
  return isText(id) && isText(method) && areParams(params) && isOptionalText(randomSeed);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.length <= MAX_TEXT;
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || isText(value);
}

function areParams(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length <= MAX_PARAMS);
}

export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
