/**
 * What a client sends before its handshake is answered.
 *
 * It is read while the application decides, because only a socket that is read tells that its peer has gone; and kept,
 * unseen, for the connection that may come of it.
 *
 * @module
 */

import type { Duplex } from "node:stream";

/**
 * Once this many bytes are kept, reading pauses, and the connection reads the rest. A client that sends more before it is
 * answered, and then goes away, is noticed when the handshake is decided.
 */
const LIMIT = 64 * 1024;

/** Reads from the socket at once. {@link EarlyData.take} has to be called before anybody else does. */
export class EarlyData {
  readonly #socket: Duplex;
  /** Filled up to `#length`. One piece, not a list: a client may send single bytes, each of which would be an object. */
  #bytes: Uint8Array;
  #length: number;
  readonly #onData = (chunk: Uint8Array): void => this.#keep(chunk);

  /** `head` is what came with the request. */
  constructor(socket: Duplex, head: Uint8Array) {
    this.#socket = socket;
    this.#bytes = head;
    this.#length = head.length;
    if (head.length < LIMIT) socket.on("data", this.#onData);
  }

  /** All that was kept. What comes from now on stays in the socket, which is paused. */
  take(): Uint8Array {
    this.#socket.pause();
    this.#socket.off("data", this.#onData);
    return this.#bytes.subarray(0, this.#length);
  }

  #keep(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
    if (length >= LIMIT) this.#socket.pause();
  }
}
