/**
 * The client protocol in Protobuf: a frame is bytes, messages with their lengths before them. Names of fields are not
 * on the wire, so that none of them can come from there.
 *
 * @module
 */

import type { Message } from "../../connection/transport.ts";
import { MalformedError } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { isJson } from "./json-text.ts";
import type { Data } from "./messages.ts";
import { decodeText, ProtobufReader, WireType } from "./protobuf-reader.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { command, reply } from "./schema.ts";
import type { Field, Scalar, Schema } from "./schema.ts";

type Fields = Record<string, unknown>;

/** A schema by number. */
type Numbered = ReadonlyMap<number, NumberedField>;

interface NumberedField {
  readonly name: string;
  /** Of a map: that of its entries. */
  readonly type: Scalar | Numbered;
  readonly many: Field["many"];
  /** What a value that is not on the wire is. */
  readonly zero: unknown;
}

/** One for all messages without fields, which are as short as a byte. */
const EMPTY = Object.freeze({});

const MAX_UINT32 = 2 ** 32 - 1;
const MAX_INT32 = 2 ** 31 - 1;

const commandByNumber = number(command);
const replyByNumber = number(reply);

export const protobufCodec: Codec = {
  name: "protobuf",
  decodeCommands: (frame) => decodeFrame(frame, commandByNumber),
  decodeReplies: (frame) => decodeFrame(frame, replyByNumber),
  encodeCommands: (commands) => encodeFrame(commands, command),
  encodeReplies: (replies) => encodeFrame(replies, reply),
};

function number(schema: Schema): Numbered {
  return new Map(
    Array.from(schema, ([name, { number: key, type, many }]) => {
      const own = typeof type === "string" ? type : number(type);
      const zero = typeof type === "string" ? "" : EMPTY;
      return [key, { name, type: many === "map" ? entryOf(own) : own, many, zero }];
    }),
  );
}

/** An entry of a map is a message of two fields. */
function entryOf(type: Scalar | Numbered): Numbered {
  return new Map([
    [1, { name: "key", type: "string", many: undefined, zero: "" }],
    [2, { name: "value", type, many: undefined, zero: undefined }],
  ]);
}

// ---- decoding

function decodeFrame(frame: Message, schema: Numbered): object[] {
  if (typeof frame === "string") throw new MalformedError("a text frame");
  const reader = new ProtobufReader(frame);
  const messages: object[] = [];
  while (!reader.isAtEnd) messages.push(readMessage(reader.bytes(), schema));
  return messages;
}

/** Takes the fields that are in the schema; others are of later versions. Of several the last one counts. */
function readMessage(bytes: Uint8Array, schema: Numbered): object {
  if (bytes.length === 0) return EMPTY;
  const reader = new ProtobufReader(bytes);
  const message: Fields = {};
  while (!reader.isAtEnd) {
    const { key, wireType } = readTag(reader);
    const field = schema.get(key);
    if (!field) {
      reader.skip(wireType);
      continue;
    }
    demandWireType(field, wireType);
    const value = readField(reader, field, message[field.name]);
    if (value === undefined) delete message[field.name];
    else message[field.name] = value;
  }
  return message;
}

function readTag(reader: ProtobufReader): { key: number; wireType: number } {
  const tag = reader.unsigned(MAX_UINT32);
  const key = tag >>> 3;
  if (key === 0) throw new MalformedError("a field without a number");
  return { key, wireType: tag & 7 };
}

function demandWireType({ type, many }: NumberedField, wireType: number): void {
  const isBytes = many || typeof type !== "string" || type === "string" || type === "data";
  if (wireType !== (isBytes ? WireType.Bytes : WireType.Varint)) {
    throw new MalformedError("a wire type that the field doesn't have");
  }
}

/** `before` is what the message has of the field so far. */
function readField(reader: ProtobufReader, field: NumberedField, before: unknown): unknown {
  const { type, many, zero } = field;
  const value = readValue(reader, type);
  if (many === "list") {
    const list = (before ?? []) as unknown[];
    list.push(value);
    return list;
  }
  if (many === "map") {
    const map = (before ?? new Map()) as Map<string, unknown>;
    const entry = value as { key?: string; value?: unknown };
    return map.set(entry.key ?? "", entry.value ?? zero);
  }
  return value;
}

function readValue(reader: ProtobufReader, type: Scalar | Numbered): unknown {
  switch (type) {
    case "string":
      return reader.text();
    case "data":
      return readData(reader.bytes());
    case "bool":
      return reader.bool();
    case "uint32":
      return reader.unsigned(MAX_UINT32);
    case "uint64":
      return reader.unsigned();
    case "int32":
      return reader.signed(MAX_INT32);
    case "int64":
      return reader.signed();
    default:
      return readMessage(reader.bytes(), type);
  }
}

/** JSON is text whatever it came in, so that clients of both encodings meet. No bytes at all are no data. */
function readData(bytes: Uint8Array): Data | undefined {
  if (bytes.length === 0) return undefined;
  const text = mayBeJson(bytes[0] as number) ? decodeText(bytes) : undefined;
  return text !== undefined && isJson(text) ? text : new Uint8Array(bytes);
}

/** Whether JSON can begin like that; most of what is not JSON doesn't, and is not decoded in vain. */
function mayBeJson(byte: number): boolean {
  return STARTS.includes(String.fromCharCode(byte));
}

const STARTS = '{["-0123456789tfn \t\r\n';

// ---- encoding

function encodeFrame(messages: readonly object[], schema: Schema): Uint8Array {
  const writer = new ProtobufWriter();
  for (const message of messages) writeMessage(writer, message as Fields, schema);
  return writer.finish();
}

function writeMessage(writer: ProtobufWriter, message: Fields, schema: Schema): void {
  writer.delimited(() => {
    for (const name of Object.keys(message)) {
      const value = message[name];
      const field = schema.get(name);
      if (field && !isZero(value, field)) writeField(writer, value, field);
    }
  });
}

/** Messages say by being there which of several they are, so that empty ones are not left out. */
function isZero(value: unknown, { type, many }: Field): boolean {
  if (value === undefined || value === null) return true;
  if (many || typeof type !== "string") return false;
  if (type === "data") return (value as Data).length === 0;
  return value === 0 || value === "" || value === false;
}

function writeField(writer: ProtobufWriter, value: unknown, field: Field): void {
  const { number: key, type, many } = field;
  if (many === "list") {
    for (const item of value as readonly unknown[]) writeValue(writer, key, item, type);
  } else if (many === "map") {
    for (const [name, item] of value as ReadonlyMap<string, unknown>) {
      writeTag(writer, key, WireType.Bytes);
      writer.delimited(() => {
        writeValue(writer, 1, name, "string");
        writeValue(writer, 2, item, type);
      });
    }
  } else writeValue(writer, key, value, type);
}

function writeTag(writer: ProtobufWriter, key: number, wireType: number): void {
  writer.varint(key * 8 + wireType);
}

function writeValue(
  writer: ProtobufWriter,
  key: number,
  value: unknown,
  type: Scalar | Schema,
): void {
  const isBytes = typeof type !== "string" || type === "string" || type === "data";
  writeTag(writer, key, isBytes ? WireType.Bytes : WireType.Varint);
  if (typeof type !== "string") writeMessage(writer, value as Fields, type);
  else if (typeof value === "string") writer.text(value);
  else if (isBytes) writer.bytes(value as Uint8Array);
  else writer.varint(Number(value));
}
