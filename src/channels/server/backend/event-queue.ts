/**
 * Events on their way to a backend: numbered, bounded, and cut into batches.
 *
 * @module
 */

import { Deque } from "../../../util/deque.ts";
import type { ChannelsEvent } from "../hooks.ts";

export interface QueueLimits {
  /** How many events may wait, and how many bytes of JSON. */
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** About how much goes into one batch. */
  readonly batchEvents: number;
  readonly batchBytes: number;
}

/** What is sent together, and sent again as it is until it has arrived. */
export interface Batch {
  /** JSON, without the brackets of the list. */
  readonly events: string;
  readonly count: number;
  readonly bytes: number;
  /** How many events before it were dropped, and not told of yet. */
  readonly dropped: number;
}

interface Entry {
  readonly json: string;
  readonly bytes: number;
}

export class EventQueue {
  readonly #limits: QueueLimits;
  readonly #entries = new Deque<Entry>();
  /** Those of the batch that is under way count too. */
  #events = 0;
  #bytes = 0;
  #seq = 0;
  #dropped = 0;
  /** Of those that were dropped, the ones that no batch has told of. */
  #untold = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** How many have not arrived. */
  get size(): number {
    return this.#events;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** What is dropped has a number too, so that receivers see that it is missing. */
  push(event: ChannelsEvent, time: number): void {
    const json = JSON.stringify({ seq: ++this.#seq, time, ...event });
    const bytes = Buffer.byteLength(json);
    const { maxEvents, maxBytes } = this.#limits;
    if (this.#events >= maxEvents || this.#bytes + bytes > maxBytes) return this.drop(1);
    this.#events++;
    this.#bytes += bytes;
    this.#entries.push({ json, bytes });
  }

  drop(count: number): void {
    this.#dropped += count;
    this.#untold += count;
  }

  /** The next batch, whose fate `settle` is told of; `undefined` when nothing waits. */
  cut(): Batch | undefined {
    const { batchEvents, batchBytes } = this.#limits;
    const taken: string[] = [];
    let bytes = 0;
    while (taken.length < batchEvents && bytes < batchBytes) {
      const entry = this.#entries.shift();
      if (!entry) break;
      taken.push(entry.json);
      bytes += entry.bytes;
    }
    if (taken.length === 0) return undefined;
    return { events: taken.join(","), count: taken.length, bytes, dropped: this.#untold };
  }

  settle({ count, bytes, dropped }: Batch, hasArrived: boolean): void {
    this.#events -= count;
    this.#bytes -= bytes;
    if (hasArrived) this.#untold -= dropped;
    else this.drop(count);
  }

  /** Whatever is left, the batch that is under way included, won't be sent. Returns how many. */
  abandon(): number {
    const left = this.#events;
    while (this.#entries.shift());
    this.#events = 0;
    this.#bytes = 0;
    this.drop(left);
    return left;
  }
}
