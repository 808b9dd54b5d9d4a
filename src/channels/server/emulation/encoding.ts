/**
 * What goes over HTTP in place of the frames of a WebSocket, in each encoding of the protocol.
 *
 * @module
 */

import type { Message } from "../../../connection/transport.ts";
import type { Codec } from "../../protocol/codec.ts";
import { jsonCodec } from "../../protocol/json-codec.ts";
import { protobufCodec } from "../../protocol/protobuf-codec.ts";
import { ProtobufReader } from "../../protocol/protobuf-reader.ts";
import { decodeUtf8 } from "../data.ts";

/** Commands of a client whose stream is another request. */
export interface Emulated {
  /** Of the answer to its connect. */
  readonly session: string;
  readonly node: string;
  readonly frame: Message;
}

/** An encoding, chosen by the type of a request's body. */
export interface StreamEncoding {
  readonly codec: Codec;
  readonly mediaType: string;
  /** The commands that a stream begins with; `undefined` for what can't be such. */
  readFrame(body: Uint8Array): Message | undefined;
  /** Commands for a stream that is there; `undefined` for what is malformed. */
  readEmulated(body: Uint8Array): Emulated | undefined;
  /** A frame as a piece of the stream, of which the client sees where it ends. The bytes are new ones. */
  writeFrame(frame: Message): Uint8Array;
}

const encoder = new TextEncoder();

/** One JSON object in each line. */
export const jsonEncoding: StreamEncoding = {
  codec: jsonCodec,
  mediaType: "application/json",
  readFrame: decodeUtf8,
  readEmulated(body) {
    const request = readJson(body);
    if (typeof request !== "object" || request === null) return undefined;
    const { session, node, data } = request as Record<string, unknown>;
    if (typeof session !== "string" || typeof node !== "string") return undefined;
    const frame = typeof data === "string" ? data : toJson(data);
    return frame === undefined ? undefined : { session, node, frame };
  },
  writeFrame: (frame) => encoder.encode(`${frame as string}\n`),
};

/** Messages with their lengths before them, so that nothing has to be put between frames. */
export const protobufEncoding: StreamEncoding = {
  codec: protobufCodec,
  mediaType: "application/octet-stream",
  readFrame: (body) => body,
  readEmulated(body) {
    try {
      return readEmulationRequest(body);
    } catch {
      return undefined;
    }
  },
  writeFrame: (frame) => new Uint8Array(frame as Uint8Array),
};

/** The tags of what an emulation request has: `node`, `session` and `data`. */
const NODE = 0x0a;
const SESSION = 0x12;
const DATA = 0x1a;

/** @throws MalformedError */
function readEmulationRequest(body: Uint8Array): Emulated {
  const reader = new ProtobufReader(body);
  let node = "";
  let session = "";
  let frame = new Uint8Array();
  while (!reader.isAtEnd) {
    const tag = reader.unsigned();
    if (tag === NODE) node = reader.text();
    else if (tag === SESSION) session = reader.text();
    else if (tag === DATA) frame = new Uint8Array(reader.bytes());
    else reader.skip(tag & 7);
  }
  return { node, session, frame };
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(body) ?? "") as unknown;
  } catch {
    return undefined;
  }
}

/** `undefined` for nothing, and for what is nested too deeply. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
