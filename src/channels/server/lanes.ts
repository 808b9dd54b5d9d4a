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

  /** Whether whoever brings more should wait. */
  get isFull(): boolean {
    return this.#running >= this.#limit;
  }

  /**
   * Does `work`, which must not reject, behind what is in its lane; without one, at once. Returns a promise when there is
   * enough for now.
   */
  run(lane: string | undefined, work: () => Promise<void>): Promise<void> | undefined {
    this.#running++;
    if (lane === undefined) void work().then(() => this.#leave());
    else this.#runBehind(lane, work);
    return this.isFull ? (this.#room ??= new Deferred()).promise : undefined;
  }

  #runBehind(lane: string, work: () => Promise<void>): void {
    const before = this.#last.get(lane);
    const done: Promise<void> = (before ? before.then(work) : work()).then(() => {
      if (this.#last.get(lane) === done) this.#last.delete(lane);
      this.#leave();
    });
    this.#last.set(lane, done);
  }

  #leave(): void {
    this.#running--;
    this.#room?.resolve();
    this.#room = undefined;
  }
}
