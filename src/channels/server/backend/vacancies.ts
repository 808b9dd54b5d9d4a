/**
 * Channels that have lost their last subscriber a moment ago: many have a new one soon, and then nothing happened.
 *
 * @module
 */

import type { Clock, Timer } from "../../../util/clock.ts";

export class Vacancies {
  readonly #clock: Clock;
  readonly #delay: number;
  readonly #limit: number;
  readonly #tell: (channel: string) => void;
  /** When it is told, by channel; the next one first, because all wait equally long. */
  readonly #due = new Map<string, number>();
  #timer: Timer;

  /** `tell` is called for what stays vacant for `delay`; sooner when more than `limit` wait. */
  constructor(clock: Clock, delay: number, limit: number, tell: (channel: string) => void) {
    this.#clock = clock;
    this.#delay = delay;
    this.#limit = limit;
    this.#tell = tell;
  }

  add(channel: string): void {
    this.#due.delete(channel);
    this.#due.set(channel, this.#clock.now() + this.#delay);
    if (this.#due.size > this.#limit) this.#tellFirst();
    this.#schedule();
  }

  /** Whether it was among them. */
  cancel(channel: string): boolean {
    return this.#due.delete(channel);
  }

  /** Tells of all at once, and stops. */
  flush(): void {
    while (this.#due.size > 0) this.#tellFirst();
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tellFirst(): void {
    for (const channel of this.#due.keys()) {
      this.#due.delete(channel);
      this.#tell(channel);
      return;
    }
  }

  #schedule(): void {
    const [next] = this.#due.values();
    if (next === undefined || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => this.#tellDue(), next - this.#clock.now());
  }

  #tellDue(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const [channel, due] of this.#due) {
      if (due > now) break;
      this.#due.delete(channel);
      this.#tell(channel);
    }
    this.#schedule();
  }
}
