/**
 * Frames on the wire (RFC 6455 section 5.2), written and masked here without any help from the library under test,
 * so that a mistake in its framing cannot hide. Whatever a frame says is written: invalid ones are the point.
 *
 * @module
 */

import { randomBytes } from "node:crypto";

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** A frame to send. `fin` is true and `rsv` 0 unless said; `rsv` is the three reserved bits as a number, RSV1 = 4. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly fin?: boolean;
  readonly rsv?: number;
}

/** The bytes of a frame before its payload, with the shortest length encoding; `mask` is 4 bytes, or absent. */
export function encodeHeader(frame: Omit<Frame, "payload">, length: number, mask?: Buffer): Buffer {
  const first = (frame.fin === false ? 0 : 0x80) | ((frame.rsv ?? 0) << 4) | frame.opcode;
  const maskBit = mask === undefined ? 0 : 0x80;
  let header: Buffer;
  if (length <= 125) {
    header = Buffer.from([first, maskBit | length]);
  } else if (length <= 0xffff) {
    header = Buffer.from([first, maskBit | 126, length >>> 8, length & 0xff]);
  } else {
    header = Buffer.alloc(10);
    header[0] = first;
    header[1] = maskBit | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return mask === undefined ? header : Buffer.concat([header, mask]);
}

/** A whole frame; with `masked`, under a fresh random key, as a client must send it. */
export function encodeFrame(frame: Frame, masked: boolean): Buffer {
  const { payload } = frame;
  if (!masked) return Buffer.concat([encodeHeader(frame, payload.length), payload]);
  const mask = randomBytes(4);
  return Buffer.concat([encodeHeader(frame, payload.length, mask), applyMask(payload, mask, 0)]);
}

/** A copy of `bytes` under the mask; `offset` is their place in the frame's payload. */
export function applyMask(bytes: Uint8Array, mask: Uint8Array, offset: number): Buffer {
  const result = Buffer.from(bytes);
  const key = new Uint8Array(4);
  for (let index = 0; index < 4; index++) key[index] = mask[(offset + index) & 3] ?? 0;
  let at = 0;
  // Whole words where the copy happens to be aligned: tens of megabytes pass here.
  if (result.length >= 64 && result.byteOffset % 4 === 0) {
    const words = new Uint32Array(result.buffer, result.byteOffset, result.length >>> 2);
    const word = new Uint32Array(key.buffer)[0] ?? 0;
    for (let index = 0; index < words.length; index++) words[index] = (words[index] ?? 0) ^ word;
    at = words.length * 4;
  }
  for (; at < result.length; at++) result[at] = (result[at] ?? 0) ^ (key[at & 3] ?? 0);
  return result;
}

/** The payload of a close frame. Without a code, the reason's bytes alone (which a peer must refuse). */
export function closePayload(code?: number, reason: Uint8Array = new Uint8Array()): Buffer {
  const head = code === undefined ? [] : [code >>> 8, code & 0xff];
  return Buffer.concat([Buffer.from(head), reason]);
}

/** Frames of at most `size` octets of payload each. */
export function fragmented(payload: Uint8Array, opcode: number, size: number, rsv = 0): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  do {
    const first = at === 0;
    const part = payload.subarray(at, at + size);
    at += size;
    const fin = at >= payload.length;
    frames.push({
      opcode: first ? opcode : CONTINUATION,
      payload: part,
      fin,
      rsv: first ? rsv : 0,
    });
  } while (at < payload.length);
  return frames;
}
