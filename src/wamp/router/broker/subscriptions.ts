/**
 * All subscriptions of a realm.
 *
 * @module
 */

import { nextId } from "../../protocol/ids.ts";
import type { Id, MatchPolicy, Uri } from "../../protocol/messages.ts";
import { PatternMap } from "../patterns/pattern-map.ts";
import type { EventHistory } from "./history/event-history.ts";
import { Subscription } from "./subscription.ts";

export class Subscriptions {
  readonly #patterns = new PatternMap<Subscription>();
  readonly #byId = new Map<Id, Subscription>();
  #lastId: Id = 0;

  get(id: Id): Subscription | undefined {
    return this.#byId.get(id);
  }

  find(uri: Uri, match: MatchPolicy): Subscription | undefined {
    return this.#patterns.get(uri, match);
  }

  create(uri: Uri, match: MatchPolicy, history?: EventHistory): Subscription {
    this.#lastId = nextId(this.#lastId);
    const subscription = new Subscription(this.#lastId, uri, match, history);
    this.#patterns.set(uri, match, subscription);
    this.#byId.set(subscription.id, subscription);
    return subscription;
  }

  delete({ id, uri, match }: Subscription): void {
    this.#patterns.delete(uri, match);
    this.#byId.delete(id);
  }

  forEachMatch(topic: Uri, each: (subscription: Subscription) => void): void {
    this.#patterns.forEachMatch(topic, each);
  }

  /** Whether what is published there reaches any subscription. */
  hasMatch(topic: Uri): boolean {
    return this.#patterns.best(topic) !== undefined;
  }

  [Symbol.iterator](): Iterator<Subscription> {
    return this.#byId.values();
  }
}
