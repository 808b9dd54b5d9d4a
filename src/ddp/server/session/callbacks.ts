/**
 * Functions of the application that are called when something happens.
 *
 * @module
 */

import type { Logger } from "../../../util/logger.ts";

/** Ends something; calling it again changes nothing. */
export interface Stoppable {
  stop(): void;
}

export class Callbacks<Args extends readonly unknown[]> {
  readonly #what: string;
  readonly #logger: Logger;
  readonly #callbacks = new Set<{ readonly call: (...args: Args) => unknown }>();

  /** `what`: their name, for the log. */
  constructor(what: string, logger: Logger) {
    this.#what = what;
    this.#logger = logger;
  }

  /** @throws TypeError for what is no function. */
  add(callback: (...args: Args) => unknown): Stoppable {
    if (typeof callback !== "function") throw new TypeError(`${this.#what} takes a function`);
    const entry = { call: callback };
    this.#callbacks.add(entry);
    return { stop: () => void this.#callbacks.delete(entry) };
  }

  /** Calls those that are there now. What they throw, or reject with, goes to the log. */
  run(...args: Args): void {
    if (this.#callbacks.size === 0) return;
    for (const entry of Array.from(this.#callbacks)) {
      if (this.#callbacks.has(entry)) void this.#call(entry, args);
    }
  }

  async #call(entry: { readonly call: (...args: Args) => unknown }, args: Args): Promise<void> {
    try {
      await entry.call(...args);
    } catch (error) {
      this.#logger.error(`a callback of ${this.#what} failed:`, error);
    }
  }
}
