/**
 * The values of header fields (RFC 9110 section 5.6), read by index: linear in their length, whatever they hold.
 *
 * @module
 */

/** Whether each character code up to 127 may be part of a token. */
const TOKEN_CHARACTERS: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(code)),
);

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether `text` is a token: a name as HTTP allows them. */
export function isToken(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (TOKEN_CHARACTERS[text.charCodeAt(index)] !== true) return false;
  }
  return text !== "";
}

/** Whether a list has an element, without regard to case. */
export function listHas(values: readonly string[], element: string): boolean {
  return values.some(
    (value) =>
      // (Most lists have one element.)
      value.toLowerCase() === element ||
      value.split(",").some((item) => item.trim().toLowerCase() === element),
  );
}

/** The tokens of a list; `undefined` when it has anything else, or none. */
export function parseTokens(value: string): string[] | undefined {
  const reader = new FieldReader(value);
  const tokens: string[] = [];
  while (reader.nextElement()) {
    const token = reader.token();
    if (token === undefined || !reader.atElementEnd()) return undefined;
    tokens.push(token);
  }
  return tokens.length > 0 ? tokens : undefined;
}

/** Goes through one value from its start to its end. */
export class FieldReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes to the next element of a list; `false` at the end. Empty elements are passed over. */
  nextElement(): boolean {
    this.#skipSpace();
    while (this.skip(",")) this.#skipSpace();
    return this.#at < this.#text.length;
  }

  /** Whether the element ends here. */
  atElementEnd(): boolean {
    this.#skipSpace();
    return this.#at === this.#text.length || this.#text[this.#at] === ",";
  }

  /** Passes over one character, and the space before it, if it is `character`. */
  skip(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** The token that comes next. */
  token(): string | undefined {
    this.#skipSpace();
    const start = this.#at;
    while (TOKEN_CHARACTERS[this.#text.charCodeAt(this.#at)] === true) this.#at++;
    return this.#at > start ? this.#text.slice(start, this.#at) : undefined;
  }

  /** The token that comes next, which may be written as a quoted string. */
  tokenOrQuoted(): string | undefined {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== QUOTE) return this.token();
    this.#at++;
    return this.#quotedToken();
  }

  /** Up to the quote that ends it. What is quoted must be a token even so (RFC 6455 section 9.1). */
  #quotedToken(): string | undefined {
    const characters: string[] = [];
    for (;;) {
      let code = this.#text.charCodeAt(this.#at++);
      if (code === QUOTE) return characters.length > 0 ? characters.join("") : undefined;
      if (code === BACKSLASH) code = this.#text.charCodeAt(this.#at++);
      if (TOKEN_CHARACTERS[code] !== true) return undefined;
      characters.push(String.fromCharCode(code));
    }
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== SPACE && code !== TAB) return;
    }
  }
}
