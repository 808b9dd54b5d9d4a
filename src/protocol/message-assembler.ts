/**
 * One message out of its fragments: limits, UTF-8 as it arrives, memory in step with the bytes.
 *
 * @module
 */

import { LimitError, ProtocolError } from "../errors.ts";
import { copyBytes, GrowingBuffer } from "./growing-buffer.ts";
import type { ProtocolPlatform } from "./platform.ts";
import { isValidUtf8, Utf8Validator } from "./utf8-validator.ts";

/** Below this the call into the platform costs more than the loop, in bytes. */
const PLATFORM_UTF8_FROM = 256;

export function invalidUtf8(): ProtocolError {
  return new ProtocolError("text that is not UTF-8", 1007);
}

export function messageTooBig(limit: number): LimitError {
  return new LimitError(`message longer than ${limit} bytes`, limit);
}

/**
 * What a message of the longest size may be compressed to: data that can't be compressed gets longer by the headers of
 * its blocks (RFC 1951 section 3.2.4). How long the message really is counts while it is inflated.
 */
function mostCompressed(limit: number): number {
  return limit + Math.floor(limit / 8);
}

/** Decodes a whole text; throws when it isn't UTF-8. */
export function decodeText(
  platform: ProtocolPlatform,
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  const valid =
    platform.isUtf8 && end - start >= PLATFORM_UTF8_FROM
      ? platform.isUtf8(bytes, start, end)
      : isValidUtf8(bytes, start, end);
  if (!valid) throw invalidUtf8();
  return platform.decodeUtf8(bytes, start, end);
}

/** The message that is being received. `begin` comes first; a message that was begun ends by `finish` or `take`. */
export class MessageAssembler {
  readonly #platform: ProtocolPlatform;
  readonly #buffer: GrowingBuffer;
  readonly #utf8: Utf8Validator = new Utf8Validator();
  #text = false;
  #compressed = false;
  #active = false;
  /** How long the message will be with the frames that have begun. */
  #declared = 0;
  /** The same, if the last frame has begun; else 0. */
  #expected = 0;

  constructor(platform: ProtocolPlatform, limit: number) {
    this.#platform = platform;
    this.#buffer = new GrowingBuffer(platform, mostCompressed(limit));
  }

  /** The bytes held. */
  get length(): number {
    return this.#buffer.length;
  }

  /** Whether a message was begun and is not finished. */
  get active(): boolean {
    return this.#active;
  }

  /** How long the message will be with the frames that have begun; 0 without a message. */
  get declared(): number {
    return this.#active ? this.#declared : 0;
  }

  get text(): boolean {
    return this.#text;
  }

  get compressed(): boolean {
    return this.#compressed;
  }

  begin(text: boolean, compressed: boolean): void {
    this.#active = true;
    this.#text = text;
    this.#compressed = compressed;
    this.#utf8.reset();
  }

  /** A frame of `length` bytes has begun; `final` if it is the last one. Throws when that makes it too much. */
  expect(length: number, final: boolean, limit: number): void {
    const total = this.#buffer.length + length;
    if (total > (this.#compressed ? mostCompressed(limit) : limit)) throw messageTooBig(limit);
    this.#declared = total;
    this.#expected = final ? total : 0;
  }

  /** Throws at the first byte that text can't have there. (Compressed text is only known once it is inflated.) */
  append(bytes: Uint8Array, start: number, end: number): void {
    if (this.#text && !this.#compressed && !this.#utf8.push(bytes, start, end)) throw invalidUtf8();
    this.#buffer.append(bytes, start, end, this.#expected);
  }

  /** The message is whole: the rest of it. Throws when its text ends inside a character. */
  finish(): string | Uint8Array {
    this.#active = false;
    if (!this.#text) return this.#buffer.take();
    if (this.#utf8.pending > 0) throw invalidUtf8();
    return this.#takeText(this.#buffer.length);
  }

  /** The compressed bytes of a message that is whole. */
  finishCompressed(): Uint8Array {
    this.#active = false;
    return this.#buffer.take();
  }

  /** Takes out what is there, up to the last whole character of a text; `undefined` when that is nothing. */
  takePart(): string | Uint8Array | undefined {
    const count = this.#buffer.length - (this.#text ? this.#utf8.pending : 0);
    if (count === 0) return undefined;
    this.#expected = 0;
    return this.#text ? this.#takeText(count) : this.#buffer.take();
  }

  clear(): void {
    this.#active = false;
    this.#buffer.clear();
  }

  #takeText(count: number): string {
    const text = this.#platform.decodeUtf8(this.#buffer.bytes, 0, count);
    this.#buffer.discard(count);
    return text;
  }
}

/** A copy of the bytes from `start` to `end`, in memory of its own. */
export function copyData(
  platform: ProtocolPlatform,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array {
  if (platform.copy) return platform.copy(bytes, start, end);
  const data = platform.allocate(end - start);
  copyBytes(bytes, start, end, data, 0);
  return data;
}
