/**
 * How many things run at a time.
 *
 * @module
 */

import { Deque } from "../../../util/deque.ts";
import { Deferred } from "../../../util/deferred.ts";

export class Slots {
  #free: number;
  readonly #waiting = new Deque<Deferred<void>>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs it when there is room, in the order of the calls. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else {
      const turn = new Deferred<void>();
      this.#waiting.push(turn);
      await turn.promise;
    }
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next) next.resolve();
      else this.#free++;
    }
  }
}
