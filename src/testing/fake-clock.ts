/**
 * A clock that only moves when it is told to.
 *
 * @module
 */

import { systemClock } from "../util/clock.ts";
import type { Clock } from "../util/clock.ts";

interface FakeTimer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * Give it as the `clock` option of a connection, a server or a client, then call {@link FakeClock.advance}.
 *
 * `defer` still means the end of the real turn of the event loop: that is no matter of time.
 *
 * @example
 * ```ts
 * const clock = new FakeClock();
 * const [a, b] = pair({ clock });
 * clock.advance(20_000); // the keepalive pings
 * ```
 */
export class FakeClock implements Clock {
  #now = 0;
  readonly #timers = new Set<FakeTimer>();

  now(): number {
    return this.#now;
  }

  /** How many timers are running: 0 once everything that was started is over. */
  get timers(): number {
    return this.#timers.size;
  }

  setTimeout(callback: () => void, delay: number): FakeTimer {
    const timer = { due: this.#now + Math.max(0, delay), callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as FakeTimer);
  }

  defer(callback: () => void): void {
    systemClock.defer(callback);
  }

  /** Moves time by `duration` milliseconds, and runs what falls due on the way, in order. */
  advance(duration: number): void {
    const end = this.#now + duration;
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = timer.due;
      timer.callback();
    }
    this.#now = end;
  }

  #next(end: number): FakeTimer | undefined {
    let next: FakeTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    }
    return next;
  }
}
