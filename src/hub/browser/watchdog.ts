/**
 * Notices a connection that died without a word, which a browser tells nobody about: asks when nothing came for a while.
 *
 * @module
 */

/** How long nothing may come before the server is asked for an answer. */
const QUIET = 30_000;

/** How long the answer may take. */
const PATIENCE = 10_000;

export class Watchdog {
  readonly #ask: () => void;
  readonly #dead: () => void;
  #isAsking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `ask` asks the other side for anything; `dead` is called when nothing came. */
  constructor(ask: () => void, dead: () => void) {
    this.#ask = ask;
    this.#dead = dead;
    this.alive();
  }

  /** Something came. */
  alive(): void {
    this.#isAsking = false;
    this.#wait(QUIET, () => this.check());
  }

  /** Asks now: there is reason to doubt. */
  check(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#wait(PATIENCE, this.#dead);
    this.#ask();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(delay: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, delay);
  }
}
