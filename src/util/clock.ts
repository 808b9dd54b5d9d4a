/**
 * Time, as the layers above see it: injected, so that tests run on a clock of their own.
 *
 * @module
 */

/** A running timer; what it is depends on the clock. */
export type Timer = unknown;

/** A source of time. All durations are milliseconds. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  setTimeout(callback: () => void, delay: number): Timer;
  clearTimeout(timer: Timer): void;
  /** Runs `callback` once everything that the current turn of the event loop brought has been handled. */
  defer(callback: () => void): void;
}

/** What this file needs of its platform; declared here because no platform's types are known to this layer. */
interface Platform {
  performance: { now(): number };
  setTimeout(callback: () => void, delay?: number): Timer;
  clearTimeout(timer: Timer): void;
  setImmediate?(callback: () => void): unknown;
}

const platform = globalThis as unknown as Platform;

/** Lets a timer keep a Node process alive: a program whose client waits to connect again has nothing else that would. */
export function holdProcess(timer: Timer): void {
  (timer as { ref?: () => void } | undefined)?.ref?.();
}

/** The platform's own clock. Its timers keep no Node process alive; see {@link holdProcess}. */
export const systemClock: Clock = {
  now: () => platform.performance.now(),
  setTimeout(callback, delay) {
    // Platforms take no more than that: `Infinity` would fire at once.
    const timer = platform.setTimeout(callback, Math.min(delay, 2 ** 31 - 1));
    (timer as { unref?: () => void }).unref?.();
    return timer;
  },
  clearTimeout: (timer) => platform.clearTimeout(timer),
  defer(callback) {
    (platform.setImmediate ?? platform.setTimeout)(callback);
  },
};
