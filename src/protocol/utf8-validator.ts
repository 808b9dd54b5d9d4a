/**
 * UTF-8 as it arrives (RFC 3629 section 4): wrong at the first byte that no valid text can have there.
 *
 * @module
 */

/** Checks one text, given in pieces. */
export class Utf8Validator {
  /** How many continuation bytes the character still needs, and the range of the next one. */
  #needed = 0;
  #lowest = 0x80;
  #highest = 0xbf;
  /** How many bytes of an unfinished character there were. */
  #seen = 0;

  /** The bytes at the end of what was pushed that begin a character without ending it: 0 to 3. */
  get pending(): number {
    return this.#seen;
  }

  reset(): void {
    this.#needed = 0;
    this.#lowest = 0x80;
    this.#highest = 0xbf;
    this.#seen = 0;
  }

  /** Whether the text may go on, or end, like this. After `false` it needs a reset. */
  push(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      if (this.#needed === 0) {
        at = skipAscii(bytes, at, end);
        if (at === end) return true;
        if (!this.#begin(bytes[at]!)) return false;
      } else {
        const byte = bytes[at]!;
        if (byte < this.#lowest || byte > this.#highest) return false;
        this.#continue();
      }
      at++;
    }
    return true;
  }

  /** The first byte of a character of several. */
  #begin(lead: number): boolean {
    if (lead < 0xc2 || lead > 0xf4) return false;
    this.#needed = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    this.#seen = 1;
    // No overlong forms, no surrogates, nothing above U+10FFFF.
    if (lead === 0xe0) this.#lowest = 0xa0;
    else if (lead === 0xed) this.#highest = 0x9f;
    else if (lead === 0xf0) this.#lowest = 0x90;
    else if (lead === 0xf4) this.#highest = 0x8f;
    return true;
  }

  #continue(): void {
    this.#needed--;
    this.#lowest = 0x80;
    this.#highest = 0xbf;
    this.#seen = this.#needed === 0 ? 0 : this.#seen + 1;
  }
}

const whole = new Utf8Validator();

/** Whether the bytes from `start` to `end` are a valid text. */
export function isValidUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  const at = skipAscii(bytes, start, end);
  if (at === end) return true;
  whole.reset();
  return whole.push(bytes, at, end) && whole.pending === 0;
}

/** Where the first byte that isn't ASCII is, or `end`. */
function skipAscii(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    if ((bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) >= 0x80) break;
  }
  while (at < end && bytes[at]! < 0x80) at++;
  return at;
}
