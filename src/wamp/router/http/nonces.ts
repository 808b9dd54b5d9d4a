/**
 * What may be used once.
 *
 * @module
 */

/** How many are remembered. What was signed for the bridge counts only, so that nobody else can fill it. */
const LIMIT = 1_000_000;

export class Nonces {
  readonly #duration: number;
  #recent = new Set<string>();
  #older = new Set<string>();
  #since = 0;

  /** `duration`: how long each is remembered at least, in milliseconds. */
  constructor(duration: number) {
    this.#duration = duration;
  }

  /** `now`: milliseconds since 1970, as signatures have them. */
  use(nonce: string, now: number = Date.now()): "fresh" | "used" | "full" {
    this.#forget(now);
    if (this.#recent.has(nonce) || this.#older.has(nonce)) return "used";
    if (this.#recent.size + this.#older.size >= LIMIT) return "full";
    this.#recent.add(nonce);
    return "fresh";
  }

  /** Those that are two durations old at most are in two sets; the older one goes as a whole. */
  #forget(now: number): void {
    const age = now - this.#since;
    if (age < this.#duration) return;
    this.#older = age < 2 * this.#duration ? this.#recent : new Set();
    this.#recent = new Set();
    this.#since = now;
  }
}
