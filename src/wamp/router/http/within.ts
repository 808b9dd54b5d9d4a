/**
 * Work for a client that may go away, and that may take only so long.
 *
 * @module
 */

import type { Clock } from "../../../util/clock.ts";
import { quiet } from "../../../util/quiet.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";

export interface Bounds {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeout: number;
  /** Aborted when the client goes away. */
  readonly gone: AbortSignal;
}

/** As `work`, which is told by its signal when nobody waits for it any more; nobody does then, whatever it makes of that. */
export async function within<T>(
  { clock, timeout, gone }: Bounds,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  gone.throwIfAborted();
  const controller = new AbortController();
  const leave = (): void => controller.abort(gone.reason);
  const timer = clock.setTimeout(
    () => controller.abort(new WampError(ErrorUri.Timeout, [`it took longer than ${timeout} ms`])),
    timeout,
  );
  gone.addEventListener("abort", leave);
  const { signal } = controller;
  try {
    return await new Promise<T>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      quiet(work(signal)).then(resolve, reject);
    });
  } finally {
    clock.clearTimeout(timer);
    gone.removeEventListener("abort", leave);
  }
}
