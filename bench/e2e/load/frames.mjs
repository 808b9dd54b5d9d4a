/**
 * Reads the frames of a server where they can't be known in advance, byte by byte.
 *
 * @module
 */

import { RSV1 } from "./wire.mjs";

/**
 * @typedef {object} Frame
 * @property {number} opcode
 * @property {boolean} compressed
 * @property {Buffer} payload Only valid until the next call.
 */

const NOTHING = Buffer.alloc(0);

/** Cuts what comes on one connection into frames. The server's must be whole messages, as all our peers send them. */
export class FrameReader {
  #rest = NOTHING;

  /**
   * @param {Buffer} chunk
   * @param {number} length
   * @param {(frame: Frame) => void} onFrame
   */
  read(chunk, length, onFrame) {
    const fresh = chunk.subarray(0, length);
    const bytes = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]);
    let at = 0;
    for (;;) {
      const size = measure(bytes, at);
      if (size === undefined || at + size.header + size.payload > bytes.length) break;
      const first = bytes[at] ?? 0;
      const begin = at + size.header;
      at = begin + size.payload;
      onFrame({
        opcode: first & 15,
        compressed: (first & RSV1) !== 0,
        payload: bytes.subarray(begin, at),
      });
    }
    this.#rest = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
  }
}

/**
 * The lengths of a frame's header and payload, when enough is there to tell.
 *
 * @param {Buffer} bytes
 * @param {number} at
 */
function measure(bytes, at) {
  const available = bytes.length - at;
  if (available < 2) return undefined;
  const short = (bytes[at + 1] ?? 0) & 127;
  if (short < 126) return { header: 2, payload: short };
  if (short === 126) {
    return available < 4 ? undefined : { header: 4, payload: bytes.readUInt16BE(at + 2) };
  }
  return available < 10 ? undefined : { header: 10, payload: bytes.readUInt32BE(at + 6) };
}
