/**
 * What a session has published: what its client has, as far as the server knows.
 *
 * @module
 */

import type { CollectionView } from "./collection-view.ts";
import type { DataOutput } from "./data-output.ts";
import { MergedCollection } from "./merged-collection.ts";
import { PassingCollection } from "./passing-collection.ts";
import type { Source } from "./source.ts";
import type { Strategies } from "./strategies.ts";

type Collections = Map<string, CollectionView>;

export class SessionView {
  readonly #output: DataOutput;
  readonly #strategies: Pick<Strategies, "get">;
  #collections: Collections = new Map();
  /** The view before, while another one is made for another user. */
  #before: Collections | undefined;

  constructor(output: DataOutput, strategies: Pick<Strategies, "get">) {
    this.#output = output;
    this.#strategies = strategies;
  }

  /**
   * Somebody begins to publish there. `isShared`: objects that other sessions get too. `isOrdered`: documents get places, unless there
   * are some without.
   */
  open(collection: string, isShared: boolean, isOrdered: boolean = false): Source {
    let view = this.#collections.get(collection);
    // (A new one follows a strategy that was changed meanwhile.)
    if (!view || view.isEmpty) {
      view = this.#create(collection, isOrdered);
      this.#collections.set(collection, view);
    }
    return view.open(isShared);
  }

  /**
   * Begins an empty view, of which the client hears nothing yet, but for collections that aren't merged. Those who published into
   * the old one must be silent from now on.
   */
  beginReplacing(): void {
    this.#before = this.#collections;
    this.#collections = new Map();
  }

  /** Tells the client what is different since then, all at once. */
  finishReplacing(): void {
    const before = this.#before ?? new Map<string, CollectionView>();
    this.#before = undefined;
    for (const [collection, old] of before) {
      if (this.#collections.has(collection)) continue;
      for (const id of old.ids()) this.#output.removed(collection, id, false);
    }
    for (const [collection, view] of this.#collections) view.replace(before.get(collection));
  }

  #create(collection: string, isOrdered: boolean): CollectionView {
    const strategy = isOrdered ? "ORDERED" : this.#strategies.get(collection);
    return strategy === "SERVER_MERGE"
      ? new MergedCollection(collection, this.#output, this.#before !== undefined)
      : new PassingCollection(collection, strategy, this.#output, this.#before?.get(collection));
  }
}
