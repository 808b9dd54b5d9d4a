/**
 * Compression of messages (RFC 7692 section 7.2.1).
 *
 * @module
 */

import { constants, deflateRaw, deflateRawSync } from "node:zlib";
import type { ZlibOptions } from "node:zlib";

import { LEND_LIMIT } from "../../connection/transport.ts";
import { Output } from "./output.ts";
import { withSlot } from "./slots.ts";
import { runStream } from "./stream.ts";
import { ZlibHandle, hasZlibHandle } from "./zlib-handle.ts";

/** What the application decides, within what was negotiated. */
export interface CompressionSettings {
  readonly windowBits: number;
  readonly level: number;
  readonly memLevel: number;
}

/** Compresses one message after the other. */
export interface Compressor {
  compress(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
  close(): void;
}

/** The empty block that a flush ends with, and that is not sent: `00 00 ff ff`. */
const TAIL_SIZE = 4;

/** The chunks in which zlib's own functions collect large messages. */
const CHUNK_SIZE = 64 * 1024;

/** Each message on its own, with one compressor for all connections of the same settings. */
class SharedCompressor implements Compressor {
  readonly #options: ZlibOptions;
  #handle: ZlibHandle | undefined;

  constructor(settings: CompressionSettings) {
    const finishFlush = constants.Z_SYNC_FLUSH;
    this.#options = { ...toZlibOptions(settings), finishFlush, chunkSize: CHUNK_SIZE };
  }

  compress(message: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (message.length === 0) return compressNothing();
    if (message.length > LEND_LIMIT) return withSlot(() => this.#compressLarge(message));
    if (!hasZlibHandle()) return withoutTail(deflateRawSync(message, this.#options));
    this.#handle ??= ZlibHandle.deflate(this.#options);
    this.#handle.reset();
    return runSync(this.#handle, message);
  }

  close(): void {}

  #compressLarge(message: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      deflateRaw(message, this.#options, (error, result) => {
        if (error) reject(error);
        else resolve(withoutTail(result));
      });
    });
  }
}

/** Each message with references to those before it, so that every connection needs a compressor of its own. */
class DedicatedCompressor implements Compressor {
  readonly #handle: ZlibHandle;

  constructor(settings: CompressionSettings) {
    this.#handle = ZlibHandle.deflate(toZlibOptions(settings));
  }

  compress(message: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (message.length === 0) return compressNothing();
    if (message.length > LEND_LIMIT) return this.#compressLarge(message);
    return runSync(this.#handle, message);
  }

  close(): void {
    this.#handle.close();
  }

  async #compressLarge(message: Uint8Array): Promise<Uint8Array> {
    const output = new Output(Infinity);
    await this.#handle.asStream((stream) => runStream(stream, message, output));
    return output.take(TAIL_SIZE);
  }
}

const shared = new Map<string, Compressor>();

/** What {@link sharedCompressor} tells settings apart by. */
export function keyOf({ windowBits, level, memLevel }: CompressionSettings): string {
  return `deflate/${windowBits}/${level}/${memLevel}`;
}

/** The compressor for connections without context takeover. It is made on first use, and kept. */
export function sharedCompressor(settings: CompressionSettings): Compressor {
  const key = keyOf(settings);
  let compressor = shared.get(key);
  if (!compressor) {
    compressor = new SharedCompressor(settings);
    shared.set(key, compressor);
  }
  return compressor;
}

/** A compressor for one connection with context takeover. */
export function dedicatedCompressor(settings: CompressionSettings): Compressor {
  return new DedicatedCompressor(settings);
}

/**
 * zlib has no raw deflate with a window of 8 bits: it silently takes 9, whose distances may be longer than the 256
 * bytes that the peer keeps. Run-length encoding has no distance but 1, so it suits any window.
 */
function toZlibOptions({ windowBits, level, memLevel }: CompressionSettings): ZlibOptions {
  if (windowBits > 8) return { windowBits, level, memLevel };
  return { windowBits: 9, level, memLevel, strategy: constants.Z_RLE };
}

/** The payload of an empty message: an empty block, whose own tail isn't sent either (RFC 7692 section 7.2.3.6). */
function compressNothing(): Uint8Array {
  return Uint8Array.of(0);
}

function runSync(handle: ZlibHandle, message: Uint8Array): Uint8Array {
  const output = new Output(Infinity);
  for (let start = 0; ;) {
    handle.run(message, start, output.buffer, output.used);
    output.used = output.buffer.length - handle.outputLeft;
    start = message.length - handle.inputLeft;
    if (handle.outputLeft > 0) return output.take(TAIL_SIZE);
    output.spill();
  }
}

function withoutTail(compressed: Buffer): Uint8Array {
  return compressed.subarray(0, compressed.length - TAIL_SIZE);
}
