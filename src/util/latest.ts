/**
 * A value that changes, for whoever wants to know the latest.
 *
 * @module
 */

import { Deferred } from "./deferred.ts";

export class Latest<T> {
  value: T;
  #version = 0;
  #isOver = false;
  #change = new Deferred<void>();

  constructor(value: T) {
    this.value = value;
  }

  set(value: T): void {
    this.value = value;
    this.#version++;
    const change = this.#change;
    this.#change = new Deferred();
    change.resolve();
  }

  /** There will be no other. */
  end(): void {
    this.#isOver = true;
    this.#change.resolve();
  }

  /** The value as it is, and then each time that it has changed since it was looked at. */
  async *watch(): AsyncGenerator<T, void, undefined> {
    for (let seen = -1; ;) {
      if (seen !== this.#version) {
        seen = this.#version;
        yield this.value;
      } else if (this.#isOver) return;
      else await this.#change.promise;
    }
  }
}
