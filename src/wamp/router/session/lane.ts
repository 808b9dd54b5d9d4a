/**
 * Work that is done in order, though some of it takes its time: what comes behind it waits.
 *
 * @module
 */

import { Deferred } from "../../../util/deferred.ts";
import { Deque } from "../../../util/deque.ts";

/** How much may wait before whoever brings more should wait too. */
const LIMIT = 256;
/** The same where it is needed for what goes on: what waits may be waiting for what would be read next. */
const NEEDED_LIMIT = 4096;

/** What it does; a promise when it takes its time, which never rejects. */
export type Work = () => void | Promise<void>;

export class Lane {
  readonly #waiting = new Deque<Work>();
  #busy = false;
  #room: Deferred<void> | undefined;

  /**
   * Does it now, or after what was there before. A promise: there is room again once it has settled. `needed`: whoever brings
   * it should rather not wait.
   */
  run(work: Work, needed = false): Promise<void> | undefined {
    if (!this.#busy) {
      this.#start(work);
      return undefined;
    }
    this.#waiting.push(work);
    if (this.#waiting.length < (needed ? NEEDED_LIMIT : LIMIT)) return undefined;
    return (this.#room ??= new Deferred()).promise;
  }

  /** Whoever waits for room is needed now. */
  hurry(): void {
    if (this.#waiting.length < NEEDED_LIMIT) this.#makeRoom();
  }

  #start(work: Work): void {
    const pending = work();
    if (!(pending instanceof Promise)) return;
    this.#busy = true;
    void pending.then(() => this.#next());
  }

  #next(): void {
    this.#busy = false;
    while (!this.#busy) {
      const work = this.#waiting.shift();
      if (!work) break;
      this.#start(work);
    }
    if (this.#waiting.length < LIMIT) this.#makeRoom();
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
