/**
 * Pings of DDP's own, when nothing else has come for a while.
 *
 * @module
 */

import type { Clock, Timer } from "../../util/clock.ts";

/** How often, and what to do. Milliseconds. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** 0: never. */
  readonly interval: number;
  readonly timeout: number;
  ping(): void;
  /** Nothing has come for `timeout` after a ping. */
  fail(): void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: Timer;
  #isPinged = false;
  #hasHeard = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, interval } = this.#options;
    this.stop();
    this.#hasHeard = false;
    if (interval > 0) this.#timer = clock.setTimeout(() => this.#look(), interval);
  }

  /** Something has come: the other side is alive. */
  heard(): void {
    this.#hasHeard = true;
    if (this.#isPinged) this.start();
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#isPinged = false;
  }

  #look(): void {
    const { clock, timeout, ping, fail } = this.#options;
    if (this.#hasHeard) return this.start();
    this.#isPinged = true;
    this.#timer = clock.setTimeout(fail, timeout);
    return ping();
  }
}
