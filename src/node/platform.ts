/**
 * What the protocol needs of Node: memory, text, randomness, and SHA-1.
 *
 * @module
 */

import { isUtf8 } from "node:buffer";
import * as crypto from "node:crypto";

import { copyBytes } from "../protocol/growing-buffer.ts";
import type { ProtocolPlatform } from "../protocol/platform.ts";
import { borrowSlab, viewOf } from "./frame-slab.ts";
import { maskWithSimd } from "./simd-memory.ts";

/** Node's own fast paths, which its types leave out. */
interface FastBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number, length: number): number;
}

/** What Node's own buffers are made with, at half the cost of `subarray`. */
type BufferClass = new (memory: ArrayBufferLike | number, start?: number, size?: number) => Buffer;

/** (Where there is no such class it is `Buffer` itself, whose constructor must not be called.) */
const species = (Buffer as unknown as { [Symbol.species]?: BufferClass })[Symbol.species];
const FastBuffer = species === (Buffer as unknown) ? undefined : species;

/** Up to this size, V8 keeps the bytes of a typed array in the object itself, which takes a third of the time. */
const TINY = 64;

/** Up to this size, buffers share a slab. */
const SMALL = 1024;

/**
 * The most that a small message can pin. (`Buffer.allocUnsafe` would take it from a pool of `Buffer.poolSize` bytes,
 * which is 64 KiB in newer versions of Node.)
 */
const SLAB_SIZE = 8 * 1024;

const NOTHING = Buffer.alloc(0);

let slab: ArrayBufferLike = NOTHING.buffer;
let used = SLAB_SIZE;

/** Memory that is not zeroed, and that pins no more than 8 KiB beyond its size. */
export function allocate(size: number): Buffer {
  if (size === 0) return NOTHING;
  if (size > SMALL) return Buffer.allocUnsafeSlow(size);
  if (used + size > SLAB_SIZE) {
    slab = Buffer.allocUnsafeSlow(SLAB_SIZE).buffer;
    used = 0;
  }
  const start = used;
  // Aligned, so that a typed array of any kind can be made over it.
  used = (start + size + 7) & ~7;
  return FastBuffer ? new FastBuffer(slab, start, size) : Buffer.from(slab, start, size);
}

/**
 * A copy of the bytes from `start` to `end`. (What it makes of a few bytes is for JavaScript: native code first has to
 * move them out of the object.)
 */
function copy(bytes: Uint8Array, start: number, end: number): Buffer {
  const size = end - start;
  const data = FastBuffer && size <= TINY ? new FastBuffer(size) : allocate(size);
  copyBytes(bytes, start, end, data, 0);
  return data;
}

const { utf8Slice, utf8Write } = Buffer.prototype as FastBuffer;
const hasFastText = typeof utf8Slice === "function" && typeof utf8Write === "function";

function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (hasFastText) return utf8Slice.call(bytes, start, end);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}

function encodeUtf8(text: string): Buffer {
  const size = Buffer.byteLength(text, "utf8");
  const bytes = allocate(size);
  if (hasFastText) utf8Write.call(bytes, text, 0, size);
  else bytes.write(text, "utf8");
  return bytes;
}

/** How many masking keys are drawn at once: a system call for each would cost more than the rest of a short frame. */
const MASKS = 2048;

let masks: Uint32Array<ArrayBuffer> | undefined;
let nextMask = MASKS;

function maskingKey(): number {
  masks ??= new Uint32Array(MASKS);
  if (nextMask === MASKS) {
    crypto.randomFillSync(masks);
    nextMask = 0;
  }
  return masks[nextMask++] as number;
}

/** Messages that come through it are `Buffer`s. */
export const nodePlatform: ProtocolPlatform = {
  allocate,
  copy,
  decodeUtf8,
  encodeUtf8,
  maskingKey,
  isUtf8: (bytes, start, end) => isUtf8(bytes.subarray(start, end)),
};

/** For sockets of the system: the kernel takes most of what is written to them at once. */
export const socketPlatform: ProtocolPlatform = {
  ...nodePlatform,
  mask: maskWithSimd,
  borrow: borrowSlab,
  view: viewOf,
};

const hasHash = typeof (crypto as { hash?: unknown }).hash === "function";

/** The hash of the opening handshake (RFC 6455 section 4.2.2); it protects nothing. */
export function sha1(data: Uint8Array): Uint8Array {
  // Newer versions of Node (20.12, 21.7) can do it in one step; Deno and Bun know that from some version on.
  if (hasHash) return crypto.hash("sha1", data, "buffer");
  return crypto.createHash("sha1").update(data).digest();
}
