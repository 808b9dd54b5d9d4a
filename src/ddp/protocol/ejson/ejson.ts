/**
 * EJSON under the names that users of Meteor know.
 *
 * @module
 */

import { clone } from "./clone.ts";
import { addType } from "./custom-types.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { equals } from "./equals.ts";
import { parse, stringify } from "./text.ts";

/** What `EJSON` offers. */
export interface Ejson {
  readonly addType: typeof addType;
  readonly clone: typeof clone;
  readonly equals: typeof equals;
  readonly fromJSONValue: typeof decode;
  readonly isBinary: (value: unknown) => value is Uint8Array;
  readonly newBinary: (length: number) => Uint8Array;
  readonly parse: typeof parse;
  readonly stringify: typeof stringify;
  readonly toJSONValue: typeof encode;
}

/**
 * JSON that knows dates, bytes, regular expressions, the numbers that JSON lacks, and types of your own.
 *
 * @example
 * ```ts
 * EJSON.stringify({ at: new Date(0) }); // {"at":{"$date":0}}
 * ```
 */
export const EJSON: Ejson = {
  addType,
  clone,
  equals,
  fromJSONValue: decode,
  isBinary: (value) => value instanceof Uint8Array,
  newBinary: (length) => new Uint8Array(length),
  parse,
  stringify,
  toJSONValue: encode,
};
