/**
 * Waiting that a signal or a timeout can end.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";
import type { Clock } from "./clock.ts";

/** What can end a wait. */
export interface Interruption {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

/**
 * A promise that `begin` settles, later, unless the signal or the timeout does so first: then it rejects. What `begin`
 * returned is called when the wait is over, however it ended, before the promise settles.
 */
export function interruptible<T>(
  what: string,
  { clock, signal, timeout }: Interruption,
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const over = (): void => {
      clock.clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      end();
    };
    const fail = (error: unknown): void => {
      over();
      reject(error);
    };
    const aborted = (): void => fail(signal?.reason);
    // (First, because it may throw: nothing is left behind then.)
    const end = begin((value) => {
      over();
      resolve(value);
    }, fail);
    const timer =
      timeout !== undefined &&
      clock.setTimeout(() => fail(new TimeoutError(what, timeout)), timeout);
    signal?.addEventListener("abort", aborted);
  });
}
