/**
 * Work that is done in order, though some of it takes its time: what comes behind it waits.
 *
 * @module
 */

import { Deferred } from "../../../util/deferred.ts";
import { Deque } from "../../../util/deque.ts";
import { payloadSize } from "../broker/payload-size.ts";

interface Limit {
  readonly count: number;
  readonly bytes: number;
}

/** How much may wait before whoever brings more should wait too. */
const LIMIT: Limit = { count: 256, bytes: 1_048_576 };
/** The same where it is needed for what goes on: what waits may be waiting for what would be read next. */
const NEEDED_LIMIT: Limit = { count: 4096, bytes: 16_777_216 };

/** What it does; a promise when it takes its time, which never rejects. */
export type Work = () => void | Promise<void>;

interface Waiting {
  readonly work: Work;
  /** What it holds, about. */
  readonly bytes: number;
}

export class Lane {
  readonly #waiting = new Deque<Waiting>();
  #bytes = 0;
  #busy = false;
  #room: Deferred<void> | undefined;

  /**
   * Does it now, or after what was there before. A promise: there is room again once it has settled. `about`: what it needs.
   * `needed`: whoever brings it should rather not wait.
   */
  run(work: Work, about?: unknown, needed = false): Promise<void> | undefined {
    if (!this.#busy) {
      this.#start(work);
      return undefined;
    }
    const bytes = payloadSize(about, NEEDED_LIMIT.bytes);
    this.#waiting.push({ work, bytes });
    this.#bytes += bytes;
    if (this.#isBelow(needed ? NEEDED_LIMIT : LIMIT)) return undefined;
    return (this.#room ??= new Deferred()).promise;
  }

  /** Whoever waits for room is needed now. */
  hurry(): void {
    if (this.#room && this.#isBelow(NEEDED_LIMIT)) this.#makeRoom();
  }

  /** Nothing that waits is done any more, and nobody waits for room, whatever becomes of the work in hand. */
  end(): void {
    while (this.#take());
    this.#makeRoom();
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
      const work = this.#take();
      if (!work) break;
      this.#start(work);
    }
    if (this.#isBelow(LIMIT)) this.#makeRoom();
  }

  #take(): Work | undefined {
    const next = this.#waiting.shift();
    this.#bytes -= next?.bytes ?? 0;
    return next?.work;
  }

  #isBelow({ count, bytes }: Limit): boolean {
    return this.#waiting.length < count && this.#bytes < bytes;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
