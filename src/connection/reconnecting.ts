/**
 * Connections that follow each other, for as long as the caller wants one.
 *
 * @module
 */

import { ClosedError, FullduplexError } from "../errors.ts";
import type { HandshakeError } from "../errors.ts";
import { systemClock } from "../util/clock.ts";
import { interruptible } from "../util/interruptible.ts";
import { backoff } from "./backoff.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { CommonConnectOptions } from "./connect-options.ts";
import type { Connection } from "./connection.ts";

/** What happened before an attempt to connect. */
export interface Retry {
  /** Why there is no connection: a `ClosedError` when there was one, else why connecting failed. */
  readonly error: unknown;
  /** How many attempts have failed in a row. */
  readonly attempt: number;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
}

/** When and how to connect again, beside the options of `connect`. Durations are milliseconds. */
export interface ReconnectOptions<Options> extends BackoffOptions {
  /** How long a connection must have lived for the delays to start from the beginning. Default: 10000. */
  readonly stableAfter?: number | undefined;
  /**
   * Whether to give up because of `error`, which is then thrown out of the loop. Default: a server that refuses with
   * a 4xx status other than 408, 425 and 429, and options that make no sense.
   */
  readonly isFatal?: ((error: unknown) => boolean) | undefined;
  /** Called before each attempt; what it returns replaces the URL or options, such as a token that expires. */
  readonly refresh?:
    | ((url: string | URL) => Refreshed<Options> | Promise<Refreshed<Options>>)
    | undefined;
  /** Called before each wait, for showing it to a person. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** What `refresh` returns; `undefined` changes nothing. */
export type Refreshed<Options> = { readonly url?: string | URL; readonly options?: Options } | void;

type Connect<Options, C> = (url: string | URL, options: Options) => Promise<C>;

/** Calls back when waiting makes no more sense, such as when the network is back. Returns how to stop that. */
export type Wake = (callback: () => void) => () => void;

/**
 * Makes `reconnecting` for a platform's `connect`.
 *
 * @internal
 */
export async function* reconnectWith<C extends Connection, Options extends CommonConnectOptions>(
  connect: Connect<Options, C>,
  url: string | URL,
  options: Options & ReconnectOptions<Options>,
  wake?: Wake,
): AsyncGenerator<C, never, undefined> {
  const { clock = systemClock, stableAfter = 10_000, isFatal = isRefused } = options;
  for (let attempt = 0; ; attempt++) {
    let error: unknown;
    const connection = await attemptTo(connect, url, options).catch((reason: unknown) => {
      error = reason;
    });
    if (connection) {
      const began = clock.now();
      try {
        yield connection;
      } finally {
        // (Closing takes its time with a peer that doesn't answer, which is no sign of life.)
        if (clock.now() - began >= stableAfter) attempt = 0;
        error = new ClosedError(await connection.close());
      }
    }
    options.signal?.throwIfAborted();
    if (isFatal(error)) throw error;
    const delay = backoff(attempt, error, options);
    options.onRetry?.({ error, attempt: attempt + 1, delay });
    await sleep(delay, options, wake);
  }
}

async function attemptTo<C, Options extends CommonConnectOptions>(
  connect: Connect<Options, C>,
  url: string | URL,
  options: Options & ReconnectOptions<Options>,
): Promise<C> {
  options.signal?.throwIfAborted();
  const refreshed = await options.refresh?.(url);
  return connect(refreshed?.url ?? url, { ...options, ...refreshed?.options });
}

/** Whether connecting again can't help. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof FullduplexError) || error.code === "ERR_UNSUPPORTED") return true;
  // (Only a HandshakeError has a status.)
  const { status = 0 } = error as HandshakeError;
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

/** Waits, but not longer than until waiting makes no more sense. */
function sleep(
  delay: number,
  { signal, clock = systemClock }: CommonConnectOptions,
  wake?: Wake,
): Promise<void> {
  return interruptible<void>("waiting", { clock, signal }, (resolve) => {
    const timer = clock.setTimeout(resolve, delay);
    const stop = wake?.(resolve);
    return () => {
      clock.clearTimeout(timer);
      stop?.();
    };
  });
}
