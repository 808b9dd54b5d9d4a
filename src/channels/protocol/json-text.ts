/**
 * JSON as text: where its values begin and end, so that they can be kept as they were written. Parsing and writing them
 * again would change numbers that JavaScript doesn't have (12345678901234567890, 1e400), and 1.0.
 *
 * @module
 */

import { MalformedError } from "./codec.ts";

/** How deep an application's data may be nested: other parsers of it have a stack. */
const MAX_DEPTH = 512;

/** Whether it is JSON, and not nested too deeply. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    if (text.length > MAX_DEPTH) new JsonReader(text).raw();
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads a text from its beginning on. It has to be JSON: `JSON.parse` says so, which is faster than anything here. Objects
 * and arrays are entered, and then each of their values is read or skipped.
 */
export class JsonReader {
  readonly #text: string;
  /** Where the next value begins, or what follows the last one. */
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipSpace();
  }

  get isNull(): boolean {
    return this.#text.charCodeAt(this.#at) === LOWER_N;
  }

  /** @throws MalformedError for what is no object. */
  enterObject(): void {
    if (this.#text.charCodeAt(this.#at) !== OPEN_BRACE) throw new MalformedError("not an object");
    this.#at++;
  }

  /** @throws MalformedError for what is no array. */
  enterArray(): void {
    if (this.#text.charCodeAt(this.#at) !== OPEN_BRACKET) throw new MalformedError("not an array");
    this.#at++;
  }

  /** The next key of the object that was entered; `undefined` leaves the object. */
  nextKey(): string | undefined {
    if (!this.nextItem()) return undefined;
    const key = this.string();
    this.#skipSpace();
    // The colon.
    this.#at++;
    this.#skipSpace();
    return key;
  }

  /** Whether there is another item in the array that was entered; `false` leaves the array. */
  nextItem(): boolean {
    this.#skipSpace();
    const unit = this.#text.charCodeAt(this.#at);
    const isEnd = unit === CLOSE_BRACE || unit === CLOSE_BRACKET;
    if (isEnd || unit === COMMA) this.#at++;
    if (unit === COMMA) this.#skipSpace();
    return !isEnd;
  }

  /** @throws MalformedError for what is no string. */
  string(): string {
    const start = this.#at;
    if (this.#text.charCodeAt(start) !== QUOTE) throw new MalformedError("not a string");
    this.#at = endOfString(this.#text, start);
    const text = this.#text.slice(start + 1, this.#at - 1);
    return text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
  }

  /** The next value as it is written. @throws MalformedError for one that is nested too deeply. */
  raw(): string {
    const start = this.#at;
    this.#at = endOf(this.#text, start, MAX_DEPTH);
    return this.#text.slice(start, this.#at);
  }

  skip(): void {
    this.#at = endOf(this.#text, this.#at, Infinity);
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }
}

/** Where the value that begins at `start` ends. */
function endOf(text: string, start: number, maxDepth: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > maxDepth) throw new MalformedError("nested too deeply");
      at++;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth--;
      at++;
    } else if (depth === 0) return endOfWord(text, at);
    else {
      at++;
      continue;
    }
    if (depth === 0) return at;
  }
}

/** A quote behind an odd number of backslashes doesn't end it. */
function endOfString(text: string, start: number): number {
  for (let at = start; ;) {
    at = text.indexOf('"', at + 1);
    let before = at;
    while (text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((at - before) % 2 === 0) return at + 1;
  }
}

/** Of a number, `true`, `false` or `null`. */
function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isSpace(text.charCodeAt(at)) && !isMark(text.charCodeAt(at))) at++;
  return at;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const LOWER_N = 0x6e;

function isMark(unit: number): boolean {
  return unit === COMMA || unit === CLOSE_BRACE || unit === CLOSE_BRACKET;
}

function isSpace(unit: number): boolean {
  if (unit > 0x20) return false;
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}
