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
 * been delivered to the live queries.
 */
export class WriteFence {
  readonly #sources = new Set<Barrier>();
  readonly #idle = new Deferred<void>();
  #outstanding = 0;
  #state: "open" | "armed" | "fired" = "open";

  /** Whether writes have begun that aren't committed. */
  get isWaiting(): boolean {
    return this.#outstanding > 0;
  }

  /** A write begins. The function says that it is committed, or has failed; calling it again changes nothing. */
  begin(): () => void {
    if (this.#state === "fired") return () => {};
    this.#outstanding++;
    let done = false;
    return () => {
      if (done) return;
      done = true;
      this.#outstanding--;
      if (this.#outstanding === 0 && this.#state === "armed") this.#idle.resolve();
    };
  }

  /** Something was committed in that source. */
  touch(source: Barrier): void {
    if (this.#state !== "fired") this.#sources.add(source);
  }

  /** The method has returned. Resolves when the fence fires; rejects with what a source's barrier rejects with. */
  async arm(): Promise<void> {
    this.#state = "armed";
    if (this.#outstanding > 0) await this.#idle.promise;
    while (this.#sources.size > 0) {
      const touched = Array.from(this.#sources);
      this.#sources.clear();
      await Promise.all(touched.map((source) => source.barrier()));
    }
    this.#state = "fired";
  }
}
