/**
 * Lines of a stream of bytes.
 *
 * @module
 */

import type { Readable } from "node:stream";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Each line without its end, `\n` or `\r\n`; nothing else ends one, because messages may hold anything else. A line
 * that is longer than `limit` bytes is `undefined`. What follows the last line's end is a line if it isn't empty.
 */
export async function* readLines(
  input: Readable,
  limit: number,
): AsyncGenerator<Buffer | undefined, void, undefined> {
  let pieces: Buffer[] = [];
  let size = 0;
  const take = (): Buffer | undefined => {
    const line = size > limit ? undefined : withoutReturn(Buffer.concat(pieces, size));
    pieces = [];
    size = 0;
    return line;
  };
  const add = (piece: Buffer): void => {
    size += piece.length;
    if (size <= limit) pieces.push(piece);
    else pieces = [];
  };
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    let start = 0;
    for (let end; (end = bytes.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      add(bytes.subarray(start, end));
      yield take();
    }
    if (start < bytes.length) add(bytes.subarray(start));
  }
  if (size > 0) yield take();
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
