/**
 * Publishes, one publication after the other.
 *
 * Delivering an event may end a session that is too slow, whose testaments are published then, and that it has left. They wait
 * until all have the event: else they would come between two subscribers of the same publication, and some would get the two
 * in another order.
 *
 * @module
 */

import { fanOut } from "./fan-out.ts";
import type { Publication } from "./publication.ts";
import type { Retention } from "./retention.ts";
import type { Subscriptions } from "./subscriptions.ts";

export class Publisher {
  readonly #subscriptions: Subscriptions;
  readonly #retention: Retention;
  #busy = false;
  /** What came while another one was being published. */
  #waiting: Publication[] = [];

  constructor(subscriptions: Subscriptions, retention: Retention) {
    this.#subscriptions = subscriptions;
    this.#retention = retention;
  }

  publish(publication: Publication): void {
    if (this.#busy) {
      this.#waiting.push(publication);
      return;
    }
    this.#busy = true;
    try {
      this.#publish(publication);
      // (What comes meanwhile is appended.)
      for (const next of this.#waiting) this.#publish(next);
    } finally {
      this.#waiting = [];
      this.#busy = false;
    }
  }

  #publish(publication: Publication): void {
    if (publication.retain) this.#retention.add(publication);
    this.#subscriptions.forEachMatch(publication.topic, (subscription) => {
      subscription.history?.add(publication);
      fanOut(publication, subscription);
    });
  }
}
