/**
 * Frames: a type, a length, and that many bytes (WAMP specification, "RawSocket Transport", section "Serialization").
 *
 * The first byte has four bits that are reserved, one that is the 25th of the length, and three of the type; the other 24
 * bits of the length follow.
 *
 * @module
 */

import { LimitError, ProtocolError } from "../../errors.ts";
import { allocate, nodePlatform } from "../../node/platform.ts";
import { copyBytes, GrowingBuffer } from "../../protocol/growing-buffer.ts";
import { MAX_LENGTH } from "./handshake.ts";

export const FrameType = { Message: 0, Ping: 1, Pong: 2 } as const;
export type FrameTypeCode = (typeof FrameType)[keyof typeof FrameType];

const HEADER_BYTES = 4;

const TYPES: readonly number[] = Object.values(FrameType);

/** Writes the four bytes before `length` others, at most 16 MiB. */
function writeHeader(target: Uint8Array, type: FrameTypeCode, length: number): void {
  // (Of 16 MiB, only the 25th bit is set.)
  target[0] = (length === MAX_LENGTH ? 0x08 : 0) | type;
  target[1] = (length >> 16) & 0xff;
  target[2] = (length >> 8) & 0xff;
  target[3] = length & 0xff;
}

/** A whole frame, in memory of its own. */
export function encodeFrame(
  type: FrameTypeCode,
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Buffer {
  const frame = allocate(HEADER_BYTES + end - start);
  writeHeader(frame, type, end - start);
  copyBytes(bytes, start, end, frame, HEADER_BYTES);
  return frame;
}

/** The frame of a text, which has `size` bytes in UTF-8. */
export function encodeTextFrame(text: string, size: number): Buffer {
  const frame = allocate(HEADER_BYTES + size);
  writeHeader(frame, FrameType.Message, size);
  frame.write(text, HEADER_BYTES, "utf8");
  return frame;
}

/** The header alone, before bytes that are sent as they are. */
export function encodeHeader(type: FrameTypeCode, length: number): Buffer {
  const header = allocate(HEADER_BYTES);
  writeHeader(header, type, length);
  return header;
}

/**
 * Takes a frame: `bytes` from `start` to `end`. `isOwn`: nobody else has that memory, and the frame is all of it; otherwise
 * it is there during the call only.
 */
export type OnFrame = (
  type: FrameTypeCode,
  bytes: Uint8Array,
  start: number,
  end: number,
  isOwn: boolean,
) => void;

/** Finds the frames in what comes in, however it is cut. Memory is taken for what has come, and not for what is announced. */
export class FrameReader {
  readonly #maxLength: number;
  readonly #onFrame: OnFrame;
  readonly #partial: GrowingBuffer;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerBytes = 0;
  #type: FrameTypeCode = FrameType.Message;
  #length = 0;

  /** `maxLength`: of the bytes behind the header. */
  constructor(maxLength: number, onFrame: OnFrame) {
    this.#maxLength = maxLength;
    this.#onFrame = onFrame;
    this.#partial = new GrowingBuffer(nodePlatform, maxLength);
  }

  /** How many bytes of an unfinished frame are held. */
  get kept(): number {
    return this.#headerBytes + this.#partial.length;
  }

  /**
   * Reads `bytes` up to `end`.
   *
   * @throws ProtocolError or LimitError for what the peer must not send. Nothing can be read after that.
   */
  read(bytes: Uint8Array, end: number): void {
    let at = 0;
    while (at < end) {
      if (this.#headerBytes < HEADER_BYTES) {
        at = this.#readHeader(bytes, at, end);
        if (this.#headerBytes < HEADER_BYTES) return;
      }
      at = this.#readPayload(bytes, at, end);
    }
  }

  #readHeader(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (this.#headerBytes < HEADER_BYTES && at < end) {
      this.#header[this.#headerBytes++] = bytes[at++] as number;
    }
    if (this.#headerBytes === HEADER_BYTES) this.#decodeHeader();
    return at;
  }

  #decodeHeader(): void {
    const [first = 0, high = 0, middle = 0, low = 0] = this.#header;
    if ((first & 0xf0) !== 0) throw new ProtocolError("a frame with reserved bits");
    const type = first & 0x07;
    if (!TYPES.includes(type)) throw new ProtocolError(`a frame of type ${type}`);
    const length = (first & 0x08) * 2 ** 21 + high * 2 ** 16 + middle * 2 ** 8 + low;
    if (length > this.#maxLength) {
      throw new LimitError(`a frame of ${length} bytes`, this.#maxLength);
    }
    this.#type = type as FrameTypeCode;
    this.#length = length;
  }

  #readPayload(bytes: Uint8Array, start: number, end: number): number {
    const length = this.#length;
    const partial = this.#partial;
    const stop = Math.min(end, start + length - partial.length);
    if (stop - start === length) {
      this.#headerBytes = 0;
      this.#onFrame(this.#type, bytes, start, stop, false);
      return stop;
    }
    partial.append(bytes, start, stop, length);
    if (partial.length === length) {
      const whole = partial.take();
      this.#headerBytes = 0;
      this.#onFrame(this.#type, whole, 0, length, true);
    }
    return stop;
  }
}
