/**
 * Forgets what has expired, now and then: one timer for everything, and none while there is nothing.
 *
 * @module
 */

import type { Clock, Timer } from "../../util/clock.ts";

/** What has things that expire. */
export interface Expiring {
  /** Forgets what has expired by `now`, and tells whether there is anything left. */
  sweep(now: number): boolean;
}

/** Milliseconds. What has expired is not seen any more even before it is forgotten. */
const INTERVAL = 10_000;

export class Sweeper {
  readonly #clock: Clock;
  readonly #members = new Set<Expiring>();
  #timer: Timer;
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `member` has something now. */
  watch(member: Expiring): void {
    if (this.#isStopped) return;
    this.#members.add(member);
    this.#timer ??= this.#clock.setTimeout(() => this.#sweep(), INTERVAL);
  }

  stop(): void {
    this.#isStopped = true;
    this.#members.clear();
    this.#clock.clearTimeout(this.#timer);
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const member of this.#members) if (!member.sweep(now)) this.#members.delete(member);
    if (this.#members.size > 0) this.#timer = this.#clock.setTimeout(() => this.#sweep(), INTERVAL);
  }
}
