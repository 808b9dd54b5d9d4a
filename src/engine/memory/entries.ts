/**
 * The latest entries of a stream: added at one end, dropped at the other, found by their place.
 *
 * @module
 */

import type { StreamEntry } from "../streams.ts";

export class Entries {
  #items: (StreamEntry | undefined)[] = [];
  /** Those before it were dropped. */
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  at(index: number): StreamEntry {
    return this.#items[this.#start + index] as StreamEntry;
  }

  push(entry: StreamEntry): void {
    this.#items.push(entry);
  }

  /** Drops the oldest ones until there are at most `size`. */
  trim(size: number): void {
    while (this.length > size) this.#items[this.#start++] = undefined;
    // Moved up once for each time around, so that an entry costs O(1) on average.
    if (this.#start < this.length) return;
    this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }
}
