/**
 * The frames in a stream of bytes (RFC 6455 section 5.2), for looking at: nothing is refused, and of a payload only the
 * beginning is kept.
 *
 * @module
 */

/** A frame as it is on the wire. */
export interface WireFrame {
  readonly fin: boolean;
  /** The three reserved bits; the first one says that the message is compressed (RFC 7692 section 6). */
  readonly reserved: number;
  readonly opcode: number;
  readonly masked: boolean;
  /** Of the whole payload, in bytes. */
  readonly length: number;
  /** The beginning of the payload, unmasked; of a control frame all of it. */
  readonly payload: Uint8Array;
}

/** At least what a control frame may hold. */
const KEPT = 128;

const MAX_HEADER = 14;

export class FrameReader {
  readonly #frame: (frame: WireFrame) => void;
  readonly #header = new Uint8Array(MAX_HEADER);
  #headerLength = 0;
  /** Payload that is still to be kept, and then how much more is still to come. */
  #payload: Uint8Array | undefined;
  #payloadLength = 0;
  #rest = 0;

  /** `frame` is called once the kept part of a frame is there, in order. */
  constructor(frame: (frame: WireFrame) => void) {
    this.#frame = frame;
  }

  receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.#take(bytes.subarray(at));
  }

  /** Returns how many bytes it took. */
  #take(bytes: Uint8Array): number {
    if (this.#payload) return this.#takePayload(this.#payload, bytes);
    if (this.#rest > 0) {
      const skipped = Math.min(this.#rest, bytes.length);
      this.#rest -= skipped;
      return skipped;
    }
    this.#header[this.#headerLength++] = bytes[0]!;
    if (this.#headerLength >= 2 && this.#headerLength === headerSize(this.#header)) this.#begin();
    return 1;
  }

  #takePayload(payload: Uint8Array, bytes: Uint8Array): number {
    const taken = bytes.subarray(0, payload.length - this.#payloadLength);
    payload.set(taken, this.#payloadLength);
    this.#payloadLength += taken.length;
    if (this.#payloadLength === payload.length) this.#end(payload);
    return taken.length;
  }

  #begin(): void {
    const length = payloadLength(this.#header);
    const payload = new Uint8Array(Math.min(length, KEPT));
    this.#rest = length - payload.length;
    this.#payloadLength = 0;
    if (payload.length > 0) this.#payload = payload;
    else this.#end(payload);
  }

  #end(payload: Uint8Array): void {
    const header = this.#header;
    const masked = (header[1]! & 0x80) !== 0;
    if (masked) {
      const key = this.#headerLength - 4;
      payload.forEach((byte, index) => (payload[index] = byte ^ header[key + (index & 3)]!));
    }
    this.#payload = undefined;
    this.#headerLength = 0;
    this.#frame({
      fin: (header[0]! & 0x80) !== 0,
      reserved: (header[0]! & 0x70) >>> 4,
      opcode: header[0]! & 0x0f,
      masked,
      length: payloadLength(header),
      payload,
    });
  }
}

function headerSize(header: Uint8Array): number {
  const length = header[1]! & 0x7f;
  return (length < 126 ? 2 : length === 126 ? 4 : 10) + ((header[1]! & 0x80) === 0 ? 0 : 4);
}

function payloadLength(header: Uint8Array): number {
  const view = new DataView(header.buffer);
  const length = view.getUint8(1) & 0x7f;
  if (length < 126) return length;
  if (length === 126) return view.getUint16(2);
  return view.getUint32(2) * 0x1_0000_0000 + view.getUint32(6);
}
