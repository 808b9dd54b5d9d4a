/**
 * How fast one connection may send: a burst, then a steady rate. Who goes on regardless is cut off.
 *
 * @module
 */

export type Verdict = "go" | "slower" | "stop";

const BURST = 30;
const PER_SECOND = 5;

/** How many messages beyond the rate are answered, before the connection is closed. */
const PATIENCE = 100;

export class RateLimit {
  readonly #now: () => number;
  #allowance = BURST;
  #ignored = 0;
  #refilled: number;

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#refilled = now();
  }

  /** Counts one message. */
  take(): Verdict {
    const now = this.#now();
    const refill = (Math.max(0, now - this.#refilled) / 1000) * PER_SECOND;
    this.#refilled = now;
    this.#allowance = Math.min(BURST, this.#allowance + refill);
    if (this.#allowance >= 1) {
      this.#allowance -= 1;
      this.#ignored = 0;
      return "go";
    }
    this.#ignored += 1;
    return this.#ignored > PATIENCE ? "stop" : "slower";
  }
}
