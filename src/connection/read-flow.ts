/**
 * Pausing a transport while too much waits to be read, for transports that can.
 *
 * @module
 */

import type { Host } from "./host.ts";
import type { Inbox } from "./inbox.ts";
import type { Transport } from "./transport.ts";

/** When reading pauses. */
export interface ReadFlowOptions {
  /** Reading pauses while more bytes than this are waiting to be received. Default: 65536. */
  readonly receiveHighWaterMark?: number | undefined;
}

export class ReadFlow {
  readonly #transport: Transport;
  readonly #host: Host;
  /** Bytes. */
  readonly highWaterMark: number;
  /** The bytes that the transport holds for an unfinished message. */
  #kept = 0;
  #checking = false;
  #released = false;
  paused = false;
  /** How many times reading went on after a pause. */
  resumptions = 0;

  constructor(transport: Transport, host: Host, highWaterMark: number) {
    this.#transport = transport;
    this.#host = host;
    this.highWaterMark = highWaterMark;
  }

  /** Something was read: an unfinished message counts too, while nobody waits for it. */
  progress(kept: number, inbox: Inbox): void {
    this.#kept = kept;
    if (kept > this.highWaterMark) this.check(inbox);
  }

  /**
   * Pauses if too much waits. It looks once the turn is over: most of what a read brings is gone by then, and pausing
   * in the middle of it costs throughput.
   */
  check(inbox: Inbox): void {
    if (this.#checking || this.paused || this.#released || !this.#isFull(inbox)) return;
    this.#checking = true;
    this.#host.clock.defer(() => {
      this.#checking = false;
      if (this.#released || inbox.isWanted || !this.#isFull(inbox)) return;
      this.paused = true;
      this.#transport.pause();
    });
  }

  /** Something was taken out of the inbox. */
  taken(inbox: Inbox): void {
    if (inbox.bytes * 2 <= this.highWaterMark) this.resume();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.resumptions++;
    this.#transport.resume();
  }

  /** Never pauses again: what is left of the connection is to be read to its end. */
  release(): void {
    this.#released = true;
    this.resume();
  }

  #isFull(inbox: Inbox): boolean {
    return inbox.bytes + this.#kept > this.highWaterMark;
  }
}

/** Declares in a transport's capabilities that reading can be paused. */
export function readFlow(transport: Transport, host: Host, options: ReadFlowOptions): ReadFlow {
  return new ReadFlow(transport, host, options.receiveHighWaterMark ?? 64 * 1024);
}
