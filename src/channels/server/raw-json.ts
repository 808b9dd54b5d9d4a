/**
 * JSON taken apart into pieces of its text: data of the application is passed on as it was written, because reading it and
 * writing it again would change large numbers.
 *
 * The text has to be valid: `JSON.parse` has been over it before.
 *
 * @module
 */

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** The values of an object, as text. Of several with one name the last one counts, as for `JSON.parse`. */
export function rawMembers(object: string): Map<string, string> {
  return new Map(
    rawItems(object).map((member) => {
      const end = endOfString(member, 0);
      const name = JSON.parse(member.slice(0, end + 1)) as string;
      return [name, member.slice(member.indexOf(":", end) + 1).trim()];
    }),
  );
}

/** The elements of an array, or the members of an object, as text. */
export function rawItems(text: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  const take = (end: number): void => {
    items.push(text.slice(start, end).trim());
    start = end + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (isOpening(code)) {
      if (++depth === 1) start = at + 1;
    } else if (isClosing(code)) {
      if (--depth === 0) take(at);
    } else if (code === COMMA && depth === 1) take(at);
  }
  // (In valid JSON only the inside of `{}` or `[]` is an empty piece.)
  return items.filter((item) => item !== "");
}

/** On one line: line breaks can only be between the tokens of JSON, and frames of the protocol are made of lines. */
export function onOneLine(json: string): string {
  return json.replace(/[\r\n]/g, " ");
}

/** The place of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at;
}

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b;
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d;
}
