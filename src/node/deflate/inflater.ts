/**
 * Decompression of messages (RFC 7692 section 7.2.2).
 *
 * A peer may end its message with a final block, or have final blocks inside it (section 7.2.3.4): zlib's stream ends
 * there, and what follows goes to a fresh one.
 *
 * @module
 */

import { constants, createInflateRaw, inflateRawSync } from "node:zlib";
import type { InflateRaw } from "node:zlib";

import { LEND_LIMIT } from "../../connection/transport.ts";
import { LimitError, ProtocolError } from "../../errors.ts";
import { Output } from "./output.ts";
import { withSlot } from "./slots.ts";
import { runStream } from "./stream.ts";
import { ZlibHandle, hasZlibHandle } from "./zlib-handle.ts";

/** Inflates one message after the other. */
export interface Inflater {
  /** Throws, or rejects with, a `LimitError` or a `ProtocolError`. */
  inflate(payload: Uint8Array, limit: number): Uint8Array | Promise<Uint8Array>;
  close(): void;
}

/** What each message ends with, and is sent without (RFC 7692 section 7.2.2). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/**
 * Where no context is kept, a final block and a byte that is left behind it tell that the message was whole: one that
 * is cut off swallows them.
 */
const CHECKED_TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff, 0x03, 0x00, 0x00]);

/** What becomes longer than this is inflated off the event loop: a short message may become a very long one. */
const SYNC_LIMIT = 1024 * 1024;

/** Each fresh stream costs as much as hundreds of bytes, so there are only so many in proportion to the message. */
const FINAL_BLOCKS = 64;
const BYTES_PER_FINAL_BLOCK = 1024;

/** A larger window than the peer's does no harm, so all share this one. */
const MAX_WINDOW_BITS = 15;

const CHUNK_SIZE = 64 * 1024;

const SCRATCH_SIZE = 16 * 1024;

/** Memory for one synchronous run at a time, as in `output.ts`. */
let scratch: Buffer | undefined;

/** One message on its way. */
class Job {
  readonly #tail: Buffer;
  #finalBlocks: number;
  /** What is still to be read, the tail included. */
  input: Buffer;
  readonly output: Output;

  constructor(payload: Uint8Array, tail: Buffer, limit: number) {
    const { length } = payload;
    const size = length + tail.length;
    this.#tail = tail;
    this.#finalBlocks = FINAL_BLOCKS + length / BYTES_PER_FINAL_BLOCK;
    this.input =
      size > SCRATCH_SIZE
        ? Buffer.allocUnsafeSlow(size)
        : (scratch ??= Buffer.allocUnsafeSlow(SCRATCH_SIZE)).subarray(0, size);
    this.input.set(payload);
    this.input.set(tail, length);
    this.output = new Output(limit);
  }

