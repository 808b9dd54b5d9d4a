/**
 * Bytes to frames (RFC 6455 section 5), in one pass over each chunk.
 *
 * @module
 */

import { LimitError, ProtocolError } from "../errors.ts";
import { copyBytes } from "./growing-buffer.ts";
import { applyMask, rotateKey } from "./mask.ts";
import {
  CONTROL_BIT,
  FIN,
  MAX_CONTROL_PAYLOAD,
  OPCODE_BITS,
  Opcode,
  RSV1,
  RSV2_AND_RSV3,
} from "./opcode.ts";
import type { ProtocolPlatform, Role } from "./platform.ts";

/** What frames are given to. Any method may throw a `ProtocolError` or `LimitError`; the parser is then done for. */
export interface FrameHandler {
  /** A whole uncompressed message, unmasked, in memory that is only lent. */
  message(text: boolean, bytes: Uint8Array, start: number, end: number): void;
  /** A frame begins a message. */
  begin(text: boolean, compressed: boolean): void;
  /** A data frame of this length has begun; `final`: it ends the message. */
  expect(length: number, final: boolean): void;
  /** Payload of the message, unmasked, in memory that is only lent. */
  append(bytes: Uint8Array, start: number, end: number): void;
  /** The message is whole. `false`: the parser must stop for now. */
  finish(): boolean;
  /** A control frame, in memory of its own. `false`: the parser must stop. */
  control(opcode: number, payload: Uint8Array): boolean;
}

/** 2 bytes, a length of 8 and a masking key of 4. */
const MAX_HEADER = 14;
/** Below this the call into the platform costs more than the loop, in bytes. */
const PLATFORM_MASK_FROM = 48;
const NO_PAYLOAD = new Uint8Array(0);

const WHOLE_TEXT = FIN | Opcode.Text;
const WHOLE_BINARY = FIN | Opcode.Binary;

/** Keeps at most one frame's header and one control frame's payload between chunks. */
export class FrameParser {
  readonly #platform: ProtocolPlatform;
  readonly #handler: FrameHandler;
  /** What the mask bit must be: set from clients, clear from servers (RFC 6455 section 5.1). */
  readonly #maskBit: number;
  readonly #compression: boolean;

  /** The header as far as it has come, when a chunk ended inside it. */
  #header: Uint8Array = NO_PAYLOAD;
  #headerLength = 0;

  /** Whether the header is complete, and the payload is next. */
  #inPayload = false;
  #first = 0;
  #remaining = 0;
  /** The masking key for the next byte of payload; 0 masks nothing. */
  #key = 0;
  /** Whether the message has frames to come. */
  #fragmented = false;
  #control: Uint8Array = NO_PAYLOAD;

  constructor(role: Role, platform: ProtocolPlatform, compression: boolean, handler: FrameHandler) {
    this.#platform = platform;
    this.#handler = handler;
    this.#maskBit = role === "server" ? 0x80 : 0;
    this.#compression = compression;
  }

  /** Whether the next byte begins a message, or a control frame. */
  get isBetweenMessages(): boolean {
    return !this.#inPayload && !this.#fragmented && this.#headerLength === 0;
  }

