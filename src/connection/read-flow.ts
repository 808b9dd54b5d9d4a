/**
 * Pausing a transport while too much waits to be read, for transports that can.
 *
 * @module
 */

import type { Inbox } from "./inbox.ts";

/** When reading pauses. */
export interface ReadFlowOptions {
  /** Reading pauses while more bytes than this are waiting to be received. Default: 65536. */
  readonly receiveHighWaterMark?: number | undefined;
}

/** Whether reading goes on. Each call says for whom: while nothing waits, all connections have the same one. */
export interface Flow {
  /** Bytes. */
  readonly highWaterMark: number;
  readonly paused: boolean;
  /** How many times reading went on after a pause. */
  readonly resumptions: number;

  /** Something was read: an unfinished message counts too, while nobody waits for it. `kept`: its bytes. */
  progress(kept: number, inbox: Inbox): void;

  /** Pauses if too much waits. */
  check(inbox: Inbox): void;

  /** Something was taken out of the inbox. */
  taken(inbox: Inbox): void;

  resume(inbox: Inbox): void;

  /** Never pauses again: what is left of the connection is to be read to its end. */
  release(inbox: Inbox): void;
}

/** There is no reason for a pause, and no message is unfinished. */
class FreeFlow implements Flow {
  readonly highWaterMark: number;
  readonly paused = false;
  readonly resumptions = 0;

  constructor(highWaterMark: number) {
    this.highWaterMark = highWaterMark;
  }

  progress(kept: number, inbox: Inbox): void {
    if (kept > 0) this.#begin(inbox).progress(kept);
  }

  check(inbox: Inbox): void {
    if (inbox.bytes > this.highWaterMark) this.#begin(inbox).check();
  }

  taken(): void {}

  resume(): void {}

  release(inbox: Inbox): void {
    this.#begin(inbox).release();
  }

  /** From now on there is something to remember. */
  #begin(inbox: Inbox): ReadFlow {
    const flow = new ReadFlow(inbox, this);
    inbox.flow = flow;
    return flow;
  }
}

class ReadFlow implements Flow {
  readonly #inbox: Inbox;
  /** What takes its place when there is nothing to remember. */
  readonly #free: FreeFlow;
  /** The bytes that the transport holds for an unfinished message. */
  #kept = 0;
  /** `checking`: it will be seen whether to pause. `released`: there is no pause any more. */
  #state: "reading" | "checking" | "paused" | "released" = "reading";
  resumptions = 0;

  constructor(inbox: Inbox, free: FreeFlow) {
    this.#inbox = inbox;
    this.#free = free;
  }

  get highWaterMark(): number {
    return this.#free.highWaterMark;
  }

  get paused(): boolean {
    return this.#state === "paused";
  }

  progress(kept: number): void {
    this.#kept = kept;
    if (kept > this.highWaterMark) this.check();
    else if (kept === 0 && this.resumptions === 0 && this.#state === "reading") {
      this.#inbox.flow = this.#free;
    }
  }

  /**
   * It looks once the turn is over: most of what a read brings is gone by then, and pausing
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
      this.#inbox.transport.pause();
    });
  }

  taken(): void {
    if (this.#inbox.bytes * 2 <= this.highWaterMark) this.resume();
  }

  resume(): void {
    if (!this.paused) return;
    this.#state = "reading";
    this.resumptions++;
    this.#inbox.transport.resume();
  }

  release(): void {
    this.resume();
    this.#state = "released";
  }

  #isFull(): boolean {
    return this.#inbox.bytes + this.#kept > this.highWaterMark;
  }
}

let latest: FreeFlow | undefined;

/** Declares in a transport's capabilities that reading can be paused. */
export function readFlow({ receiveHighWaterMark = 64 * 1024 }: ReadFlowOptions): Flow {
  if (latest?.highWaterMark !== receiveHighWaterMark) latest = new FreeFlow(receiveHighWaterMark);
  return latest;
}
