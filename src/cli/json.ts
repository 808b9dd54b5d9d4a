/**
 * JSON as text: made smaller or easier to read without changing what it says. Parsing it and writing it again would:
 * long numbers lose digits, and repeated keys go.
 *
 * @module
 */

/** A deeper level is not indented further, and a longer text not at all: what a peer sends must not grow without end. */
const MAX_INDENT = 32;
const MAX_PRETTY = 1024 * 1024;

const BLANKS = codes(" \t\r\n");
const ENDS = codes(" \t\r\n[]{},:");

/** @throws SyntaxError for what is no JSON. */
export function compactJson(text: string): string {
  return tokensOf(text).join("");
}

/**
 * Two blanks of indentation for each level. (Text that is very long stays as it is.)
 *
 * @throws SyntaxError for what is no JSON.
 */
export function prettyJson(text: string): string {
  if (text.length > MAX_PRETTY) return check(text);
  const tokens = tokensOf(text);
  const pieces: string[] = [];
  let depth = 0;
  const line = (): string => `\n${"  ".repeat(Math.min(depth, MAX_INDENT))}`;
  for (const [index, token] of tokens.entries()) {
    if (isStart(token)) {
      depth++;
      pieces.push(token, isEnd(tokens[index + 1]) ? "" : line());
    } else if (isEnd(token)) {
      depth--;
      pieces.push(isStart(tokens[index - 1]) ? "" : line(), token);
    } else if (token === ",") pieces.push(token, line());
    else pieces.push(token === ":" ? ": " : token);
  }
  return pieces.join("");
}

function isStart(token: string | undefined): boolean {
  return token === "{" || token === "[";
}

function isEnd(token: string | undefined): boolean {
  return token === "}" || token === "]";
}

/** All but the blanks between them. */
function tokensOf(text: string): string[] {
  check(text);
  const tokens: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = endOfToken(text, at);
    if (!BLANKS.has(text.charCodeAt(at))) tokens.push(text.slice(at, end));
    at = end;
  }
  return tokens;
}

function check(text: string): string {
  JSON.parse(text);
  return text;
}

function codes(characters: string): ReadonlySet<number> {
  return new Set(Array.from(characters, (character) => character.charCodeAt(0)));
}

/** Where the token ends that begins at `start`, in valid JSON. */
function endOfToken(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start);
  let end = start + 1;
  if (ENDS.has(text.charCodeAt(start))) return end;
  while (end < text.length && !ENDS.has(text.charCodeAt(end))) end++;
  return end;
}

/** (A regular expression would need memory for every character of a long string.) */
function endOfString(text: string, start: number): number {
  for (let quote = start; ;) {
    quote = text.indexOf('"', quote + 1);
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}
