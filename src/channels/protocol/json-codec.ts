/**
 * The client protocol in JSON: a frame is text, one object in each line.
 *
 * @module
 */

import type { Message } from "../../connection/transport.ts";
import { MalformedError } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { JsonReader } from "./json-text.ts";
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
  return lines.map((line) => {
    demandJson(line);
    return readMessage(new JsonReader(line), schema);
  });
}

function demandJson(line: string): void {
  try {
    JSON.parse(line);
  } catch {
    throw new MalformedError("not JSON");
  }
}

/** Takes the fields that are in the schema; others are of later versions. Of several the last one counts. */
function readMessage(reader: JsonReader, schema: Schema): object {
  const message: Fields = {};
  reader.enterObject();
  for (let name = reader.nextKey(); name !== undefined; name = reader.nextKey()) {
    const field = schema.get(name);
    if (field && !reader.isNull) message[name] = readField(reader, field);
    else {
      reader.skip();
      if (field) delete message[name];
    }
  }
  return message;
}

function readField(reader: JsonReader, { type, many }: Field): unknown {
  if (many === "map") return readMap(reader, type);
  if (many === "list") return readList(reader, type);
  return readValue(reader, type);
}

function readMap(reader: JsonReader, type: Scalar | Schema): Map<string, unknown> {
  const map = new Map<string, unknown>();
  reader.enterObject();
  for (let key = reader.nextKey(); key !== undefined; key = reader.nextKey()) {
    map.set(key, readValue(reader, type));
  }
  return map;
}

function readList(reader: JsonReader, type: Scalar | Schema): unknown[] {
  const list: unknown[] = [];
  reader.enterArray();
  while (reader.nextItem()) list.push(readValue(reader, type));
  return list;
}

function readValue(reader: JsonReader, type: Scalar | Schema): unknown {
  if (typeof type !== "string") return readMessage(reader, type);
  if (type === "string") return reader.string();
  const raw = reader.raw();
  if (type === "data") return raw;
  return type === "bool" ? toBool(raw) : toInteger(raw, type);
}

function toBool(raw: string): boolean {
  if (raw !== "true" && raw !== "false") throw new MalformedError("not a bool");
  return raw === "true";
}

function toInteger(raw: string, type: Scalar): number {
  const value = Number(raw);
  if (Number.isSafeInteger(value) && (value >= 0 || type.startsWith("int"))) return value;
  throw new MalformedError(`not an ${type}`);
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

/**
 * Bytes that are no JSON can't be in JSON as they are: they are text in base64. A line break would end the message; JSON
 * has none but between values.
 */
function toJson(data: Data): string {
  if (typeof data === "string") return data.includes("\n") ? data.replaceAll("\n", " ") : data;
  let text = "";
  for (let at = 0; at < data.length; at += PIECE) {
    text += String.fromCharCode(...data.subarray(at, at + PIECE));
  }
  return JSON.stringify(btoa(text));
}

/** How many bytes are turned into text at once: byte by byte it takes several times as long. */
const PIECE = 8192;