  /** Whether the message is complete, when zlib left `left` bytes of the input; otherwise a fresh stream goes on. */
  isComplete(left: number): boolean {
    const { length } = this.#tail;
    // All of it was read; or a final block was the end of the message, which then needs no tail.
    if (left === length || left === (this.#tail === TAIL ? 0 : 1)) return true;
    if (left < length) throw new Error("the message is cut off");
    if (--this.#finalBlocks < 0) throw new Error("too many final blocks");
    this.input = this.input.subarray(this.input.length - left);
    return false;
  }

  /** Moves what is in shared memory to memory of its own, before anything asynchronous. */
  own(): void {
    this.output.spill();
    const copy = Buffer.allocUnsafeSlow(this.input.length);
    this.input.copy(copy);
    this.input = copy;
  }
}

/** Each message on its own, with one inflater for all connections. */
class SharedInflater implements Inflater {
  #handle: ZlibHandle | undefined;

  inflate(payload: Uint8Array, limit: number): Uint8Array | Promise<Uint8Array> {
    if (payload.length <= LEND_LIMIT) {
      const job = new Job(payload, CHECKED_TAIL, limit);
      if (toOwnErrors(() => this.#inflateSync(job))) return job.output.take();
    }
    const job = new Job(payload, CHECKED_TAIL, limit);
    job.own();
    return withSlot(() => inflateLarge(job));
  }

  close(): void {}

  #inflateSync(job: Job): boolean {
    if (!hasZlibHandle()) return inflateOneShot(job);
    this.#handle ??= ZlibHandle.inflate({ windowBits: MAX_WINDOW_BITS });
    this.#handle.reset();
    return runSync(this.#handle, job);
  }
}

/** Messages with references to those before them, so that every connection needs an inflater of its own. */
class DedicatedInflater implements Inflater {
  readonly #windowBits: number;
  #handle: ZlibHandle;

  constructor(windowBits: number) {
    this.#windowBits = windowBits;
    this.#handle = ZlibHandle.inflate({ windowBits });
  }

  inflate(payload: Uint8Array, limit: number): Uint8Array | Promise<Uint8Array> {
    const job = new Job(payload, TAIL, limit);
    if (payload.length <= LEND_LIMIT && toOwnErrors(() => runSync(this.#handle, job))) {
      // A final block was the end of the message: the next one begins without a context.
      if (this.#handle.inputLeft > 0) this.#handle.reset();
      return job.output.take();
    }
    job.own();
    return this.#inflateLarge(job);
  }

  close(): void {
    this.#handle.close();
  }

  async #inflateLarge(job: Job): Promise<Uint8Array> {
    try {
      for (;;) {
        const left = await this.#handle.asStream((stream) =>
          runStream(stream, job.input, job.output),
        );
        if (left > 0) {
          this.#handle.close();
          this.#handle = ZlibHandle.inflate({ windowBits: this.#windowBits });
        }
        if (job.isComplete(left)) return job.output.take();
      }
    } catch (error) {
      throw toOwnError(error);
    }
  }
}

let shared: Inflater | undefined;

/** The inflater for connections without context takeover. It is made on first use, and kept. */
export function sharedInflater(): Inflater {
  return (shared ??= new SharedInflater());
}

/** An inflater for one connection with context takeover. */
export function dedicatedInflater(windowBits: number): Inflater {
  return new DedicatedInflater(windowBits);
}

/** Returns `false` when the message becomes too long for the event loop; the job can go on asynchronously then. */
function runSync(handle: ZlibHandle, job: Job): boolean {
  for (;;) {
    const { input, output } = job;
    for (let start = 0; ; start = input.length - handle.inputLeft) {
      handle.run(input, start, output.buffer, output.used);
      output.used = output.buffer.length - handle.outputLeft;
      if (handle.outputLeft > 0) break;
      output.spill();
      if (output.size < SYNC_LIMIT) continue;
      job.input = input.subarray(input.length - handle.inputLeft);
      return false;
    }
    if (job.isComplete(handle.inputLeft)) return true;
    handle.reset();
  }
}

/** As {@link runSync}, by public functions; but a job that was given up starts again. */
function inflateOneShot(job: Job): boolean {
  for (;;) {
    const options = {
      windowBits: MAX_WINDOW_BITS,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: SYNC_LIMIT,
      info: true,
    };
    try {
      const { buffer, engine } = inflateRawSync(job.input, options) as unknown as {
        buffer: Buffer;
        engine: InflateRaw;
      };
      job.output.add(buffer);
      if (job.isComplete(job.input.length - engine.bytesWritten)) return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return false;
      throw error;
    }
  }
}

async function inflateLarge(job: Job): Promise<Uint8Array> {
  for (;;) {
    const stream = createInflateRaw({ windowBits: MAX_WINDOW_BITS, chunkSize: CHUNK_SIZE });
    try {
      if (job.isComplete(await runStream(stream, job.input, job.output))) return job.output.take();
    } catch (error) {
      throw toOwnError(error);
    } finally {
      stream.close();
    }
  }
}

function toOwnErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toOwnError(error);
  }
}

function toOwnError(error: unknown): LimitError | ProtocolError {
  if (error instanceof LimitError) return error;
  return new ProtocolError("a compressed message is damaged", 1007, { cause: error });
}
