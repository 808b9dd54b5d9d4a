/**
 * Reads CBOR token by token as the library does, and checks what it doesn't: the depth, that strings are UTF-8, and that no list or
 * dictionary ends before its time. Bytes and strings may come in parts (RFC 8949 section 3.2.3), as Java's encoder sends long ones.
 *
 * @module
 */

import { Token, Tokenizer, Type } from "cborg";
import { checkDepth, narrow } from "../protocol/plain.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** First bytes of what comes in parts. */
const BYTES_IN_PARTS = 0x5f;
const TEXT_IN_PARTS = 0x7f;

/** A list or a dictionary that isn't complete. */
interface Open {
  readonly isDict: boolean;
  /** The keys and values that are still to come; `Infinity` where a break ends them. */
  left: number;
  /** A key has come, and its value has not. */
  awaitsValue: boolean;
}

export class CheckedTokenizer extends Tokenizer {
  readonly #open: Open[] = [];

  constructor(bytes: Uint8Array) {
    super(bytes, { allowIndefinite: true, allowBigInt: true });
  }

  override next(): Token {
    const token = this.#token();
    if (token.type === Type.array) this.#begin(token.value as number, false);
    else if (token.type === Type.map) this.#begin(token.value as number, true);
    else {
      if (token.type === Type.break) this.#end();
      this.#complete();
    }
    return token;
  }

  #token(): Token {
    const start = this._pos;
    const head = this.data[start];
    if (head === BYTES_IN_PARTS) return this.#bytesInParts();
    if (head === TEXT_IN_PARTS) return this.#textInParts();
    const token = super.next();
    if (token.type === Type.string) token.value = this.#text(token.value as string, start);
    else if (typeof token.value === "bigint") token.value = narrow(token.value);
    return token;
  }

  /** The library's decoder puts U+FFFD in the place of what is no UTF-8, and takes U+FEFF away from the beginning. */
  #text(decoded: string, start: number): string {
    const minor = (this.data[start] as number) & 31;
    const begin = start + 1 + (minor < 24 ? 0 : 2 ** (minor - 24));
    const maybeMark = begin < this._pos && this.data[begin] === 0xef;
    if (!maybeMark && !decoded.includes("\ufffd")) return decoded;
    return utf8.decode(this.data.subarray(begin, this._pos));
  }

  #bytesInParts(): Token {
    const parts = this.#parts(Type.bytes) as Uint8Array[];
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return new Token(Type.bytes, bytes, 0);
  }

  #textInParts(): Token {
    return new Token(Type.string, this.#parts(Type.string).join(""), 0);
  }

  #parts(type: Type): unknown[] {
    this._pos++;
    const parts: unknown[] = [];
    for (;;) {
      const start = this._pos;
      if (this.done()) throw new TypeError("it ends too early");
      const token = super.next();
      if (token.type === Type.break) return parts;
      if (token.type !== type) throw new TypeError(`a part that is no ${type.name}`);
      parts.push(type === Type.string ? this.#text(token.value as string, start) : token.value);
    }
  }

  #begin(length: number, isDict: boolean): void {
    checkDepth(this.#open.length + 1);
    if (length === 0) this.#complete();
    else this.#open.push({ isDict, left: isDict ? 2 * length : length, awaitsValue: false });
  }

  /** A break. (The library would take one for a value.) */
  #end(): void {
    const last = this.#open.pop();
    if (last?.left !== Infinity || last.awaitsValue) throw new TypeError("an unexpected break");
  }

  /** A value is complete, and with it perhaps those that it is in. */
  #complete(): void {
    for (let last = this.#open.at(-1); last; last = this.#open.at(-1)) {
      last.awaitsValue = last.isDict && !last.awaitsValue;
      if (--last.left > 0) return;
      this.#open.pop();
    }
  }
}
