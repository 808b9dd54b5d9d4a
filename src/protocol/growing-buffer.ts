/**
 * Bytes that come in pieces, in one piece of memory.
 *
 * @module
 */

import type { ProtocolPlatform } from "./platform.ts";

/** What a length that a peer claims may cost before its bytes come, in bytes. */
export const CLAIM_LIMIT: number = 64 * 1024;

const SMALLEST = 64;
/** Up to this a loop costs less than the view that a native copy needs, in bytes. */
const LOOP_LIMIT = 64;
const EMPTY = new Uint8Array(0);

/** Copies `source` from `start` to `end` to where `target` has room for it. */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
): void {
  if (end - start > LOOP_LIMIT) {
    const isWhole = start === 0 && end === source.length;
    target.set(isWhole ? source : source.subarray(start, end), offset);
    return;
  }
  let from = start;
  let to = offset;
  for (const last = end - 3; from < last; from += 4, to += 4) {
    target[to] = source[from]!;
    target[to + 1] = source[from + 1]!;
    target[to + 2] = source[from + 2]!;
    target[to + 3] = source[from + 3]!;
  }
  for (; from < end; from++, to++) target[to] = source[from]!;
}

/** Grows with the bytes that it holds, by doubling, so that any number of pieces costs linear time. */
export class GrowingBuffer {
  readonly #platform: ProtocolPlatform;
  readonly #limit: number;
  #bytes: Uint8Array = EMPTY;
  #length = 0;

  /** `limit`: what it will hold at most, as a rule: doubling stops there, and goes on beyond it. */
  constructor(platform: ProtocolPlatform, limit: number) {
    this.#platform = platform;
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** The memory; what it holds goes from 0 to `length`. Valid until the next call. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Adds a piece. `expected` is the length that the whole will have, or 0 when that isn't known yet. */
  append(source: Uint8Array, start: number, end: number, expected: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) this.#grow(length, expected);
    copyBytes(source, start, end, this.#bytes, this.#length);
    this.#length = length;
  }

  /** Takes everything out, in memory of its own size. */
  take(): Uint8Array {
    const bytes = this.#bytes;
    const length = this.#length;
    this.clear();
    if (length === bytes.length) return bytes;
    const taken = this.#platform.allocate(length);
    copyBytes(bytes, 0, length, taken, 0);
    return taken;
  }

  /** Drops the first `count` bytes. What is left gets memory of its own size, as it may be little of much. */
  discard(count: number): void {
    const bytes = this.#bytes;
    const length = this.#length;
    this.clear();
    if (count < length) this.append(bytes, count, length, length - count);
  }

  clear(): void {
    this.#bytes = EMPTY;
    this.#length = 0;
  }

  #grow(length: number, expected: number): void {
    const doubled = Math.max(SMALLEST, this.#bytes.length * 2);
    // Memory of just the expected length can later be handed on without a copy.
    let wanted = doubled;
    if (length <= expected) wanted = Math.min(expected, Math.max(doubled, CLAIM_LIMIT));
    else if (length <= this.#limit) wanted = Math.min(this.#limit, doubled);
    const grown = this.#platform.allocate(Math.max(length, wanted));
    copyBytes(this.#bytes, 0, this.#length, grown, 0);
    this.#bytes = grown;
  }
}
