/**
 * Whose turn it is to write.
 *
 * @module
 */

import { Deferred } from "../../../util/deferred.ts";
import { Deque } from "../../../util/deque.ts";

/** Lets one at a time in, in the order in which they asked. */
export class WriteLock {
  readonly #waiting = new Deque<Deferred<void>>();
  #isHeld = false;

  /** `undefined`: it is the caller's turn at once. Otherwise resolves when it is. Each turn ends with a `release`. */
  acquire(): Promise<void> | undefined {
    if (!this.#isHeld) {
      this.#isHeld = true;
      return undefined;
    }
    const turn = new Deferred<void>();
    this.#waiting.push(turn);
    return turn.promise;
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next.resolve();
    else this.#isHeld = false;
  }
}
