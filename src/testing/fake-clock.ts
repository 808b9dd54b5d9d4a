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
 * Give it as the `clock` option of a connection, a server or a client, then call {@link FakeClock.advance} or {@link FakeClock.advanceAsync}.
 *
 * `defer` still means the end of the real turn of the event loop: that is no matter of time.
 *
 * @example
 * ```ts
 * const clock = new FakeClock();
 * const [a, b] = pair({ clock });
 * await clock.advanceAsync(60_000); // keepalive pings, and is answered
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

  /**
   * Moves time by `duration` milliseconds, and runs what falls due on the way, in order. Nothing else runs within the
   * call, no answer to a ping either: see {@link FakeClock.advanceAsync}.
   */
  advance(duration: number): void {
    const end = this.#now + duration;
    while (this.#runNext(end));
    this.#moveTo(end);
  }

  /**
   * As {@link FakeClock.advance}, and before each timer what went before has a turn of the real event loop: promises are
   * settled, and the two connections of a `pair` answer each other. What comes over a network may take longer.
   */
  async advanceAsync(duration: number): Promise<void> {
    const end = this.#now + duration;
    do await turn();
    while (this.#runNext(end));
    this.#moveTo(end);
  }

  /** Whether there was a timer to run. */
  #runNext(end: number): boolean {
    const timer = this.#next(end);
    if (!timer) return false;
    this.#timers.delete(timer);
    this.#moveTo(timer.due);
    timer.callback();
    return true;
  }

  /** (A timer may have moved it further.) */
  #moveTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  #next(end: number): FakeTimer | undefined {
    let next: FakeTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    }
    return next;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => systemClock.defer(resolve));
}
