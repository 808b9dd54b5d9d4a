/**
 * Where zlib writes to.
 *
 * @module
 */

import { messageTooBig } from "../../protocol/message-assembler.ts";
import { allocate } from "../platform.ts";

/** Enough for most messages; longer ones are collected in pieces of this size. */
const SCRATCH_SIZE = 64 * 1024;

/** Memory for one synchronous run at a time, whichever connection it is for. */
let scratch: Buffer | undefined;

/** The output of one message, which may be of any length up to a limit. */
export class Output {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** Memory to be written to, from `used` on; valid until something asynchronous happens. */
  readonly buffer: Buffer;
  used = 0;

  constructor(limit: number, buffer: Buffer = (scratch ??= Buffer.allocUnsafeSlow(SCRATCH_SIZE))) {
    this.#limit = limit;
    this.buffer = buffer;
  }

  /** The bytes so far. */
  get size(): number {
    return this.#size + this.used;
  }

  /** Makes room in `buffer`. Throws once there is more than the limit. */
  spill(): void {
    const { used } = this;
    this.used = 0;
    if (used === 0) return;
    const copy = Buffer.allocUnsafeSlow(used);
    this.buffer.copy(copy, 0, 0, used);
    this.add(copy);
  }

  /** Adds a chunk that was written elsewhere. Throws once there is more than the limit. */
  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#check();
  }

  /** All of it without the last `cut` bytes, in memory of its own. */
  take(cut = 0): Buffer {
    this.#check();
    const result = allocate(this.size - cut);
    let offset = 0;
    // `copy` stops at the end of its target.
    for (const chunk of this.#chunks) offset += chunk.copy(result, offset);
    this.buffer.copy(result, offset, 0, this.used);
    return result;
  }

  #check(): void {
    if (this.size > this.#limit) throw messageTooBig(this.#limit);
  }
}
