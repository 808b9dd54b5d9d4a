/**
 * The live queries of a store: who is told of a write.
 *
 * @module
 */

/** A query that is told of writes, and finds out itself what they mean to it. */
export interface LiveQuery {
  /** The only ids that can matter to it, as text; `undefined` when any could. */
  readonly keys: readonly string[] | undefined;
  /** The document with this id may be different, or gone. Says whether it wants {@link settle} to be called. */
  update(key: string): boolean;
  /** All that was written together has been told. */
  settle(): void;
}

/** Told of a write are those that look for its id, and those that look through all documents. */
export class LiveQueries {
  readonly #scanning = new Set<LiveQuery>();
  readonly #byKey = new Map<string, Set<LiveQuery>>();

  add(query: LiveQuery): void {
    if (!query.keys) this.#scanning.add(query);
    for (const key of query.keys ?? []) {
      const queries = this.#byKey.get(key);
      if (queries) queries.add(query);
      else this.#byKey.set(key, new Set([query]));
    }
  }

  remove(query: LiveQuery): void {
    this.#scanning.delete(query);
    for (const key of query.keys ?? []) {
      const queries = this.#byKey.get(key);
      if (queries?.delete(query) && queries.size === 0) this.#byKey.delete(key);
    }
  }

  /** Tells everybody, whatever observers throw; returns that. */
  tell(keys: readonly string[]): unknown[] {
    const errors: unknown[] = [];
    const touched = new Set<LiveQuery>();
    for (const key of keys) {
      for (const query of this.#byKey.get(key) ?? []) update(query, key, touched, errors);
      for (const query of this.#scanning) update(query, key, touched, errors);
    }
    for (const query of touched) attempt(() => query.settle(), errors);
    return errors;
  }
}

function update(query: LiveQuery, key: string, touched: Set<LiveQuery>, errors: unknown[]): void {
  attempt(() => {
    if (query.update(key)) touched.add(query);
  }, errors);
}

function attempt(run: () => void, errors: unknown[]): void {
  try {
    run();
  } catch (error) {
    errors.push(error);
  }
}
