/**
 * What goes over HTTP in place of the frames of a WebSocket, in each encoding of the protocol.
 *
 * @module
 */

import type { Message } from "../../../connection/transport.ts";
import type { Codec } from "../../protocol/codec.ts";
import { jsonCodec } from "../../protocol/json-codec.ts";

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
const decoder = new TextDecoder("utf-8", { fatal: true });

/** One JSON object in each line. */
export const jsonEncoding: StreamEncoding = {
  codec: jsonCodec,
  mediaType: "application/json",
  readFrame: readText,
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

function readText(body: Uint8Array): string | undefined {
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body)) as unknown;
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
