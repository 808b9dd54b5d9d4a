/**
 * Writes the wire format of Protobuf: tags, numbers and bytes. It knows nothing of messages.
 *
 * @module
 */

const TWO_32 = 2 ** 32;
const INITIAL_SIZE = 256;

/** Below it a loop over ASCII is faster than a `TextEncoder`. */
const SHORT = 32;

const utf8 = new TextEncoder();

export class ProtobufWriter {
  #bytes = new Uint8Array(INITIAL_SIZE);
  #at = 0;

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  /** An integer of up to 53 bits; a negative one becomes ten bytes. */
  varint(value: number): void {
    this.#reserve(10);
    let low = value >>> 0;
    let high = Math.floor(value / TWO_32) >>> 0;
    while (high > 0 || low > 0x7f) {
      this.#bytes[this.#at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#bytes[this.#at++] = low;
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  text(value: string): void {
    this.delimited(() => this.#utf8(value));
  }

  /** What `write` writes, with its length before it. */
  delimited(write: () => void): void {
    // One byte is enough for most; otherwise what was written moves.
    this.#reserve(1);
    const start = ++this.#at;
    write();
    const length = this.#at - start;
    this.#at = start - 1;
    const before = sizeOf(length);
    if (before > 1) {
      this.#reserve(before + length);
      this.#bytes.copyWithin(start - 1 + before, start, start + length);
    }
    this.varint(length);
    this.#at += length;
  }

  #utf8(value: string): void {
    this.#reserve(value.length);
    if (value.length < SHORT && this.#ascii(value)) return;
    const { read, written } = utf8.encodeInto(value, this.#bytes.subarray(this.#at));
    this.#at += written;
    if (read < value.length) this.#utf8Rest(value.slice(read));
  }

  /** What had no room because it is not ASCII: a unit of UTF-16 becomes three bytes at most. */
  #utf8Rest(rest: string): void {
    this.#reserve(rest.length * 3);
    this.#at += utf8.encodeInto(rest, this.#bytes.subarray(this.#at)).written;
  }

  /** Whether all of it was ASCII; otherwise nothing is written. */
  #ascii(value: string): boolean {
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) return false;
      this.#bytes[this.#at + index] = unit;
    }
    this.#at += value.length;
    return true;
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** How many bytes a length takes. */
function sizeOf(length: number): number {
  let size = 1;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}
