/**
 * Counting what happens in fixed windows of time, by key.
 *
 * @module
 */

import type { Clock } from "../../../util/clock.ts";

interface Window {
  readonly end: number;
  count: number;
}

/** Beyond so many keys, those whose windows end first are forgotten. */
const MAX_KEYS = 100_000;

export class Windows {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #interval: number;
  /** In the order in which they end, since all are of the same length. */
  readonly #windows = new Map<string, Window>();

  /** `limit`: how many are allowed in a window; `interval`: milliseconds. */
  constructor(clock: Clock, limit: number, interval: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#interval = interval;
  }

  /** Counts one. When it is too many: the milliseconds until the window ends. */
  count(key: string): number | undefined {
    const now = this.#clock.now();
    this.#forgetEnded(now);
    let window = this.#windows.get(key);
    if (!window) {
      window = { end: now + this.#interval, count: 0 };
      this.#windows.set(key, window);
    }
    window.count++;
    return window.count > this.#limit ? window.end - now : undefined;
  }

  #forgetEnded(now: number): void {
    for (const [key, { end }] of this.#windows) {
      if (end > now && this.#windows.size < MAX_KEYS) return;
      this.#windows.delete(key);
    }
  }
}
