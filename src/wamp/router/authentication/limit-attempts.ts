/**
 * So many failures, and no more: against guessing.
 *
 * @module
 */

import { systemClock } from "../../../util/clock.ts";
import type { Clock } from "../../../util/clock.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { Authenticator, Introduction, Step } from "./authenticator.ts";
import { REFUSED } from "./principals.ts";

/** Durations are milliseconds. */
export interface AttemptLimits {
  /** How many attempts may fail within `window`. Default: 10. */
  readonly failures?: number | undefined;
  /** Default: 60000. */
  readonly window?: number | undefined;
  /**
   * Whose failures are counted together. Default: those of one address; clients that have none are not limited. By `authid`
   * anybody can lock out anybody.
   */
  readonly by?: ((introduction: Introduction) => string | undefined) | undefined;
  readonly clock?: Clock | undefined;
}

/** How many are counted at most; the oldest are forgotten then. */
const MAX_COUNTED = 10_000;

interface Count {
  readonly since: number;
  failures: number;
}

/**
 * Refuses clients that have failed too often, without looking at what they say, and with the answer to any failure.
 *
 * @example
 * ```ts
 * const authenticators = [limitAttempts(ticket({ principals }), { failures: 5 })];
 * ```
 */
export function limitAttempts(method: Authenticator, limits: AttemptLimits = {}): Authenticator {
  checkOptions("limitAttempts", limits, { failures: true, window: true, by: true, clock: true });
  const { by = addressOf } = limits;
  const failures = new Failures(limits);
  return {
    method: method.method,
    async begin(introduction) {
      const key = by(introduction);
      if (key === undefined) return method.begin(introduction);
      return attempt(failures, key, () => method.begin(introduction));
    },
  };
}

async function attempt(
  failures: Failures,
  key: string,
  next: () => Step | Promise<Step>,
): Promise<Step> {
  if (!failures.isAllowed(key)) return REFUSED;
  // Counted before it is known, so that attempts at the same time count too.
  failures.add(key, 1);
  const step = await next();
  if (step.type !== "refuse") failures.add(key, -1);
  if (step.type !== "challenge") return step;
  const respond = (signature: string, extra: Parameters<typeof step.respond>[1]): Promise<Step> =>
    attempt(failures, key, () => step.respond(signature, extra));
  return { ...step, respond };
}

class Failures {
  readonly #counts = new Map<string, Count>();
  readonly #max: number;
  readonly #window: number;
  readonly #clock: Clock;

  constructor({ failures = 10, window = 60_000, clock = systemClock }: AttemptLimits) {
    this.#max = failures;
    this.#window = window;
    this.#clock = clock;
  }

  isAllowed(key: string): boolean {
    return (this.#current(key)?.failures ?? 0) < this.#max;
  }

  add(key: string, change: number): void {
    let count = this.#current(key);
    if (!count) {
      if (change < 0) return;
      count = { since: this.#clock.now(), failures: 0 };
      this.#makeRoom();
      this.#counts.set(key, count);
    }
    count.failures += change;
    if (count.failures <= 0) this.#counts.delete(key);
  }

  #current(key: string): Count | undefined {
    const count = this.#counts.get(key);
    if (!count || this.#clock.now() - count.since < this.#window) return count;
    this.#counts.delete(key);
    return undefined;
  }

  #makeRoom(): void {
    if (this.#counts.size < MAX_COUNTED) return;
    const [oldest] = this.#counts.keys();
    this.#counts.delete(oldest as string);
  }
}

function addressOf({ link }: Introduction): string | undefined {
  const request = (link.connection?.request ?? {}) as {
    readonly remoteAddress?: string | undefined;
  };
  return request.remoteAddress;
}
