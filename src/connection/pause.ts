/**
 * The time between two attempts of a client that connects by itself.
 *
 * @module
 */

import { holdProcess } from "../util/clock.ts";
import type { Clock } from "../util/clock.ts";

/** Waits; the process goes on meanwhile. Resolves early when the signal is aborted, and never rejects. */
export function pause(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = clock.setTimeout(over, delay);
    holdProcess(timer);
    if (signal.aborted) over();
    else signal.addEventListener("abort", over);
  });
}
