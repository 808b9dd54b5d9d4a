/**
 * How long to wait before connecting again.
 *
 * @module
 */

import { FullduplexError } from "../errors.ts";
import type { ClosedError, HandshakeError } from "../errors.ts";

/** How the delays between attempts grow, in milliseconds. */
export interface BackoffOptions {
  /** The bound of the first delay; it doubles with each attempt. Default: 500. */
  readonly initialDelay?: number | undefined;
  /** The bound of all delays. Default: 30000. */
  readonly maxDelay?: number | undefined;
}

/** What an error may say about when to come back. */
type Asking = Partial<Pick<HandshakeError, "retryAfter"> & Pick<ClosedError, "closeCode">>;

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
  if (!(error instanceof FullduplexError)) return 0;
  // (By what errors have, and not by their classes, which a page doesn't have to load then.)
  const { retryAfter = 0, closeCode = 0 } = error as Asking;
  // The registry of close codes asks for 5 to 30 seconds after 1012, the restart of a service. 1013: try again later.
  return [1012, 1013].includes(closeCode) ? 5_000 + Math.random() * 25_000 : retryAfter;
}
