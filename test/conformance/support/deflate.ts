/**
 * permessage-deflate (RFC 7692) as the fuzzer speaks it: on `node:zlib` streams, so that both context takeover and
 * its absence, and any window from 9 to 15, can be asked of the peer and held against it.
 *
 * @module
 */

import zlib from "node:zlib";

import { PeerViolation } from "./frame-reader.ts";

/** One direction of a compressed connection. */
export interface Direction {
  readonly windowBits: number;
  readonly takeover: boolean;
}

/** What was agreed, seen from the fuzzer. */
export interface Agreement {
  readonly send: Direction;
  readonly receive: Direction;
}

/** What a deflated message ends with, and does not show on the wire (RFC 7692 section 7.2.1). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** Room for the largest compressed message of the suite in one go: each more costs a trip to the thread pool. */
const chunkSize = 160 * 1024;

abstract class Flow {
  readonly #stream: zlib.DeflateRaw | zlib.InflateRaw;
  readonly #takeover: boolean;
  #output: Buffer[] = [];
  #reject: (error: Error) => void = () => undefined;

  constructor(stream: zlib.DeflateRaw | zlib.InflateRaw, takeover: boolean) {
    this.#stream = stream;
    this.#takeover = takeover;
    stream.on("data", (chunk: Buffer) => this.#output.push(chunk));
    stream.on("error", (error: Error) => this.#reject(error));
  }

  /** Everything that comes out for `input`. One call at a time. */
  protected async run(...input: Uint8Array[]): Promise<Buffer> {
    await new Promise<void>((resolve, reject) => {
      this.#reject = reject;
      for (const bytes of input) this.#stream.write(bytes);
      this.#stream.flush(zlib.constants.Z_SYNC_FLUSH, () => resolve());
    });
    const result = Buffer.concat(this.#output);
    this.#output = [];
    if (!this.#takeover) this.#stream.reset();
    return result;
  }

  dispose(): void {
    this.#stream.destroy();
  }
}

/** Compresses the fuzzer's messages. */
export class Deflater extends Flow {
  constructor({ windowBits, takeover }: Direction) {
    super(zlib.createDeflateRaw({ windowBits, chunkSize, level: 1 }), takeover);
  }

  async deflate(payload: Uint8Array): Promise<Buffer> {
    // An empty message is one empty stored block (RFC 7692 section 7.2.3.6), which zlib would not flush out.
    if (payload.length === 0) return Buffer.from([0x00]);
    const flushed = await this.run(payload);
    return flushed.subarray(0, flushed.length - TAIL.length);
  }
}

/** Decompresses the peer's messages, with no more window than was agreed: a longer reach back is an error. */
export class Inflater extends Flow {
  constructor({ windowBits, takeover }: Direction) {
    super(zlib.createInflateRaw({ windowBits, chunkSize }), takeover);
  }

  async inflate(payload: Uint8Array): Promise<Buffer> {
    try {
      return await this.run(payload, TAIL);
    } catch (error) {
      throw new PeerViolation("a message that does not inflate", { cause: error });
    }
  }
}
