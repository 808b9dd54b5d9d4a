/**
 * Frames as a client sends them and as a server answers them, made in advance so that the generator only copies bytes.
 *
 * @module
 */

import { randomFillSync } from "node:crypto";

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;

/** The first bit of a frame, set on the last of a message; and the one that says that the message is compressed. */
const FIN = 0x80;
export const RSV1 = 0x40;

const MASKED = 0x80;

/**
 * A whole message in one frame, masked with a key of its own.
 *
 * @param {number} opcode
 * @param {Uint8Array} payload
 * @param {number} [bits] `RSV1`, for a compressed one.
 */
export function clientFrame(opcode, payload, bits = 0) {
  const header = frameHeader(FIN | bits | opcode, payload.length, MASKED);
  const key = randomFillSync(Buffer.alloc(4));
  const masked = Buffer.from(payload);
  for (let at = 0; at < masked.length; at++) masked[at] = (masked[at] ?? 0) ^ (key[at & 3] ?? 0);
  return Buffer.concat([header, key, masked]);
}

/**
 * The same as a server sends it.
 *
 * @param {number} opcode
 * @param {Uint8Array} payload
 */
export function serverFrame(opcode, payload) {
  return Buffer.concat([frameHeader(FIN | opcode, payload.length, 0), payload]);
}

/**
 * @param {number} first
 * @param {number} length
 * @param {number} masked
 */
function frameHeader(first, length, masked) {
  if (length < 126) return Buffer.from([first, masked | length]);
  if (length < 65_536) return Buffer.from([first, masked | 126, length >> 8, length & 255]);
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = masked | 127;
  header.writeUInt32BE(length, 6);
  return header;
}

/**
 * A whole message of a client's, masked with zeros: for messages that can't be made in advance.
 *
 * @param {number} opcode
 * @param {string} text ASCII only.
 */
export function plainFrame(opcode, text) {
  const { length } = text;
  const header = length < 126 ? 6 : 8;
  const frame = Buffer.alloc(header + length);
  frame[0] = FIN | opcode;
  frame[1] = MASKED | (length < 126 ? length : 126);
  if (length >= 126) frame.writeUInt16BE(length, 2);
  frame.write(text, header, "latin1");
  return frame;
}
