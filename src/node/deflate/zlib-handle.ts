/**
 * The one place that reaches under Node's `zlib` streams: they have no way to run one (de)compressor synchronously,
 * again and again. What is used is tried out first, on the runtime at hand; where it fails, there are the public
 * functions, which set up a new compressor for each message and take two to three times as long.
 *
 * @module
 */

import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";
import type { DeflateRaw, InflateRaw, ZlibOptions } from "node:zlib";

/** The native object under a stream. Its arguments are checked by assertions that end the process. */
interface NativeHandle {
  reset(): void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputStart: number,
    inputLength: number,
    output: Uint8Array,
    outputStart: number,
    outputLength: number,
  ): void;
  onerror: (message: string, errno: number, code: string) => void;
}

interface Internals {
  _handle: NativeHandle | null;
  /** Room left in the output, and bytes left in the input, after a write. */
  _writeState: Uint32Array;
  _chunkSize: number;
  _outBuffer: Buffer;
  _processChunk(chunk: Buffer, flush: number): Buffer;
}

/** The smallest that a stream takes: synchronous runs don't need its own buffer. */
const MIN_CHUNK = 64;
/** The buffer of a stream that is used as a stream. */
const STREAM_CHUNK = 64 * 1024;

/** A raw deflate or inflate state that runs synchronously, with memory of the caller's. */
export class ZlibHandle {
  readonly #stream: DeflateRaw | InflateRaw;
  readonly #handle: NativeHandle;
  readonly #state: Uint32Array;
  #error: Error | undefined;
  #isStreaming = false;

  private constructor(stream: DeflateRaw | InflateRaw) {
    const { _handle, _writeState } = stream as unknown as Internals;
    if (!_handle || _writeState.length !== 2) throw new TypeError("zlib has changed");
    this.#stream = stream;
    this.#handle = _handle;
    this.#state = _writeState;
    const streamFails = _handle.onerror;
    _handle.onerror = (message, errno, code): void => {
      if (this.#isStreaming) streamFails.call(_handle, message, errno, code);
      else this.#error = new Error(message);
    };
  }

  static deflate(options: ZlibOptions): ZlibHandle {
    return new ZlibHandle(createDeflateRaw({ ...options, chunkSize: MIN_CHUNK }));
  }

  static inflate(options: ZlibOptions): ZlibHandle {
    return new ZlibHandle(createInflateRaw({ ...options, chunkSize: MIN_CHUNK }));
  }

  /** Bytes of the input that the last run left. */
  get inputLeft(): number {
    return this.#state[1] as number;
  }

  /** Bytes of the output that the last run left free. */
  get outputLeft(): number {
    return this.#state[0] as number;
  }

  /**
   * Reads `input` from `start`, writes to `output` from `outputStart`, and flushes. Throws for data that zlib refuses.
   */
  run(input: Uint8Array, start: number, output: Uint8Array, outputStart: number): void {
    const inputLength = input.length - start;
    const outputLength = output.length - outputStart;
    const flush = constants.Z_SYNC_FLUSH;
    this.#handle.writeSync(flush, input, start, inputLength, output, outputStart, outputLength);
    if (!this.#error) return;
    const error = this.#error;
    this.#error = undefined;
    throw error;
  }

  /** Forgets all that it has seen, errors included. */
  reset(): void {
    this.#error = undefined;
    this.#handle.reset();
  }

  /** Uses the same state through the stream that owns it, which runs it on another thread. */
  async asStream<T>(use: (stream: DeflateRaw | InflateRaw) => Promise<T>): Promise<T> {
    const internals = this.#stream as unknown as Internals;
    if (internals._chunkSize === MIN_CHUNK) {
      internals._chunkSize = STREAM_CHUNK;
      internals._outBuffer = Buffer.allocUnsafeSlow(STREAM_CHUNK);
    }
    this.#isStreaming = true;
    try {
      return await use(this.#stream);
    } finally {
      this.#isStreaming = false;
    }
  }

  close(): void {
    this.#stream.close();
  }
}

let works: boolean | undefined;

/** Whether {@link ZlibHandle} works here. */
export function hasZlibHandle(): boolean {
  works ??= probe();
  return works;
}

function probe(): boolean {
  try {
    return takesOurArguments() && makesRoundTrips();
  } catch {
    return false;
  }
}

/** Looks at how Node itself calls `writeSync`, because a wrong guess would end the process. */
function takesOurArguments(): boolean {
  const stream = createDeflateRaw();
  const { _handle: handle, _writeState: state } = stream as unknown as Internals;
  const { writeSync, reset } = handle as NativeHandle;
  if (typeof writeSync !== "function" || typeof reset !== "function") return false;
  if (!(state instanceof Uint32Array) || state.length !== 2) return false;
  let seen: unknown[] = [];
  (handle as NativeHandle).writeSync = function (...args): void {
    seen = args;
    Reflect.apply(writeSync, this, args);
  };
  const input = Buffer.from("probe");
  (stream as unknown as Internals)._processChunk(input, constants.Z_SYNC_FLUSH);
  const [flush, given, start, length, output, outputStart, outputLength] = seen;
  return (
    seen.length === 7 &&
    flush === constants.Z_SYNC_FLUSH &&
    given === input &&
    start === 0 &&
    length === input.length &&
    output instanceof Uint8Array &&
    outputStart === 0 &&
    outputLength === output.length &&
    state[1] === 0 &&
    (state[0] as number) < output.length
  );
}

/** Compresses and inflates twice, with a reset and an error between. */
function makesRoundTrips(): boolean {
  const deflate = ZlibHandle.deflate({ windowBits: 9, memLevel: 1 });
  const inflate = ZlibHandle.inflate({ windowBits: 9 });
  try {
    return (
      isRoundTrip(deflate, inflate) && refusesGarbage(inflate) && isRoundTrip(deflate, inflate)
    );
  } finally {
    deflate.close();
    inflate.close();
  }
}

function isRoundTrip(deflate: ZlibHandle, inflate: ZlibHandle): boolean {
  const message = Buffer.from("a message, a message, a message");
  const compressed = Buffer.alloc(64);
  const inflated = Buffer.alloc(64);
  deflate.reset();
  deflate.run(message, 0, compressed, 0);
  if (deflate.inputLeft > 0 || deflate.outputLeft === 0) return false;
  inflate.reset();
  const input = compressed.subarray(0, compressed.length - deflate.outputLeft);
  inflate.run(input, 0, inflated, 0);
  return inflated.subarray(0, inflated.length - inflate.outputLeft).equals(message);
}

function refusesGarbage(inflate: ZlibHandle): boolean {
  try {
    inflate.run(Buffer.from([0xff, 0xff]), 0, Buffer.alloc(64), 0);
    return false;
  } catch {
    return true;
  }
}
