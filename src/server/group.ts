/**
 * A set that says when it is empty.
 *
 * @module
 */

import { Deferred } from "../util/deferred.ts";

export class Group<T> {
  readonly #items = new Set<T>();
  #emptied: Deferred<void> | undefined;

  /** The items, as they are at any time. */
  get items(): ReadonlySet<T> {
    return this.#items;
  }

  add(item: T): void {
    this.#items.add(item);
  }

  delete(item: T): void {
    this.#items.delete(item);
    if (this.#items.size > 0) return;
    this.#emptied?.resolve();
    this.#emptied = undefined;
  }

  /** Resolves once there is nothing in it. */
  whenEmpty(): Promise<void> {
    if (this.#items.size === 0) return Promise.resolve();
    return (this.#emptied ??= new Deferred()).promise;
  }
}
