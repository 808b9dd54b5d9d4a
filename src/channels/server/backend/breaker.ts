/**
 * A circuit breaker: a backend that fails again and again is left alone for a while, and then asked once.
 *
 * @module
 */

import type { Clock } from "../../../util/clock.ts";

/** What a breaker has to say to a log. */
export type BreakerChange = "opened" | "closed";

export class Breaker {
  readonly #clock: Clock;
  readonly #threshold: number;
  readonly #retryAfter: number;
  readonly #onChange: (change: BreakerChange) => void;
  /** In a row. */
  #failures = 0;
  /** Until then nobody is let through. */
  #openUntil: number | undefined;
  #isProbing = false;

  constructor(
    clock: Clock,
    options: { failures: number; retryAfter: number },
    onChange: (change: BreakerChange) => void,
  ) {
    this.#clock = clock;
    this.#threshold = options.failures;
    this.#retryAfter = options.retryAfter;
    this.#onChange = onChange;
  }

  /** Whether {@link tryEnter} would say no. */
  get isOpen(): boolean {
    if (this.#openUntil === undefined) return false;
    return this.#isProbing || this.#clock.now() < this.#openUntil;
  }

  /** Whether the backend may be asked; whoever gets a yes has to tell {@link left} how it went. */
  tryEnter(): boolean {
    if (this.isOpen) return false;
    if (this.#openUntil !== undefined) this.#isProbing = true;
    return true;
  }

  left(isOutage: boolean): void {
    this.#isProbing = false;
    if (isOutage) return this.#fail();
    const wasOpen = this.#openUntil !== undefined;
    this.#failures = 0;
    this.#openUntil = undefined;
    if (wasOpen) this.#onChange("closed");
  }

  #fail(): void {
    this.#failures++;
    if (this.#failures < this.#threshold) return;
    const wasOpen = this.#openUntil !== undefined;
    this.#openUntil = this.#clock.now() + this.#retryAfter;
    if (!wasOpen) this.#onChange("opened");
  }
}
