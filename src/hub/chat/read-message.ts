/**
 * Reads what a client sent, and nothing else than what the protocol knows: each field there, none too many, all strings.
 *
 * @module
 */

import { CloseCode } from "../../client/node/index.ts";
import type { Message } from "../../client/node/index.ts";
import { Misbehaviour } from "./errors.ts";
import { MAX_INPUT } from "./limits.ts";
import type { ClientMessage } from "./protocol.ts";

interface Shape {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const SHAPES: ReadonlyMap<unknown, Shape> = new Map([
  ["hello", { required: ["name", "session"], optional: [] }],
  ["rename", { required: ["name"], optional: [] }],
  ["join", { required: ["room"], optional: ["after"] }],
  ["leave", { required: ["room"], optional: [] }],
  ["say", { required: ["room", "text", "key"], optional: [] }],
  ["ping", { required: [], optional: [] }],
]);

/** What identifies a tab or a message: hard to guess, short to keep. */
const TOKEN = /^[A-Za-z0-9_-]{16,64}$/;

const TOKENS = new Set(["session", "key"]);

/** @throws Misbehaviour for anything that our page would never send. */
export function readMessage(data: Message): ClientMessage {
  if (typeof data !== "string") throw new Misbehaviour(CloseCode.UnsupportedData, "not text");
  if (data.length > MAX_INPUT) throw new Misbehaviour(CloseCode.MessageTooBig, "too long");
  const value = parse(data);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw broken("no object");
  const fields = new Map<string, unknown>(Object.entries(value));
  const shape = SHAPES.get(fields.get("type"));
  if (!shape) throw broken("unknown type");
  for (const name of shape.required) if (!fields.has(name)) throw broken(`${name} is missing`);
  for (const [name, field] of fields) check(name, field, shape);
  return value as ClientMessage;
}

function check(name: string, value: unknown, { required, optional }: Shape): void {
  const isKnown = name === "type" || required.includes(name) || optional.includes(name);
  if (!isKnown) throw broken("unknown field");
  if (typeof value !== "string") throw broken(`${name} is no string`);
  if (TOKENS.has(name) && !TOKEN.test(value)) throw broken(`${name} is malformed`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw broken("no JSON");
  }
}

function broken(reason: string): Misbehaviour {
  return new Misbehaviour(CloseCode.PolicyViolation, reason);
}
