/**
 * Brings new tokens before the old ones expire.
 *
 * @module
 */

import { backoff } from "../../connection/backoff.ts";
import type { BackoffOptions } from "../../connection/backoff.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import type { Expiring } from "./wire.ts";

/** How long before the end a token is renewed, in milliseconds; half-way, when that is sooner. */
const AHEAD = 10_000;

export class Refresher {
  readonly #clock: Clock;
  readonly #options: BackoffOptions;
  readonly #renew: () => Promise<Expiring>;
  #timer: Timer;
  #round = 0;

  /** `renew` gets a new token, and tells the server. */
  constructor(clock: Clock, options: BackoffOptions, renew: () => Promise<Expiring>) {
    this.#clock = clock;
    this.#options = options;
    this.#renew = renew;
  }

  /** What there is has been allowed for as long as this. */
  schedule({ expires, ttl = 0 }: Expiring): void {
    this.stop();
    if (expires) this.#start(Math.max(ttl * 1000 - AHEAD, ttl * 500), 0);
  }

  stop(): void {
    this.#round++;
    this.#clock.clearTimeout(this.#timer);
  }

  #start(delay: number, attempt: number): void {
    const round = this.#round;
    this.#timer = this.#clock.setTimeout(() => {
      this.#renew().then(
        (result) => round === this.#round && this.schedule(result),
        // (The server ends what has not been renewed in time: that needs nothing here.)
        (error: unknown) =>
          round === this.#round && this.#start(backoff(attempt, error, this.#options), attempt + 1),
      );
    }, delay);
  }
}
