/**
 * The words that the tables of cases are written in.
 *
 * @module
 */

import type { ConformanceCase, Ending, Event, Script, Step } from "../support/case.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  CONTINUATION,
  type Frame,
  PING,
  PONG,
  TEXT,
} from "../support/frame.ts";

/** Octets of a string (as UTF-8), or given in hexadecimal with `hex`. */
export function utf8(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(" ", ""), "hex");
}

/** `pattern` repeated, and cut, to `length` octets. */
export function filled(pattern: string | Uint8Array, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, pattern);
}

type Extra = Pick<Frame, "fin" | "rsv">;

export function text(payload: string | Uint8Array, extra: Extra = {}): Frame {
  return frame(TEXT, payload, extra);
}

export function binary(payload: string | Uint8Array, extra: Extra = {}): Frame {
  return frame(BINARY, payload, extra);
}

/** A fragment after the first; the last one of its message with `{ fin: true }`, which is the default. */
export function more(payload: string | Uint8Array, extra: Extra = {}): Frame {
  return frame(CONTINUATION, payload, extra);
}

export function ping(payload: string | Uint8Array = "", extra: Extra = {}): Frame {
  return frame(PING, payload, extra);
}

export function pong(payload: string | Uint8Array = "", extra: Extra = {}): Frame {
  return frame(PONG, payload, extra);
}

/** A close frame with a code and a reason; with neither, an empty one. */
export function close(code?: number, reason: string | Uint8Array = ""): Frame {
  return frame(CLOSE, closePayload(code, octets(reason)));
}

export function frame(opcode: number, payload: string | Uint8Array, extra: Extra = {}): Frame {
  return { opcode, payload: octets(payload), ...extra };
}

function octets(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? utf8(payload) : payload;
}

/** Sends frames: as one write, unless they are to be chopped. */
export function sending(send: readonly Frame[], chop?: number | "frame"): Step {
  return chop === undefined ? { send } : { send, chop };
}

/** The echo of a message, as the peer must send it. */
export function echo(payload: string | Uint8Array, isText = true): Event {
  return { type: "message", text: isText, payload: octets(payload) };
}

export function answer(payload: string | Uint8Array = ""): Event {
  return { type: "pong", payload: octets(payload) };
}

/** The fuzzer closes with 1000 once it has seen what it wanted, and the peer answers in kind. */
export const CLEAN: Ending = { by: "fuzzer", codes: [1000], clean: true };

/** The peer fails the connection for a breach of the protocol, with a close frame or by dropping TCP. */
export const REFUSED: Ending = { by: "peer", codes: [1002], clean: false };

/** The peer fails the connection for text that is not UTF-8. */
export const NOT_UTF8: Ending = { by: "peer", codes: [1007], clean: false, sideMatters: true };

/** A case that is one fixed script. */
export function scripted(
  id: string,
  description: string,
  ending: Ending,
  play: () => Script,
  more: Pick<ConformanceCase, "informational" | "deadline"> = {},
): ConformanceCase {
  return { id, description, ending, play, ...more };
}
