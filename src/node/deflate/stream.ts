/**
 * zlib on the thread pool, by its public streams.
 *
 * @module
 */

import { constants } from "node:zlib";
import type { DeflateRaw, InflateRaw } from "node:zlib";

import type { Output } from "./output.ts";

/**
 * Writes `input` to a stream and flushes it; settles when all output is there. Resolves with the bytes of the input
 * that were left because a final block came before them (RFC 1951 section 3.2.3): the stream is of no use then.
 */
export function runStream(
  stream: DeflateRaw | InflateRaw,
  input: Uint8Array,
  output: Output,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const before = stream.bytesWritten;
    const stop = (): void => {
      stream.off("data", onData);
      stream.off("error", onError);
      stream.off("end", onDone);
      stream.off("close", onClose);
      // An error that comes later is nobody's. The stream may run again, so that there is to be one listener, not many.
      stream.off("error", ignore).on("error", ignore);
    };
    const onData = (chunk: Buffer): void => {
      try {
        output.add(chunk);
      } catch (error) {
        onError(error);
        stream.destroy();
      }
    };
    const onError = (error: unknown): void => {
      stop();
      reject(error);
    };
    const onDone = (): void => {
      stop();
      resolve(input.length - (stream.bytesWritten - before));
    };
    const onClose = (): void => onError(new Error("zlib was closed"));
    stream.on("data", onData);
    stream.on("error", onError);
    stream.on("end", onDone);
    stream.on("close", onClose);
    stream.write(input);
    stream.flush(constants.Z_SYNC_FLUSH, onDone);
  });
}

function ignore(): void {}
