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
  readonly #waiting: Publication[] = [];

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
      if (this.#waiting.length > 0) this.#drain();
    } finally {
      this.#busy = false;
    }
  }

  /** Publishes what belongs together: nothing comes between. */
  publishAll(publications: readonly Publication[]): void {
    const [first, ...others] = publications;
    if (!first) return;
    this.#waiting.push(...(this.#busy ? publications : others));
    if (!this.#busy) this.publish(first);
  }

  /** (What comes meanwhile is appended.) */
  #drain(): void {
    try {
      for (const next of this.#waiting) this.#publish(next);
    } finally {
      this.#waiting.length = 0;
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
