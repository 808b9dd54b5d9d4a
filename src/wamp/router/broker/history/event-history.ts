/**
 * The last events of a subscription (WAMP specification, "Event History"). Oldest ones make room: for newer ones, when they take
 * too much, and with time.
 *
 * @module
 */

import type { Clock } from "../../../../util/clock.ts";
import type { HistoryOptions } from "../../options.ts";
import type { Publication } from "../publication.ts";

export interface HistoryEvent {
  readonly publication: Publication;
  /** The time of day, in milliseconds since 1970. */
  readonly time: number;
  /** By the router's clock. */
  readonly at: number;
  readonly bytes: number;
}

export class EventHistory {
  readonly #limit: number;
  readonly #ttl: number;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #forgotten: (count: number) => void;
  /** Those before `#start` are gone. */
  #events: HistoryEvent[] = [];
  #start = 0;
  #bytes = 0;

  /** `forgotten` is told how many couldn't be kept at all. */
  constructor(options: HistoryOptions, clock: Clock, forgotten: (count: number) => void) {
    const { limit, ttl = Infinity, maxBytes = 16_777_216 } = options;
    this.#limit = limit;
    this.#ttl = ttl;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
    this.#forgotten = forgotten;
  }

  /** What depends on ids of sessions isn't kept: later sessions have others. */
  add(publication: Publication): void {
    if (publication.audience?.namesSessions) return;
    const bytes = publication.size(this.#maxBytes);
    if (bytes > this.#maxBytes) return this.#forgotten(1);
    this.#events.push({ publication, time: Date.now(), at: this.#clock.now(), bytes });
    this.#bytes += bytes;
    this.#makeRoom();
    return undefined;
  }

  /** Oldest first. */
  events(): readonly HistoryEvent[] {
    this.#makeRoom();
    return this.#events.slice(this.#start);
  }

  #makeRoom(): void {
    const expired = this.#clock.now() - this.#ttl;
    for (let oldest = this.#events[this.#start]; oldest; oldest = this.#events[this.#start]) {
      const count = this.#events.length - this.#start;
      if (count <= this.#limit && this.#bytes <= this.#maxBytes && oldest.at > expired) break;
      this.#bytes -= oldest.bytes;
      this.#start++;
    }
    // Moved rarely enough that it costs nothing for each event.
    if (this.#start * 2 <= this.#events.length) return;
    this.#events = this.#events.slice(this.#start);
    this.#start = 0;
  }
}
