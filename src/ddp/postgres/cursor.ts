/**
 * A query over a collection in PostgreSQL.
 *
 * @module
 */

import type { Cursor, Document } from "../live/documents.ts";
import type { DocumentSink, LiveHandle } from "../live/live-source.ts";
import { toSink } from "../server/collections/observe-changes.ts";
import type { ChangeCallbacks } from "../server/collections/observe-changes.ts";
import type { Executor } from "./executor.ts";
import type { LiveSide, Observed } from "./live/live-side.ts";
import { selectAll, selectCount } from "./live/select.ts";
import { readRows } from "./table/rows.ts";

/** What a cursor stands on. */
export interface CursorInit {
  readonly collection: string;
  readonly observed: Observed;
  readonly executor: Executor;
  readonly live: LiveSide;
}

/**
 * In a transaction, `fetch` and `count` see its writes. Live queries never see what isn't committed; identical ones share their work.
 */
export class PostgresCursor<T extends Document = Document> implements Cursor<T> {
  readonly collection: string;
  readonly #init: CursorInit;

  /** @internal Use `find` of the collection. */
  constructor(init: CursorInit) {
    this.collection = init.collection;
    this.#init = init;
  }

  async fetch(): Promise<T[]> {
    const { executor, observed } = this.#init;
    const result = await executor.read(selectAll(observed.select));
    const rows = readRows(result, observed.select.table.idColumn);
    return rows.map(({ id, fields }) => ({ _id: id, ...fields }) as T);
  }

  async count(): Promise<number> {
    const { executor, observed } = this.#init;
    const { rows } = await executor.read(selectCount(observed.select));
    return Number(rows[0]?.[0]);
  }

  /**
   * As {@link Publishable.observe}.
   *
   * @throws StateError (as a rejection) when a table has no triggers, or the database is closed; what the database answers.
   */
  observe(sink: DocumentSink): Promise<LiveHandle> {
    return this.#init.live.observe(this.#init.observed, sink);
  }

  /**
   * Calls back with the documents that match, then resolves; and with every change until it is stopped. They get fields of their own.
   *
   * @throws as {@link PostgresCursor.observe}, and TypeError for a callback that there is not (as rejections).
   */
  async observeChanges(callbacks: ChangeCallbacks): Promise<LiveHandle> {
    return this.observe(toSink(callbacks));
  }
}
