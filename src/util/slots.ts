/**
 * Room for so many at a time; others wait for their turn, in the order in which they came.
 *
 * @module
 */

import { Deferred } from "./deferred.ts";
import { Deque } from "./deque.ts";

export class Slots {
  #free: number;
  readonly #waiting = new Deque<Deferred<void>>();

  constructor(count: number) {
    this.#free = count;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** `undefined`: there is room at once. Otherwise resolves when there is. Each turn ends with a `release`. */
  acquire(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--;
      return undefined;
    }
    const turn = new Deferred<void>();
    this.#waiting.push(turn);
    return turn.promise;
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next.resolve();
    else this.#free++;
  }

  /** Runs it when there is room. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    const turn = this.acquire();
    if (turn) await turn;
    try {
      return await job();
    } finally {
      this.release();
    }
  }
}