  /**
   * Reads from `start` to `end`, unmasking in place. Returns where it stopped: at the end, or where the handler told it
   * to. Throws what the peer did wrong.
   */
  parse(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    for (;;) {
      if (!this.#inPayload) {
        at = this.#readShort(bytes, at, end);
        if (at === end) return at;
        at = this.#readHeader(bytes, at, end);
        if (!this.#inPayload) return at;
        const first = this.#first;
        const stop = at + this.#remaining;
        if ((first === WHOLE_TEXT || first === WHOLE_BINARY) && stop <= end) {
          if (this.#key !== 0) this.#unmask(bytes, at, stop);
          this.#inPayload = false;
          this.#handler.message(first === WHOLE_TEXT, bytes, at, stop);
          at = stop;
          continue;
        }
        this.#beginFrame();
      }
      at = this.#readPayload(bytes, at, end);
      if (this.#remaining > 0 || !this.#endFrame()) return at;
    }
  }

  /**
   * Reads whole messages with lengths of 7 bits, which most are, as far as they go; the rest of the parser would do the
   * same in more steps. Returns where the first other frame begins.
   */
  #readShort(bytes: Uint8Array, start: number, end: number): number {
    if (this.#fragmented || this.#headerLength > 0) return start;
    const maskBit = this.#maskBit;
    const headerSize = 2 + (maskBit >>> 5);
    let at = start;
    while (at + headerSize <= end) {
      const first = bytes[at]!;
      const length = bytes[at + 1]! ^ maskBit;
      const body = at + headerSize;
      const stop = body + length;
      if ((first !== WHOLE_TEXT && first !== WHOLE_BINARY) || length > 125 || stop > end) break;
      if (maskBit !== 0) applyMask(bytes, body, stop, readUint32(bytes, body - 4));
      this.#handler.message(first === WHOLE_TEXT, bytes, body, stop);
      at = stop;
    }
    return at;
  }

  /** Returns where the header, or the chunk, ended. */
  #readHeader(bytes: Uint8Array, start: number, end: number): number {
    if (this.#headerLength === 0 && end - start >= 2) {
      this.#checkFirst(bytes[start]!);
      const size = this.#checkSecond(bytes[start]!, bytes[start + 1]!);
      if (start + size <= end) {
        this.#decodeHeader(bytes, start);
        return start + size;
      }
    }
    return this.#collectHeader(bytes, start, end);
  }

  /** A header that the end of a chunk cuts is put together, byte by byte; each is judged when it comes. */
  #collectHeader(bytes: Uint8Array, start: number, end: number): number {
    if (this.#header === NO_PAYLOAD) this.#header = this.#platform.allocate(MAX_HEADER);
    const header = this.#header;
    for (let at = start; at < end;) {
      header[this.#headerLength++] = bytes[at++]!;
      if (this.#headerLength === 1) {
        this.#checkFirst(header[0]!);
      } else if (this.#headerLength === this.#checkSecond(header[0]!, header[1]!)) {
        this.#headerLength = 0;
        this.#decodeHeader(header, 0);
        return at;
      }
    }
    return end;
  }

  #checkFirst(first: number): void {
    if (first === WHOLE_TEXT || first === WHOLE_BINARY) {
      if (this.#fragmented) throw new ProtocolError("a new message inside a fragmented one");
      return;
    }
    const opcode = first & OPCODE_BITS;
    if (opcode > Opcode.Pong || (opcode > Opcode.Binary && opcode < Opcode.Close)) {
      throw new ProtocolError(`reserved opcode ${opcode}`);
    }
    const isFirst = opcode === Opcode.Text || opcode === Opcode.Binary;
    if (
      (first & RSV2_AND_RSV3) !== 0 ||
      ((first & RSV1) !== 0 && !(isFirst && this.#compression))
    ) {
      throw new ProtocolError("reserved bit set");
    }
    if ((opcode & CONTROL_BIT) !== 0) {
      if ((first & FIN) === 0) throw new ProtocolError("fragmented control frame");
    } else if (isFirst === this.#fragmented) {
      throw new ProtocolError(
        isFirst ? "a new message inside a fragmented one" : "a continuation of no message",
      );
    }
  }

  /** Returns the size of the whole header. */
  #checkSecond(first: number, second: number): number {
    if ((second & 0x80) !== this.#maskBit) {
      throw new ProtocolError(this.#maskBit === 0 ? "masked frame" : "unmasked frame");
    }
    const length = second & 0x7f;
    if (length > MAX_CONTROL_PAYLOAD && (first & CONTROL_BIT) !== 0) {
      throw new ProtocolError("control frame too long");
    }
    return (length < 126 ? 2 : length === 126 ? 4 : 10) + (this.#maskBit >>> 5);
  }

  #decodeHeader(header: Uint8Array, start: number): void {
    let at = start + 2;
    let length = header[start + 1]! & 0x7f;
    if (length === 126) {
      length = (header[at]! << 8) | header[at + 1]!;
      if (length < 126) throw new ProtocolError("length not in its shortest form");
      at += 2;
    } else if (length === 127) {
      length = decodeLongLength(readUint32(header, at), readUint32(header, at + 4));
      at += 8;
    }
    this.#first = header[start]!;
    this.#remaining = length;
    this.#key = this.#maskBit === 0 ? 0 : readUint32(header, at);
    this.#inPayload = true;
  }

  #beginFrame(): void {
    const first = this.#first;
    const length = this.#remaining;
    if ((first & CONTROL_BIT) !== 0) {
      this.#control = this.#platform.allocate(length);
      return;
    }
    const opcode = first & OPCODE_BITS;
    const final = (first & FIN) !== 0;
    if (opcode !== Opcode.Continuation) {
      this.#handler.begin(opcode === Opcode.Text, (first & RSV1) !== 0);
    }
    this.#fragmented = !final;
    this.#handler.expect(length, final);
  }

  /** Returns where the payload, or the chunk, ended. */
  #readPayload(bytes: Uint8Array, start: number, end: number): number {
    const count = Math.min(this.#remaining, end - start);
    if (count === 0) return start;
    const stop = start + count;
    if (this.#key !== 0) {
      this.#unmask(bytes, start, stop);
      this.#key = rotateKey(this.#key, count);
    }
    if ((this.#first & CONTROL_BIT) !== 0) {
      copyBytes(bytes, start, stop, this.#control, this.#control.length - this.#remaining);
    } else {
      this.#handler.append(bytes, start, stop);
    }
    this.#remaining -= count;
    return stop;
  }

  #unmask(bytes: Uint8Array, start: number, end: number): void {
    const isShort = end - start < PLATFORM_MASK_FROM;
    if (isShort || !this.#platform.mask?.(bytes, start, end, this.#key)) {
      applyMask(bytes, start, end, this.#key);
    }
  }

  #endFrame(): boolean {
    this.#inPayload = false;
    if ((this.#first & CONTROL_BIT) !== 0) {
      const payload = this.#control;
      this.#control = NO_PAYLOAD;
      return this.#handler.control(this.#first & OPCODE_BITS, payload);
    }
    return this.#fragmented || this.#handler.finish();
  }
}

function readUint32(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! << 8) | bytes[at + 1]!;
  return ((high << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function decodeLongLength(high: number, low: number): number {
  if (high >= 0x8000_0000) throw new ProtocolError("length with its top bit set");
  const length = high * 0x1_0000_0000 + low;
  if (length < 0x10000) throw new ProtocolError("length not in its shortest form");
  if (length > Number.MAX_SAFE_INTEGER) {
    throw new LimitError("frame longer than 2^53 - 1 bytes", Number.MAX_SAFE_INTEGER);
  }
  return length;
}
