/**
 * A number that says when it is zero.
 *
 * @module
 */

import { Deferred } from "../util/deferred.ts";

export class Tally {
  #count = 0;
  #zero: Deferred<void> | undefined;

  get count(): number {
    return this.#count;
  }

  increment(): void {
    this.#count++;
  }

  decrement(): void {
    if (--this.#count > 0) return;
    this.#zero?.resolve();
    this.#zero = undefined;
  }

  /** Resolves once it is zero. */
  whenZero(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return (this.#zero ??= new Deferred()).promise;
  }
}
