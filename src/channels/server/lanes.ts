/**
 * Work that goes on at the same time, but in order within each lane.
 *
 * @module
 */

import { Deferred } from "../../util/deferred.ts";

export class Lanes {
  readonly #limit: number;
  readonly #last = new Map<string, Promise<void>>();
  #running = 0;
  #room: Deferred<void> | undefined;

  /** `limit`: how much may be under way before whoever brings more should wait. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Does `work`, which must not reject, behind what is in its lane. Returns a promise when there is enough for now. */
  run(lane: string, work: () => Promise<void>): Promise<void> | undefined {
    const before = this.#last.get(lane);
    const done: Promise<void> = (before ? before.then(work) : work()).then(() =>
      this.#leave(lane, done),
    );
    this.#last.set(lane, done);
    this.#running++;
    if (this.#running < this.#limit) return undefined;
    return (this.#room ??= new Deferred()).promise;
  }

  #leave(lane: string, done: Promise<void>): void {
    if (this.#last.get(lane) === done) this.#last.delete(lane);
    this.#running--;
    this.#room?.resolve();
    this.#room = undefined;
  }
}
