/**
 * A bound on how many zlib states exist at a time for large messages: each takes up to 300 KiB, and no more of them
 * can run than the thread pool has threads.
 *
 * @module
 */

import { Deque } from "../../util/deque.ts";

const MAX_JOBS = 8;

let running = 0;
const waiting = new Deque<() => void>();

/** Runs `job` once there is a free slot. */
export async function withSlot<T>(job: () => Promise<T>): Promise<T> {
  if (running === MAX_JOBS) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await job();
  } finally {
    // The slot is handed on, so that nobody who comes between gets it.
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
