/**
 * What goes over the wire, in words: the first line of the handshake's request and answer, then each frame.
 *
 * @module
 */

import { count, describeCode, elide, escape, quote, toHex } from "./format.ts";
import { FrameReader } from "./frame-reader.ts";
import type { WireFrame } from "./frame-reader.ts";
import { HeadReader } from "./head-reader.ts";

const OPCODES = new Map([
  [0x0, "continuation"],
  [0x1, "text"],
  [0x2, "binary"],
  [0x8, "close"],
  [0x9, "ping"],
  [0xa, "pong"],
]);

const TEXT = 0x1;
const CONTINUATION = 0x0;
const CLOSE = 0x8;

/** How many bytes of a payload are shown. */
const SHOWN = 48;

/** How much of a request's or answer's first line is shown. */
const MAX_START_LINE = 200;

/** One connection to a server. Lines begin with `>` for what is sent, and `<` for what is received. */
export class WireTrace {
  readonly #sent: WireDirection;
  readonly #received: WireDirection;

  constructor(print: (line: string) => void) {
    this.#sent = new WireDirection((line) => print(`> ${line}`), true);
    this.#received = new WireDirection((line) => print(`< ${line}`), false);
  }

  /** The bytes are only read, and during the call only. */
  sent(bytes: Uint8Array): void {
    this.#sent.read(bytes);
  }

  received(bytes: Uint8Array): void {
    this.#received.read(bytes);
  }
}

class WireDirection {
  readonly #head: HeadReader;
  readonly #frames: FrameReader;

  constructor(print: (line: string) => void, fromClient: boolean) {
    let inText = false;
    this.#head = new HeadReader((line) => print(escape(elide(withoutQuery(line), MAX_START_LINE))));
    this.#frames = new FrameReader((frame) => {
      if (frame.opcode < CLOSE && frame.opcode !== CONTINUATION) {
        inText = frame.opcode === TEXT && frame.reserved === 0;
      }
      print(describeFrame(frame, inText, fromClient));
    });
  }

  read(bytes: Uint8Array): void {
    this.#frames.receive(this.#head.read(bytes));
  }
}

/** Such as `text, 5 bytes: "hello"`; `inText`: what is in data frames can be read. */
export function describeFrame(frame: WireFrame, inText: boolean, fromClient: boolean): string {
  const { opcode, length, fin, reserved, masked } = frame;
  const facts = [OPCODES.get(opcode) ?? `opcode ${opcode}`];
  if (!fin) facts.push("not final");
  if ((reserved & 4) !== 0) facts.push("compressed");
  if ((reserved & 3) !== 0) facts.push(`reserved bits ${reserved & 3}`);
  if (masked !== fromClient) facts.push(masked ? "masked" : "not masked");
  facts.push(count(length, "byte"));
  const payload = opcode === CLOSE ? describeStatus(frame) : describePayload(frame, inText);
  return `${facts.join(", ")}${payload === "" ? "" : `: ${payload}`}`;
}

function describeStatus({ payload, length }: WireFrame): string {
  if (length < 2) return toHex(payload);
  const code = (payload[0]! << 8) | payload[1]!;
  const reason = decode(payload.subarray(2));
  return `${describeCode(code)}${reason === "" ? "" : ` ${quote(reason)}`}`;
}

function describePayload({ opcode, payload, length }: WireFrame, inText: boolean): string {
  if (length === 0) return "";
  const shown = payload.subarray(0, SHOWN);
  const more = length > SHOWN ? "…" : "";
  const isReadable = opcode === TEXT || opcode === CONTINUATION;
  return (isReadable && inText ? quote(decode(shown)) : toHex(shown)) + more;
}

/** A character that was cut at the end is left out. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true });
}

/** Query strings may hold credentials. */
function withoutQuery(line: string): string {
  return line.replace(/\?\S*/, "?…");
}
