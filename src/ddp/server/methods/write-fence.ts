/**
 * When the data that a method has written is on its way to its client.
 *
 * @module
 */

import type { LiveSource } from "../../live/live-source.ts";
import { Deferred } from "../../../util/deferred.ts";

/** A source as a fence sees it. */
export type Barrier = Pick<LiveSource, "barrier">;

/**
 * The writes of one invocation. It fires once: when the method has returned, its writes are committed, and what they changed has
 * been delivered to the live queries. Writes that begin until then, by timers for instance, keep it open.
 */
export class WriteFence {
  readonly #onError: (error: unknown) => void;
  #sources: Set<Barrier> | undefined;
  #idle: Deferred<void> | undefined;
  #outstanding = 0;
  #hasFired = false;

  /** `onError` hears of barriers that fail: nobody knows then what has been delivered, but the client can't wait for ever. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Whether writes have begun that aren't committed. */
  get isWaiting(): boolean {
    return this.#outstanding > 0;
  }

  /** A write begins. The function says that it is committed, or has failed; calling it again changes nothing. */
  begin(): () => void {
    if (this.#hasFired) return () => {};
    this.#outstanding++;
    let done = false;
    return () => {
      if (done) return;
      done = true;
      this.#outstanding--;
      if (this.#outstanding > 0) return;
      this.#idle?.resolve();
      this.#idle = undefined;
    };
  }

  /** Something was committed in that source. */
  touch(source: Barrier): void {
    if (!this.#hasFired) (this.#sources ??= new Set()).add(source);
  }

  /** The method has returned. Resolves when the fence fires; never rejects. */
  async arm(): Promise<void> {
    while (this.#outstanding > 0 || this.#sources) {
      if (this.#outstanding > 0) await (this.#idle ??= new Deferred()).promise;
      else await this.#pass();
    }
    this.#hasFired = true;
  }

  /** Waits for the sources that were touched until now. */
  async #pass(): Promise<void> {
    const touched = this.#sources ?? [];
    this.#sources = undefined;
    await Promise.all(Array.from(touched, (source) => this.#wait(source)));
  }

  async #wait(source: Barrier): Promise<void> {
    try {
      await source.barrier();
    } catch (error) {
      this.#onError(error);
    }
  }
}
