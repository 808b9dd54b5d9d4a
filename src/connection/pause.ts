/**
 * The time between two attempts of a client that connects by itself.
 *
 * @module
 */

import { holdProcess } from "../util/clock.ts";
import type { Clock } from "../util/clock.ts";
import { interruptible } from "../util/interruptible.ts";

/** Waits; the process goes on meanwhile. Resolves early when the signal is aborted, and never rejects. */
export function pause(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  const waiting = interruptible<void>("waiting", { clock, signal }, (resolve) => {
    const timer = clock.setTimeout(resolve, delay);
    holdProcess(timer);
    return () => clock.clearTimeout(timer);
  });
  return waiting.catch(() => {});
}
