/**
 * How long the messages of clients are handled before everybody else has a turn: a client may send thousands in one packet.
 *
 * @module
 */

import type { Clock } from "../../../util/clock.ts";
import { Deferred } from "../../../util/deferred.ts";

/** Milliseconds. */
const MAX_LENGTH = 25;

/** A turn of the event loop, for all clients together. */
export class Turn {
  readonly #clock: Clock;
  #began: number | undefined;
  #next: Deferred<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When more may be handled; `undefined`: now. (Whoever has waited handles one message before it asks again: nobody starves.) */
  whenNext(): Promise<void> | undefined {
    const now = this.#clock.now();
    if (this.#began === undefined) {
      this.#began = now;
      this.#clock.defer(() => this.#end());
    }
    if (now - this.#began < MAX_LENGTH) return undefined;
    return (this.#next ??= new Deferred()).promise;
  }

  #end(): void {
    const next = this.#next;
    this.#began = undefined;
    this.#next = undefined;
    next?.resolve();
  }
}
