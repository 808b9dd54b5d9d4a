/**
 * The live queries of a store: who is told of a write, and when.
 *
 * @module
 */

/** A query that is told of writes, and finds out itself what they mean to it. */
export interface LiveQuery {
  /** The only ids that can matter to it, as text; `undefined` when any could. */
  readonly keys: readonly string[] | undefined;
  /**
   * The document with this id may be different, or gone. Says whether it wants {@link settle} to be called.
   *
   * @param isOneOfMany more than a few were written together
   */
  update(key: string, isOneOfMany: boolean): boolean;
  /** All that was written together has been told. */
  settle(): void;
}

/** As long as no more documents are written together, putting each in its place is faster than sorting all. */
const FEW = 64;

/** Told of a write are those that look for its id, and those that look through all documents. */
export class LiveQueries {
  readonly #scanning = new Set<LiveQuery>();
  readonly #byKey = new Map<string, Set<LiveQuery>>();
  readonly #onError: ((error: unknown) => void) | undefined;
  /** The ids of what was written, and isn't told of yet. */
  readonly #written = new Set<string>();
  #batches = 0;
  #isTelling = false;

  constructor(onError: ((error: unknown) => void) | undefined) {
    this.#onError = onError;
  }

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

  /** The document with this id was written. */
  wrote(key: string): void {
    this.#written.add(key);
    this.#tellAll();
  }

  /** What `run` writes is told of once it has returned. */
  batch<R>(run: () => R): R {
    this.#batches++;
    try {
      return run();
    } finally {
      this.#batches--;
      this.#tellAll();
    }
  }

  /** What an observer writes is told of once all have been told of what was before. */
  #tellAll(): void {
    if (this.#batches > 0 || this.#isTelling || this.#written.size === 0) return;
    const errors: unknown[] = [];
    this.#isTelling = true;
    while (this.#written.size > 0) {
      const keys = Array.from(this.#written);
      this.#written.clear();
      this.#tell(keys, errors);
    }
    this.#isTelling = false;
    if (errors.length === 0) return;
    if (!this.#onError) throw errors[0];
    for (const error of errors) this.#onError(error);
  }

  /** Tells everybody, whatever observers throw. */
  #tell(keys: readonly string[], errors: unknown[]): void {
    const touched = new Set<LiveQuery>();
    const isMany = keys.length > FEW;
    const update = (query: LiveQuery, key: string): void => {
      try {
        if (query.update(key, isMany)) touched.add(query);
      } catch (error) {
        errors.push(error);
      }
    };
    for (const key of keys) {
      for (const query of this.#byKey.get(key) ?? []) update(query, key);
      for (const query of this.#scanning) update(query, key);
    }
    for (const query of touched) {
      try {
        query.settle();
      } catch (error) {
        errors.push(error);
      }
    }
  }
}
