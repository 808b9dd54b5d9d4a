/**
 * Work that takes long, a little of it at a time.
 *
 * @module
 */

import { Deque } from "../../../util/deque.ts";
import { DdpError } from "../../protocol/error.ts";

/** How much runs at once. (It is the event loop that does it, in slices: more at once would end no sooner.) */
const AT_ONCE = 2;
/** How much may wait: some seconds of work. */
const MAX_WAITING = 100;

export class HashQueue {
  readonly #waiting = new Deque<() => void>();
  #running = 0;

  /** @throws DdpError `too-many-requests` (as a rejection) when too much waits already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** Resolves with the place of work that is done. */
  #turn(): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) {
      throw new DdpError("too-many-requests", "The server is busy. Try again in a moment.");
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
