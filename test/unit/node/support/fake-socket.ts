/**
 * A stream whose other end is the test.
 *
 * @module
 */

import { Duplex } from "node:stream";

export class FakeSocket extends Duplex {
  /** What was written, one entry for each write. */
  readonly writes: Buffer[] = [];
  /** While true, nothing is taken: what is written waits. */
  isStuck = false;
  hasEnded = false;
  #waiting: (() => void)[] = [];

  /** All that was written, in hex. */
  get hex(): string {
    return Buffer.concat(this.writes).toString("hex");
  }

  /** The peer sends bytes. */
  feed(hex: string): void {
    this.push(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  }

  /** The peer ends its side. */
  feedEnd(): void {
    this.push(null);
  }

  /** Takes what waits, and what comes from now on. */
  release(): void {
    this.isStuck = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: unknown, callback: () => void): void {
    this.writes.push(Buffer.from(chunk));
    this.#take(callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: () => void): void {
    this.writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    this.#take(callback);
  }

  override _final(callback: () => void): void {
    this.hasEnded = true;
    callback();
  }

  #take(callback: () => void): void {
    if (this.isStuck) this.#waiting.push(callback);
    else callback();
  }
}
