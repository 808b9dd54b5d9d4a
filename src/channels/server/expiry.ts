/**
 * When things expire.
 *
 * @module
 */

import type { Clock, Timer } from "../../util/clock.ts";

/** Clients keep it in 32 bits: 136 years. */
const MAX_TTL = 2 ** 32 - 1;

/** Seconds until something expires. */
export function ttlOf(expireAt: number | undefined): { expires?: boolean; ttl?: number } {
  if (expireAt === undefined) return {};
  const left = Math.ceil(expireAt - Date.now() / 1000);
  return { expires: true, ttl: Math.min(Math.max(1, left), MAX_TTL) };
}

/** What platforms can wait for at once: 24 days. */
const MAX_WAIT = 2 ** 31 - 1;

/** Waits for something to expire, however long that is. */
export class Expiry {
  readonly #clock: Clock;
  readonly #expired: () => void;
  #timer: Timer;

  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** `expireAt`: Unix time in seconds, `undefined` for never; `grace`: how many milliseconds it may take longer. */
  set(expireAt: number | undefined, grace: number): void {
    this.clear();
    if (expireAt !== undefined) this.#wait(Math.max(0, expireAt * 1000 - Date.now()) + grace);
  }

  clear(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(left: number): void {
    const now = Math.min(left, MAX_WAIT);
    this.#timer = this.#clock.setTimeout(() => {
      if (left > now) this.#wait(left - now);
      else this.#expired();
    }, now);
  }
}
