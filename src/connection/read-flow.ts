/**
 * Pausing a transport while too much waits to be read, for transports that can.
 *
 * @module
 */

import type { Inbox } from "./inbox.ts";
import type { Transport } from "./transport.ts";

/** When reading pauses. */
export interface ReadFlowOptions {
  /** Reading pauses while more bytes than this are waiting to be received. Default: 65536. */
  readonly receiveHighWaterMark?: number | undefined;
}

export class ReadFlow {
  readonly #transport: Transport;
  readonly #inbox: Inbox;
  /** Bytes. */
  readonly highWaterMark: number;
  /** The bytes that the transport holds for an unfinished message. */
  #kept = 0;
  /** `checking`: it will be seen whether to pause. `released`: there is no pause any more. */
  #state: "reading" | "checking" | "paused" | "released" = "reading";
  /** How many times reading went on after a pause. */
  resumptions = 0;

  constructor(transport: Transport, inbox: Inbox, highWaterMark: number) {
    this.#transport = transport;
    this.#inbox = inbox;
    this.highWaterMark = highWaterMark;
  }

  get paused(): boolean {
    return this.#state === "paused";
  }

  /** Something was read: an unfinished message counts too, while nobody waits for it. */
  progress(kept: number): void {
    this.#kept = kept;
    if (kept > this.highWaterMark) this.check();
  }

  /**
   * Pauses if too much waits. It looks once the turn is over: most of what a read brings is gone by then, and pausing
   * in the middle of it costs throughput.
   */
  check(): void {
    if (this.#state !== "reading" || !this.#isFull()) return;
    this.#state = "checking";
    this.#inbox.clock.defer(() => {
      if (this.#state !== "checking") return;
      this.#state = "reading";
      if (this.#inbox.isWanted || !this.#isFull()) return;
      this.#state = "paused";
      this.#transport.pause();
    });
  }

  /** Something was taken out of the inbox. */
  taken(): void {
    if (this.#inbox.bytes * 2 <= this.highWaterMark) this.resume();
  }

  resume(): void {
    if (!this.paused) return;
    this.#state = "reading";
    this.resumptions++;
    this.#transport.resume();
  }

  /** Never pauses again: what is left of the connection is to be read to its end. */
  release(): void {
    this.resume();
    this.#state = "released";
  }

  #isFull(): boolean {
    return this.#inbox.bytes + this.#kept > this.highWaterMark;
  }
}

/** Declares in a transport's capabilities that reading can be paused. */
export function readFlow(transport: Transport, inbox: Inbox, options: ReadFlowOptions): ReadFlow {
  return new ReadFlow(transport, inbox, options.receiveHighWaterMark ?? 64 * 1024);
}
