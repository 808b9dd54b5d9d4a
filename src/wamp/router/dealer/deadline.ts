/**
 * The time that a call has.
 *
 * @module
 */

import type { Clock, Timer } from "../../../util/clock.ts";

export class Deadline {
  readonly #clock: Clock;
  readonly #duration: number;
  readonly #expired: () => void;
  #due: number;
  #timer: Timer;

  /** Calls `expired` once, after `duration` milliseconds. */
  constructor(clock: Clock, duration: number, expired: () => void) {
    this.#clock = clock;
    this.#duration = duration;
    this.#expired = expired;
    this.#due = clock.now() + duration;
    this.#timer = clock.setTimeout(() => this.#check(), duration);
  }

  /** The time begins anew. (The timer finds that out by itself: a stream of results costs no timers.) */
  restart(): void {
    this.#due = this.#clock.now() + this.#duration;
  }

  clear(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #check(): void {
    const left = this.#due - this.#clock.now();
    if (left <= 0) return this.#expired();
    this.#timer = this.#clock.setTimeout(() => this.#check(), left);
  }
}
