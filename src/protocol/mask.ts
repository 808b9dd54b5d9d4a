/**
 * Masking (RFC 6455 section 5.3). A key is an unsigned 32-bit integer whose high byte masks the first byte.
 *
 * @module
 */

/** From here on 32-bit words cost less than bytes, in bytes: the view that they need costs 200 ns (bench/micro). */
const WORDS_FROM = 640;

const keyBytes = new Uint8Array(4);
const keyWord = new Uint32Array(keyBytes.buffer);

/** The key for the bytes that come after `count` bytes. */
export function rotateKey(key: number, count: number): number {
  const bits = (count & 3) << 3;
  // A shift by 32 is one by 0, so that a rotation by no bits needs no branch.
  return ((key << bits) | (key >>> (32 - bits))) >>> 0;
}

/** Masks, or unmasks, from `start` to `end` in place; `key` is the one for the byte at `start`. */
export function applyMask(bytes: Uint8Array, start: number, end: number, key: number): void {
  if (end - start < WORDS_FROM) {
    maskBytes(bytes, start, end, key);
    return;
  }
  const head = -(bytes.byteOffset + start) & 3;
  maskBytes(bytes, start, start + head, key);
  const wordsKey = rotateKey(key, head);
  const tail = maskWords(bytes, start + head, end, wordsKey);
  maskBytes(bytes, tail, end, wordsKey);
}

function maskBytes(bytes: Uint8Array, start: number, end: number, key: number): void {
  const key0 = key >>> 24;
  const key1 = (key >>> 16) & 0xff;
  const key2 = (key >>> 8) & 0xff;
  const key3 = key & 0xff;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    bytes[at]! ^= key0;
    bytes[at + 1]! ^= key1;
    bytes[at + 2]! ^= key2;
    bytes[at + 3]! ^= key3;
  }
  if (at < end) bytes[at]! ^= key0;
  if (at + 1 < end) bytes[at + 1]! ^= key1;
  if (at + 2 < end) bytes[at + 2]! ^= key2;
}

/** `start` is aligned to a word in memory. Returns where the last whole word ends. */
function maskWords(bytes: Uint8Array, start: number, end: number, key: number): number {
  // Written as bytes and read as a word, the key is in the platform's own byte order.
  keyBytes[0] = key >>> 24;
  keyBytes[1] = key >>> 16;
  keyBytes[2] = key >>> 8;
  keyBytes[3] = key;
  const word = keyWord[0]!;
  const count = (end - start) >>> 2;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + start, count);
  for (let index = 0; index < count; index++) words[index]! ^= word;
  return start + count * 4;
}
