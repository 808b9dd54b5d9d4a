/**
 * What was found in a message before it is written, as bits: what one serializer or another can't write just so. Import the module
 * as `Found`.
 *
 * @module
 */

export const Bytes = 1;
export const Bigint = 2;
/** 2^53 itself, which is an id but no "safe integer". */
export const Edge = 4;
/** `undefined` in a list. */
export const Hole = 8;
/** A string that begins with U+0000. */
export const Null = 16;
/** A string, or a key, with half a surrogate pair: it can't be written as UTF-8. */
export const Surrogate = 32;
/** Bytes of another window or context of this program. */
export const Foreign = 64;
