/**
 * Frames as bytes to send (RFC 6455 section 5.2).
 *
 * @module
 */

import { copyBytes } from "./growing-buffer.ts";
import { applyMask } from "./mask.ts";
import { FIN, Opcode, RSV1 } from "./opcode.ts";
import type { ProtocolPlatform } from "./platform.ts";

/** Unmasked payloads longer than this are not copied, in bytes. */
export const COPY_LIMIT: number = 16 * 1024;

/** The memory that is allocated for frames that don't exist yet, when there are several, in bytes. */
const SECOND_SLAB = 256;
const LARGEST_SLAB = 64 * 1024;
/** Texts up to this length are written by a loop, as far as they are ASCII. */
const SHORT_TEXT = 256;
const EMPTY = new Uint8Array(0);
/** For all writers, as long as nothing waits in them. */
const NONE: Uint8Array[] = [];

function headerSize(length: number, masked: boolean): number {
  const size = length < 126 ? 2 : length < 0x10000 ? 4 : 10;
  return masked ? size + 4 : size;
}

/** Writes a header up to the masking key; returns where it ends. */
function writeHeader(
  target: Uint8Array,
  offset: number,
  first: number,
  maskBit: number,
  length: number,
): number {
  target[offset] = first;
  if (length < 126) {
    target[offset + 1] = maskBit | length;
    return offset + 2;
  }
  if (length < 0x10000) {
    target[offset + 1] = maskBit | 126;
    target[offset + 2] = length >>> 8;
    target[offset + 3] = length;
    return offset + 4;
  }
  target[offset + 1] = maskBit | 127;
  writeUint32(target, offset + 2, Math.floor(length / 0x1_0000_0000));
  writeUint32(target, offset + 6, length);
  return offset + 10;
}

function writeUint32(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value >>> 24;
  target[offset + 1] = value >>> 16;
  target[offset + 2] = value >>> 8;
  target[offset + 3] = value;
}

/**
 * Makes a whole data frame of a server, in memory of its own, for `Protocol.sendFrame`: one message that goes to many
 * connections is framed once.
 *
 * `compressed` says that the payload is compressed (RFC 7692 section 7.2.1); such a frame is for connections that
 * negotiated permessage-deflate without context takeover by the server.
 */
export function frameMessage(
  payload: Uint8Array,
  options: { text: boolean; compressed: boolean },
): Uint8Array {
  const first =
    FIN | (options.compressed ? RSV1 : 0) | (options.text ? Opcode.Text : Opcode.Binary);
  const frame = new Uint8Array(headerSize(payload.length, false) + payload.length);
  frame.set(payload, writeHeader(frame, 0, first, 0, payload.length));
  return frame;
}

/**
 * Frames that wait to be taken. Small ones lie one behind the other in memory that is sized after what was taken the
 * last time; nothing is held between a `take` and the next frame.
 */
export class FrameWriter {
  readonly #platform: ProtocolPlatform;
  readonly #masked: boolean;
  /** What it holds is taken soon, so that it may borrow memory. */
  readonly #borrows: boolean;
  #chunks: Uint8Array[] = NONE;
  #slab: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #size = 0;
  /** How much memory is allocated at least for the next frame. */
  nextSlab = 0;

  constructor(platform: ProtocolPlatform, masked: boolean, borrows = false) {
    this.#platform = platform;
    this.#masked = masked;
    this.#borrows = borrows;
  }

  /** The bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds a frame; `first` is its first byte. A large unmasked payload is not copied. */
  write(first: number, payload: Uint8Array): void {
    const { length } = payload;
    if (length > COPY_LIMIT && !this.#masked) {
      const end = this.#begin(first, length, 0);
      this.#size += end - this.#end;
      this.#end = end;
      this.writeFrames(payload);
      return;
    }
    const body = this.#begin(first, length, length);
    copyBytes(payload, 0, length, this.#slab, body);
    this.#commit(body, body + length);
  }

  /** Adds a text frame; returns `false`, and does nothing, for what is not short and ASCII. */
  writeAscii(first: number, text: string): boolean {
    const { length } = text;
    if (length > SHORT_TEXT) return false;
    const body = this.#begin(first, length, length);
    const slab = this.#slab;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      slab[body + index] = code;
    }
    this.#commit(body, body + length);
    return true;
  }

  /** Adds bytes that are whole frames already; they are not copied. */
  writeFrames(bytes: Uint8Array): void {
    this.#cut();
    this.#push(bytes);
    this.#size += bytes.length;
  }

  /** Takes over what another writer of the same connection holds. */
  append(other: FrameWriter): void {
    for (const chunk of other.take()) this.writeFrames(chunk);
  }

  /** What waits, in order; each is returned once. */
  take(): Uint8Array[] {
    if (this.#size === 0) return [];
    this.#cut();
    const chunks = this.#chunks;
    this.#chunks = NONE;
    this.#slab = EMPTY;
    this.#start = this.#end = 0;
    // A lone frame, after one of the same size, gets memory of just its size.
    this.nextSlab = Math.min(this.#size, LARGEST_SLAB);
    this.#size = 0;
    return chunks;
  }

  /** Writes the header behind what is there, with room for `room` bytes after it; returns where the payload begins. */
  #begin(first: number, length: number, room: number): number {
    const masked = this.#masked;
    this.#reserve(headerSize(length, masked) + room);
    const slab = this.#slab;
    const body = writeHeader(slab, this.#end, first, masked ? 0x80 : 0, length);
    if (!masked) return body;
    writeUint32(slab, body, this.#platform.maskingKey());
    return body + 4;
  }

  /** Masks the payload, where frames are masked, and adds it and its header to what waits. */
  #commit(body: number, end: number): void {
    if (this.#masked) {
      const slab = this.#slab;
      const key =
        (slab[body - 4]! << 24) |
        (slab[body - 3]! << 16) |
        (slab[body - 2]! << 8) |
        slab[body - 1]!;
      applyMask(slab, body, end, key);
    }
    this.#size += end - this.#end;
    this.#end = end;
  }

  #reserve(size: number): void {
    if (this.#slab.length - this.#end >= size) return;
    this.#cut();
    const platform = this.#platform;
    this.#slab =
      (this.#borrows && this.#size === 0 ? platform.borrow?.(size) : undefined) ??
      platform.allocate(Math.max(size, this.nextSlab));
    this.#start = this.#end = 0;
    this.nextSlab = Math.min(Math.max(this.nextSlab * 2, SECOND_SLAB), LARGEST_SLAB);
  }

  /** Ends the entry that small frames are added to. */
  #cut(): void {
    const start = this.#start;
    const end = this.#end;
    if (start === end) return;
    const slab = this.#slab;
    if (start === 0 && end === slab.length) this.#push(slab);
    else this.#push(this.#platform.view?.(slab, start, end) ?? slab.subarray(start, end));
    this.#start = end;
  }

  #push(chunk: Uint8Array): void {
    // (An array that grows out of nothing gets room for 17.)
    if (this.#chunks === NONE) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
  }
}
