/**
 * What an application may send: the data of JSON, bytes (`Uint8Array`), and bigints of 64 bits. All serializers send the same
 * data, and refuse the same.
 *
 * @module
 */

import * as Found from "./found.ts";
import { MAX_ID } from "./ids.ts";
import type { List } from "./messages.ts";

/** How many lists and dictionaries there may be in each other, the message included: more would be a recursion without end. */
export const MAX_DEPTH = 100;

const MIN_BIGINT = -(2n ** 63n);
const MAX_BIGINT = 2n ** 64n - 1n;

/** Whether a string can be written: {@link isWellFormed}, where it will be UTF-8; `undefined` for JSON, which escapes the rest. */
type TextCheck = ((text: string) => boolean) | undefined;

/**
 * Looks through a message once, before it is written.
 *
 * @throws TypeError for what is no plain data: functions, symbols, instances of classes such as `Date` and `Map`.
 * @throws RangeError for bigints beyond 64 bits, and for what is deeper than 100 lists and dictionaries, or circular.
 */
export function inspect(message: List, check?: TextCheck): number {
  return inspectList(message, 1, check);
}

function inspectList(list: List, depth: number, check: TextCheck): number {
  checkDepth(depth);
  let found = 0;
  // (A hole is `undefined` here, as it is for JSON.)
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    found |= value === undefined ? Found.Hole : inspectValue(value, depth, check);
  }
  return found;
}

function inspectValue(value: unknown, depth: number, check: TextCheck): number {
  switch (typeof value) {
    case "string":
      return inspectText(value, check) | (value.charCodeAt(0) === 0 ? Found.Null : 0);
    case "number":
      return value === MAX_ID || value === -MAX_ID ? Found.Edge : 0;
    case "boolean":
    case "undefined":
      return 0;
    case "bigint":
      if (value >= MIN_BIGINT && value <= MAX_BIGINT) return Found.Bigint;
      throw new RangeError("WAMP can't send a bigint beyond 64 bits");
    case "object":
      if (value === null) return 0;
      return Array.isArray(value)
        ? inspectList(value, depth + 1, check)
        : inspectObject(value as Record<string, unknown>, depth + 1, check);
    default:
      throw new TypeError(`WAMP can't send a ${typeof value}`);
  }
}

function inspectText(text: string, check: TextCheck): number {
  return !check || check(text) ? 0 : Found.Surrogate;
}

function inspectObject(value: Record<string, unknown>, depth: number, check: TextCheck): number {
  if (!isPlain(value)) {
    if (value instanceof Uint8Array) return Found.Bytes;
    if (isBytes(value)) return Found.Bytes | Found.Foreign;
    const name = Object.prototype.toString.call(value).slice(8, -1);
    throw new TypeError(`WAMP can't send a ${name}`);
  }
  checkDepth(depth);
  let found = 0;
  for (const key in value) {
    found |= inspectText(key, check) | inspectValue(value[key], depth, check);
  }
  return found;
}

/** An object literal, or one without a prototype; of another window or context of this program, too. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "valueOf");
}

/** (By its tag, so that those of other contexts count too.) */
export function isBytes(value: object): value is Uint8Array {
  return (
    ArrayBuffer.isView(value) &&
    (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === "Uint8Array"
  );
}

/** @throws RangeError when that is too deep. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`deeper than ${MAX_DEPTH} levels`);
}

/** (`String.prototype.isWellFormed` of ES2024 knows at once for strings of Latin letters.) */
export function isWellFormed(text: string): boolean {
  return (text as { isWellFormed?(): boolean }).isWellFormed?.() ?? !/\p{Surrogate}/u.test(text);
}

/** What was read and is an integer beyond 32 bits: a number where that is exact, to 2^53 inclusive, else a bigint. */
export function narrow(integer: bigint): number | bigint {
  if (integer < MIN_BIGINT) throw new RangeError("an integer beyond 64 bits");
  return integer <= MAX_ID && integer >= -MAX_ID ? Number(integer) : integer;
}

/**
 * A copy that the libraries for MessagePack and CBOR write rightly: integers beyond 32 bits are bigints, `undefined` in a list is
 * null, half a surrogate pair is U+FFFD, as in every encoder of the Web, and bytes are an `Uint8Array` of this context.
 */
export function widen(value: unknown): unknown {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value === "number") return isWide(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => widen(item) ?? null);
  if (isBytes(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [wellFormed(key), widen(item)]));
}

function isWide(value: number): boolean {
  const size = Math.abs(value);
  return size >= 2 ** 32 && size <= MAX_ID && Number.isInteger(value);
}

function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, "\ufffd");
}
