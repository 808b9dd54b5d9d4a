/**
 * Reads the wire format of Protobuf: tags, numbers and bytes. It knows nothing of messages.
 *
 * @module
 */

import { MalformedError } from "./codec.ts";

/** How a field's value is laid out. Groups (3 and 4) are of old, and nobody sends them. */
export const WireType = { Varint: 0, Fixed64: 1, Bytes: 2, Fixed32: 5 } as const;

const TWO_32 = 2 ** 32;

/** Below it a loop over ASCII is faster than a `TextDecoder`. */
const SHORT = 32;

// (A byte order mark is a character like others.)
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text, if the bytes are UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const short = bytes.length < SHORT ? decodeAscii(bytes) : undefined;
  if (short !== undefined) return short;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = "";
  for (const byte of bytes) {
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Every method throws a `MalformedError` for what is not of the format, and never reads past the end. */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** The halves of the number that was read last, as signed integers. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Up to 2^53: larger numbers have no place in JavaScript. */
  unsigned(max: number = Number.MAX_SAFE_INTEGER): number {
    this.#varint();
    const value = (this.#high >>> 0) * TWO_32 + (this.#low >>> 0);
    if (value > max) throw new MalformedError("a number that is too large");
    return value;
  }

  /** Negative ones are in two's complement, of 64 bits whatever the field's type. */
  signed(limit: number = Number.MAX_SAFE_INTEGER): number {
    this.#varint();
    const value = this.#high * TWO_32 + (this.#low >>> 0);
    if (value > limit || value < -limit - 1 || !Number.isSafeInteger(value)) {
      throw new MalformedError("a number that is too large");
    }
    return value;
  }

  bool(): boolean {
    this.#varint();
    return (this.#low | this.#high) !== 0;
  }

  /** A view of the input. */
  bytes(): Uint8Array {
    return this.#take(this.unsigned());
  }

  text(): string {
    const text = decodeText(this.bytes());
    if (text === undefined) throw new MalformedError("a string that is not UTF-8");
    return text;
  }

  skip(wireType: number): void {
    switch (wireType) {
      case WireType.Varint:
        return this.#varint();
      case WireType.Fixed64:
        return void this.#take(8);
      case WireType.Bytes:
        return void this.bytes();
      case WireType.Fixed32:
        return void this.#take(4);
      default:
        throw new MalformedError("a wire type that there is not");
    }
  }

  #take(length: number): Uint8Array {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new MalformedError("cut off");
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }

  /** At most ten bytes of seven bits each, the lowest first. */
  #varint(): void {
    this.#low = 0;
    this.#high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new MalformedError("cut off");
      const bits = byte & 0x7f;
      if (shift < 32) this.#low |= bits << shift;
      if (shift === 28) this.#high = bits >>> 4;
      else if (shift > 28) this.#high |= bits << (shift - 32);
      if (byte > 0x7f) continue;
      if (shift === 63 && byte > 1) break;
      return;
    }
    throw new MalformedError("a number of more than 64 bits");
  }
}
