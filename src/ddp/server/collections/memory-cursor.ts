/**
 * A query over a collection in memory.
 *
 * @module
 */

import type { Cursor, Document } from "../../live/documents.ts";
import type { DocumentSink, LiveHandle } from "../../live/live-source.ts";
import { clone } from "../../protocol/ejson/clone.ts";
import type { MemoryDatabase } from "./memory-database.ts";
import type { MemoryQuery } from "./memory-query.ts";
import { toSink } from "./observe-changes.ts";
import type { ChangeCallbacks } from "./observe-changes.ts";

/**
 * In a transaction, `fetch` and `count` see its writes. Live queries never see what isn't committed; identical ones share their work.
 */
export class MemoryCursor<T extends Document = Document> implements Cursor<T> {
  readonly collection: string;
  readonly #database: MemoryDatabase;
  readonly #query: MemoryQuery;

  /** @internal Use `find` of the collection. */
  constructor(database: MemoryDatabase, query: MemoryQuery) {
    this.collection = query.collection;
    this.#database = database;
    this.#query = query;
  }

  /** The documents that match now. */
  async fetch(): Promise<T[]> {
    const { collection, selector, options } = this.#query;
    const documents = this.#database.reading(collection, selector).find(selector, options).fetch();
    return documents.map((document) => clone(document) as T);
  }

  /** How many there are now. */
  async count(): Promise<number> {
    const { collection, selector, options } = this.#query;
    return this.#database.reading(collection, selector).find(selector, options).count();
  }

  observe(sink: DocumentSink): Promise<LiveHandle> {
    return this.#database.observe(this.#query, sink);
  }

  /**
   * Calls back with the documents that match, then resolves; and with every change until it is stopped. The callbacks run as if they
   * were called here: what they write is no part of the method whose write they hear of. They get fields of their own.
   *
   * @throws TypeError (as a rejection) for a callback that there is not, and for one that is no function.
   */
  async observeChanges(callbacks: ChangeCallbacks): Promise<LiveHandle> {
    return this.observe(toSink(callbacks));
  }
}
