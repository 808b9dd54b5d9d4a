/**
 * The client protocol in JSON: a frame is text, one object in each line.
 *
 * @module
 */

import type { Message } from "../../connection/transport.ts";
import { MalformedError } from "./codec.ts";
import type { Codec } from "./codec.ts";
import type { Data } from "./messages.ts";
import { command, reply } from "./schema.ts";
import type { Field, Scalar, Schema } from "./schema.ts";

export const jsonCodec: Codec = {
  name: "json",
  decodeCommands: (frame) => decodeFrame(frame, command),
  decodeReplies: (frame) => decodeFrame(frame, reply),
  encodeCommands: (commands) => encodeFrame(commands, command),
  encodeReplies: (replies) => encodeFrame(replies, reply),
};

type Fields = Record<string, unknown>;

function decodeFrame(frame: Message, schema: Schema): object[] {
  if (typeof frame !== "string") throw new MalformedError("a binary frame");
  const lines = frame.split("\n").filter((line) => line !== "");
  return lines.map((line) => readMessage(parse(line), schema));
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw new MalformedError("not JSON");
  }
}

/** Takes the fields that are in the schema; others are of later versions. */
function readMessage(value: unknown, schema: Schema): object {
  if (!isObject(value)) throw new MalformedError("not an object");
  const message: Fields = {};
  for (const [name, field] of schema) {
    // (No name of a field is one of `Object.prototype`.)
    const given = value[name];
    if (given !== undefined && given !== null) message[name] = readField(given, field);
  }
  return message;
}

function readField(value: unknown, { type, many }: Field): unknown {
  if (many === "map") {
    if (!isObject(value)) throw new MalformedError("not an object");
    return new Map(Object.entries(value).map(([key, item]) => [key, readValue(item, type)]));
  }
  if (many === "list") {
    if (!Array.isArray(value)) throw new MalformedError("not an array");
    return value.map((item) => readValue(item, type));
  }
  return readValue(value, type);
}

function readValue(value: unknown, type: Scalar | Schema): unknown {
  if (typeof type !== "string") return readMessage(value, type);
  if (type === "data") return JSON.stringify(value);
  const isRight =
    type === "string"
      ? typeof value === "string"
      : type === "bool"
        ? typeof value === "boolean"
        : Number.isSafeInteger(value) && ((value as number) >= 0 || type.startsWith("int"));
  if (!isRight) throw new MalformedError(`not a ${type}`);
  return value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function encodeFrame(messages: readonly object[], schema: Schema): string {
  return messages.map((message) => writeMessage(message as Fields, schema)).join("\n");
}

function writeMessage(message: Fields, schema: Schema): string {
  let text = "{";
  for (const name of Object.keys(message)) {
    const value = message[name];
    const field = schema.get(name);
    if (!field || isZero(value, field)) continue;
    text += `${text === "{" ? "" : ","}"${name}":${writeField(value, field)}`;
  }
  return `${text}}`;
}

/** Messages say by being there which of several they are, so that empty ones are not left out. */
function isZero(value: unknown, { type, many }: Field): boolean {
  if (value === undefined || value === null) return true;
  if (many || typeof type !== "string") return false;
  return value === 0 || value === "" || value === false;
}

function writeField(value: unknown, { type, many }: Field): string {
  if (many === "list") {
    return `[${(value as readonly unknown[]).map((item) => writeValue(item, type)).join(",")}]`;
  }
  if (many === "map") {
    const entries = Array.from(value as ReadonlyMap<string, unknown>, ([key, item]) => {
      return `${JSON.stringify(key)}:${writeValue(item, type)}`;
    });
    return `{${entries.join(",")}}`;
  }
  return writeValue(value, type);
}

function writeValue(value: unknown, type: Scalar | Schema): string {
  if (typeof type !== "string") return writeMessage(value as Fields, type);
  return type === "data" ? toJson(value as Data) : JSON.stringify(value);
}

/** Bytes that are no JSON can't be in JSON as they are: they are text in base64. A line break would end the message. */
function toJson(data: Data): string {
  if (typeof data === "string") return data.includes("\n") ? data.replaceAll("\n", " ") : data;
  return JSON.stringify(btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join("")));
}
