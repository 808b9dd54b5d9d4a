/**
 * The live queries of a database, by what concerns them: a change costs nothing to those of other tables, nor to those of other ids.
 *
 * @module
 */

import type { FeedSink } from "../feed/feed.ts";
import type { Change } from "../feed/change.ts";
import type { LiveQuery } from "./live-query.ts";

/** What concerns a query. */
export interface Interest {
  /** Its own table's key. */
  readonly tableKey: string;
  /** The only id whose row can be in it, as the database writes it; `undefined`: any. */
  readonly id: string | undefined;
  /** The keys of other tables of which any change concerns it. */
  readonly others: readonly string[];
}

interface Queries {
  readonly any: Set<LiveQuery>;
  readonly byId: Map<string, Set<LiveQuery>>;
  /** Of other tables. */
  readonly watching: Set<LiveQuery>;
}

export class LiveQueries implements FeedSink {
  readonly #all = new Set<LiveQuery>();
  readonly #tables = new Map<string, Queries>();

  get size(): number {
    return this.#all.size;
  }

  /** The function takes it out again. */
  add(query: LiveQuery, interest: Interest): () => void {
    this.#all.add(query);
    this.#each(interest, (set) => set.add(query));
    return () => {
      if (!this.#all.delete(query)) return;
      this.#each(interest, (set) => set.delete(query));
      this.#forget(interest);
    };
  }

  changed({ tableKey, ids }: Change): void {
    const queries = this.#tables.get(tableKey);
    if (!queries) return;
    for (const query of queries.any) query.changed(ids);
    for (const query of queries.watching) query.changed(undefined);
    if (!ids) {
      for (const set of queries.byId.values()) for (const query of set) query.changed(undefined);
      return;
    }
    for (const id of ids) {
      for (const query of queries.byId.get(id) ?? []) query.changed([id]);
    }
  }

  allChanged(): void {
    for (const query of this.#all) query.changed(undefined);
  }

  async settled(): Promise<void> {
    const pending: Promise<void>[] = [];
    for (const query of this.#all) {
      const settled = query.settled();
      if (settled) pending.push(settled);
    }
    await Promise.all(pending);
  }

  stop(): void {
    for (const query of this.#all) query.stop();
    this.#all.clear();
    this.#tables.clear();
  }

  #each({ tableKey, id, others }: Interest, act: (set: Set<LiveQuery>) => void): void {
    const own = this.#table(tableKey);
    if (id === undefined) act(own.any);
    else {
      let set = own.byId.get(id);
      if (!set) own.byId.set(id, (set = new Set()));
      act(set);
      if (set.size === 0) own.byId.delete(id);
    }
    for (const key of others) act(this.#table(key).watching);
  }

  #table(key: string): Queries {
    let queries = this.#tables.get(key);
    if (!queries) {
      queries = { any: new Set(), byId: new Map(), watching: new Set() };
      this.#tables.set(key, queries);
    }
    return queries;
  }

  #forget({ tableKey, others }: Interest): void {
    for (const key of [tableKey, ...others]) {
      const queries = this.#tables.get(key);
      if (!queries) continue;
      const { any, byId, watching } = queries;
      if (any.size + byId.size + watching.size === 0) this.#tables.delete(key);
    }
  }
}
