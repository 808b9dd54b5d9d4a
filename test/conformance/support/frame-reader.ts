/**
 * Reads frames from the bytes of the peer under test, however they are cut, and holds the peer to RFC 6455 section 5:
 * masking by direction, reserved bits, opcodes, shortest lengths, control frames. A breach throws `PeerViolation`.
 *
 * @module
 */

import { applyMask, CLOSE, CONTINUATION, PONG } from "./frame.ts";

/** The peer under test broke the protocol in what it sent. */
export class PeerViolation extends Error {
  override name = "PeerViolation";
}

export interface ReceivedFrame {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

interface Header {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly mask: Buffer | undefined;
  readonly size: number;
  readonly length: number;
}

export class FrameReader {
  readonly #masked: boolean;
  readonly #rsv1Allowed: boolean;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #header: Header | undefined;

  /** `masked`: whether the peer's frames must be (it is a client). `rsv1Allowed`: permessage-deflate was agreed. */
  constructor(options: { masked: boolean; rsv1Allowed: boolean }) {
    this.#masked = options.masked;
    this.#rsv1Allowed = options.rsv1Allowed;
  }

  /** Bytes that are not yet part of a frame that `next` returned. */
  get buffered(): number {
    return this.#buffered;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /** The next complete frame, or undefined until more bytes come. */
  next(): ReceivedFrame | undefined {
    this.#header ??= this.#readHeader();
    const header = this.#header;
    if (header === undefined || this.#buffered < header.length) return undefined;
    this.#header = undefined;
    const { fin, opcode, mask } = header;
    const bytes = this.#take(header.length);
    const payload = mask === undefined ? bytes : applyMask(bytes, mask, 0);
    return { fin, rsv1: (header.rsv & 4) !== 0, opcode, payload };
  }

  #readHeader(): Header | undefined {
    if (this.#buffered < 2) return undefined;
    const start = this.#peek(14);
    const first = start[0] ?? 0;
    const second = start[1] ?? 0;
    const masked = (second & 0x80) !== 0;
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const size = 2 + extended + (masked ? 4 : 0);
    if (start.length < size) return undefined;
    const length =
      extended === 2
        ? start.readUInt16BE(2)
        : extended === 8
          ? Number(start.readBigUInt64BE(2))
          : short;
    const mask = masked ? Buffer.from(start.subarray(size - 4, size)) : undefined;
    const rsv = (first >>> 4) & 7;
    const header = { fin: first >= 0x80, rsv, opcode: first & 0xf, mask, size, length };
    this.#check(header, extended);
    this.#take(size);
    return header;
  }

  #check(header: Header, extended: number): void {
    const { fin, rsv, opcode, mask, length } = header;
    const data = opcode <= 2;
    const rsv1 = this.#rsv1Allowed && data && opcode !== CONTINUATION ? 4 : 0;
    if ((rsv & ~rsv1) !== 0) throw new PeerViolation(`reserved bits ${rsv}`);
    if (!data && (opcode < CLOSE || opcode > PONG)) throw new PeerViolation(`opcode ${opcode}`);
    if (!data && !fin) throw new PeerViolation("fragmented control frame");
    if (!data && length > 125) throw new PeerViolation(`control frame of ${length} bytes`);
    if ((mask !== undefined) !== this.#masked) throw new PeerViolation("wrong masking");
    const minimum = extended === 8 ? 0x10000 : extended === 2 ? 126 : 0;
    if (length < minimum) throw new PeerViolation(`length ${length} in ${extended} bytes`);
  }

  /** At most the first `size` buffered bytes, left in place. */
  #peek(size: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= size) return first.subarray(0, size);
    const wanted: Buffer[] = [];
    let got = 0;
    for (const chunk of this.#chunks) {
      if (got >= size) break;
      wanted.push(chunk);
      got += chunk.length;
    }
    return Buffer.concat(wanted).subarray(0, size);
  }

  #take(size: number): Buffer {
    const whole =
      this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#buffered -= size;
    this.#chunks = size < whole.length ? [whole.subarray(size)] : [];
    return whole.subarray(0, size);
  }
}
