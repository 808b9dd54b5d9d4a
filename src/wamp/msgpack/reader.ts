/**
 * Reads one value of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), of a peer that may send anything.
 *
 * It is written here because the libraries trust their input: a message of 10 KB can make them reserve a gigabyte for the lists
 * that it announces, strings need not be UTF-8, and what is deep is read however deep.
 *
 * @module
 */

import { checkDepth, narrow } from "../protocol/plain.ts";

/** Below it a loop over ASCII is faster than a `TextDecoder`. */
const SHORT_STRING = 32;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @throws TypeError for what is no MessagePack, or has what WAMP has not: extension types, and keys that are no strings.
 * @throws RangeError for what is too deep.
 */
export function readMsgpack(bytes: Uint8Array): unknown {
  return new Reader(bytes).readAll();
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  readAll(): unknown {
    const value = this.#read(0);
    if (this.#at !== this.#bytes.length) throw new TypeError("bytes after the end");
    return value;
  }

  #read(depth: number): unknown {
    const head = this.#uint(1);
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    if (head < 0x90) return this.#dict(head & 0x0f, depth + 1);
    if (head < 0xa0) return this.#list(head & 0x0f, depth + 1);
    if (head < 0xc0) return this.#string(head & 0x1f);
    return this.#readLong(head, depth);
  }

  /** What has more than its first byte. */
  #readLong(head: number, depth: number): unknown {
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return head === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#uint(2 ** (head - 0xc4))).slice();
      case 0xca:
        return this.#view.getFloat32(this.#skip(4));
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(2 ** (head - 0xcc));
      case 0xcf:
        return this.#long(this.#view.getUint32(this.#skip(8)), false);
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return this.#long(this.#view.getInt32(this.#skip(8)), true);
      case 0xd4:
        return this.#nothing();
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#uint(2 ** (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(2 * (head - 0xdb)), depth + 1);
      case 0xde:
      case 0xdf:
        return this.#dict(this.#uint(2 * (head - 0xdd)), depth + 1);
      default:
        throw new TypeError(
          head === 0xc1 ? "there is no type 0xc1" : "extension types aren't WAMP",
        );
    }
  }

  /**
   * Extension types are no part of WAMP. One library writes `undefined` as one, though, of type 0, and a client that stands on it
   * has such options (wampy); CBOR has a value for it.
   */
  #nothing(): undefined {
    const at = this.#skip(2);
    if (this.#bytes[at] !== 0 || this.#bytes[at + 1] !== 0) {
      throw new TypeError("extension types aren't WAMP");
    }
  }

  #list(length: number, depth: number): unknown[] {
    checkDepth(depth);
    // (Nothing is reserved: that so much follows is only a claim.)
    const list: unknown[] = [];
    for (let index = 0; index < length; index++) list.push(this.#read(depth));
    return list;
  }

  #dict(length: number, depth: number): Record<string, unknown> {
    checkDepth(depth);
    const dict: Record<string, unknown> = {};
    for (let index = 0; index < length; index++) {
      const key = this.#read(depth);
      if (typeof key !== "string") throw new TypeError("a key that is no string");
      const value = this.#read(depth);
      if (key === "__proto__") define(dict, value);
      else dict[key] = value;
    }
    return dict;
  }

  #string(length: number): string {
    const bytes = this.#bytes;
    const start = this.#skip(length);
    if (length >= SHORT_STRING) return utf8.decode(bytes.subarray(start, start + length));
    let text = "";
    for (let at = start; at < start + length; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x80) return utf8.decode(bytes.subarray(start, start + length));
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** The integer of 64 bits before, of which this is the upper half. */
  #long(upper: number, isSigned: boolean): number | bigint {
    const at = this.#at - 8;
    // (Most are no bigints: it costs less to make none.)
    if (Math.abs(upper) < 2 ** 21) return upper * 2 ** 32 + this.#view.getUint32(at + 4);
    return narrow(isSigned ? this.#view.getBigInt64(at) : this.#view.getBigUint64(at));
  }

  #take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  #uint(size: number): number {
    const at = this.#skip(size);
    if (size === 1) return this.#bytes[at] as number;
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  /** Goes on by so many bytes, and says where they begin. */
  #skip(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new TypeError("it ends too early");
    return at;
  }
}

/** An assignment would set the prototype. */
function define(dict: Record<string, unknown>, value: unknown): void {
  Object.defineProperty(dict, "__proto__", {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
