/**
 * A query over a store.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import type { LiveHandle } from "../live/live-source.ts";
import { matching } from "./entry.ts";
import type { Entries } from "./entry.ts";
import { ListQuery } from "./list-query.ts";
import type { LiveQueries, LiveQuery } from "./live-queries.ts";
import type { Plan } from "./plan.ts";
import type { Observer } from "./types.ts";

/** A live query that can begin and end. */
export interface RunningQuery extends LiveQuery {
  /** Tells of the documents that there are. */
  start(): void;
  stop(): void;
}

/** Documents that match, as they are whenever it is asked. They are the store's own: nobody changes them. */
export class StoreCursor<T extends Document = Document> {
  readonly #entries: Entries<T>;
  readonly #queries: LiveQueries;
  readonly #plan: Plan;

  /** @internal */
  constructor(entries: Entries<T>, queries: LiveQueries, plan: Plan) {
    this.#entries = entries;
    this.#queries = queries;
    this.#plan = plan;
  }

  fetch(): T[] {
    const { project } = this.#plan;
    const documents = this.#documents();
    if (!project) return documents;
    return documents.map((document) => project(document));
  }

  count(): number {
    return this.#documents().length;
  }

  /** Tells of the documents that there are, then of every change right after it is made; of a batch, when it ends. */
  observe(observer: Observer<T>): LiveHandle {
    return this.follow((entries, plan) => new ListQuery(entries, plan, observer));
  }

  /** @internal Begins a live query of what this is about. */
  follow(create: (entries: Entries<T>, plan: Plan) => RunningQuery): LiveHandle {
    const query = create(this.#entries, this.#plan);
    const remove = this.#queries.add(query, this.#plan.equalities);
    const stop = (): void => {
      query.stop();
      remove();
    };
    this.#queries.batch(() => {
      try {
        query.start();
      } catch (error) {
        stop();
        throw error;
      }
    });
    return { stop };
  }

  #documents(): T[] {
    const { selector, sort, skip, limit } = this.#plan;
    const documents: T[] = [];
    const enough = sort ? Infinity : skip + limit;
    for (const { document } of matching(this.#entries, selector)) {
      documents.push(document);
      if (documents.length === enough) break;
    }
    if (sort) documents.sort((a, b) => sort(a, b));
    return skip > 0 || documents.length > limit ? documents.slice(skip, skip + limit) : documents;
  }
}
