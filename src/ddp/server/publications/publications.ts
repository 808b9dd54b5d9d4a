/**
 * Publications: what clients may subscribe to.
 *
 * @module
 */

import type { Publishable } from "../../live/live-source.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import type { Fields } from "../../protocol/fields.ts";
import type { DdpConnection } from "../connection.ts";
import { SharedMessages } from "./merge-box/shared-messages.ts";
import { Strategies } from "./merge-box/strategies.ts";

/** A run of a publication: what one client gets because of one subscription. */
export interface Subscription {
  /** The client's own; something made up for a universal publication. */
  readonly id: string;
  /** `null` for a universal publication. */
  readonly name: string | null;
  readonly connection: DdpConnection;
  /** The user for whom this run is. When another logs in, this one is stopped and the publication run again. */
  readonly userId: string | null;
  /**
   * Publishes a document; once more for the same one changes these fields. Values are copied: to give many clients the same without
   * a copy for each, return a query.
   *
   * @throws StateError for a collection that has an order.
   * @throws TypeError or RangeError for values that EJSON can't hold, or that are nested deeper than 100 levels.
   */
  added(collection: string, id: DocumentId, fields?: Fields): void;
  /**
   * Changes fields of a document that this subscription publishes, or does nothing; fields that are `undefined` are taken away.
   * Values are copied.
   *
   * @throws TypeError or RangeError for values that EJSON can't hold, or that are nested deeper than 100 levels.
   */
  changed(collection: string, id: DocumentId, changes: Fields): void;
  /** Takes back a document that this subscription publishes, or does nothing. Others may publish it still. */
  removed(collection: string, id: DocumentId): void;
  /**
   * Publishes a document in an order, before another one of the collection, or at the end (`null`); once more for the same one changes
   * these fields, and moves it. Few clients know of orders: others don't see such documents. They aren't merged: all subscriptions of
   * the client should publish the same. A collection has an order or none: what is published first decides, until all that was
   * published there has been taken back.
   *
   * @throws StateError for a collection without an order.
   * @throws TypeError or RangeError for values that EJSON can't hold, or that are nested deeper than 100 levels.
   */
  addedBefore(collection: string, id: DocumentId, fields: Fields, before: DocumentId | null): void;
  /**
   * Moves a document that this subscription publishes, or does nothing.
   *
   * @throws StateError for a collection without an order.
   */
  movedBefore(collection: string, id: DocumentId, before: DocumentId | null): void;
  /** The documents that matter at first are published. Only the first call counts. */
  ready(): void;
  /** Ends the subscription: what it has published is removed. */
  stop(): void;
  /** Ends it, because of an error that the client sees when it is a `DdpError`. */
  error(error: unknown): void;
  /**
   * Calls back when this run ends: the client unsubscribes or goes, another user logs in, `stop` or `error`; at once if it has ended.
   * What the callback throws, or its promise is rejected with, goes to the log.
   */
  onStop(callback: () => void | Promise<void>): void;
  /** Lets the client's next message begin now, rather than when this has run. */
  unblock(): void;
}

/**
 * Queries whose documents are published, several of one collection too (`[]`: none, and it is ready at once); or nothing, when the
 * publication does it itself, with `added` and `ready`. Until it is `ready`, clients wait.
 */
export type Published = Publishable | readonly Publishable[] | void;

/**
 * What runs when a client subscribes. Parameters come from the network: check them before use. A `DdpError` that it throws reaches
 * the client, anything else becomes "Internal server error" there and goes to the log.
 */
export type Publication = (
  subscription: Subscription,
  ...params: unknown[]
) => Published | Promise<Published>;

/** Who is to run a universal publication that comes later. */
export interface UniversalSubscriber {
  subscribeUniversal(publication: Publication): void;
}

export class Publications {
  readonly strategies: Strategies = new Strategies();
  readonly messages: SharedMessages = new SharedMessages();
  readonly #named = new Map<string, Publication>();
  readonly #universal: Publication[] = [];
  readonly #subscribers = new Set<UniversalSubscriber>();

  /** @throws TypeError for a name that is taken, and for what is no function. */
  add(name: string | null, publication: Publication): void {
    if (typeof publication !== "function")
      throw new TypeError(`the publication ${name} is no function`);
    if (name === null) this.#addUniversal(publication);
    else if (this.#named.has(name)) throw new TypeError(`there is a publication ${name} already`);
    else this.#named.set(name, publication);
  }

  get(name: string): Publication | undefined {
    return this.#named.get(name);
  }

  /** Those that every client gets. */
  get universal(): readonly Publication[] {
    return this.#universal;
  }

  /** Runs all universal publications for a session, and those that come, until {@link leave}. */
  join(subscriber: UniversalSubscriber): void {
    this.#subscribers.add(subscriber);
    for (const publication of this.#universal.slice()) subscriber.subscribeUniversal(publication);
  }

  leave(subscriber: UniversalSubscriber): void {
    this.#subscribers.delete(subscriber);
  }

  #addUniversal(publication: Publication): void {
    this.#universal.push(publication);
    for (const subscriber of this.#subscribers) subscriber.subscribeUniversal(publication);
  }
}
