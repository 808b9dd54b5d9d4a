/**
 * How long to wait before connecting again.
 *
 * @module
 */

import { ClosedError, HandshakeError } from "../errors.ts";

/** How the delays between attempts grow, in milliseconds. */
export interface BackoffOptions {
  /** The bound of the first delay; it doubles with each attempt. Default: 500. */
  readonly initialDelay?: number | undefined;
  /** The bound of all delays. Default: 30000. */
  readonly maxDelay?: number | undefined;
}

/**
 * The delay before attempt `attempt` (counted from 0) after `error`: evenly between nothing and a bound that doubles
 * ("full jitter"), and never less than what the server asked for.
 */
export function backoff(attempt: number, error: unknown, options: BackoffOptions): number {
  const { initialDelay = 500, maxDelay = 30_000 } = options;
  const bound = Math.min(maxDelay, initialDelay * 2 ** attempt);
  return Math.max(askedDelay(error), Math.random() * bound);
}

function askedDelay(error: unknown): number {
  if (error instanceof HandshakeError) return error.retryAfter ?? 0;
  // The registry of close codes asks for 5 to 30 seconds after 1012, the restart of a service. 1013: try again later.
  const isBusy = error instanceof ClosedError && [1012, 1013].includes(error.closeCode);
  return isBusy ? 5_000 + Math.random() * 25_000 : 0;
}
