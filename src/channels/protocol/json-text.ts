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

/** Reads a text from its beginning on. It has to be JSON: `JSON.parse` says so, which is faster than anything here. */
export class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isNull(): boolean {
    return this.#peek() === "n";
  }

  /** Calls `visit` for each key, which has to read the value. @throws MalformedError for what is no object. */
  object(visit: (key: string) => void): void {
    this.#items("{", "}", () => {
      const key = unquote(this.raw());
      this.#peek();
      this.#at++;
      visit(key);
    });
  }

  /** Calls `visit` for each item, which has to read it. @throws MalformedError for what is no array. */
  array(visit: () => void): void {
    this.#items("[", "]", visit);
  }

  /** @throws MalformedError for what is no string. */
  string(): string {
    if (this.#peek() !== '"') throw new MalformedError("not a string");
    return unquote(this.raw());
  }

  /** The next value as it is written. @throws MalformedError for one that is nested too deeply. */
  raw(): string {
    this.#peek();
    const start = this.#at;
    this.#at = endOf(this.#text, start, MAX_DEPTH);
    return this.#text.slice(start, this.#at);
  }

  skip(): void {
    this.#peek();
    this.#at = endOf(this.#text, this.#at, Infinity);
  }

  #items(begin: string, end: string, visit: () => void): void {
    if (this.#peek() !== begin) throw new MalformedError(`not in ${begin}${end}`);
    this.#at++;
    if (this.#peek() === end) this.#at++;
    else {
      do {
        visit();
      } while (this.#peekAndPass() !== end);
    }
  }

  /** The next character that is not white space. */
  #peek(): string {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }

  #peekAndPass(): string {
    const character = this.#peek();
    this.#at++;
    return character;
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

function unquote(raw: string): string {
  return raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

function isMark(unit: number): boolean {
  return unit === COMMA || unit === CLOSE_BRACE || unit === CLOSE_BRACKET;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}
