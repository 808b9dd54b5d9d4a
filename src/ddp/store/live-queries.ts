/**
 * The live queries of a store: who is told of a write, and when.
 *
 * @module
 */

import type { Equality } from "../query/equalities.ts";
import { QueryIndex } from "./query-index.ts";

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

type States = readonly [before: object | undefined, after: object | undefined];

export class LiveQueries {
  readonly #index = new QueryIndex();
  readonly #onError: ((error: unknown) => void) | undefined;
  /** What was written, and isn't told of yet, by id: as it was before, and as it is. */
  #written = new Map<string, States>();
  /** Those that have begun since something was written: they may know it as it was in between. */
  #recent: Set<LiveQuery> | undefined;
  #batches = 0;
  #isTelling = false;

  constructor(onError: ((error: unknown) => void) | undefined) {
    this.#onError = onError;
  }

  /** Says of the query which values it asks for. The function that it returns takes the query out. */
  add(query: LiveQuery, equalities: readonly Equality[]): () => void {
    const remove = this.#index.add(query, equalities);
    if (this.#written.size > 0) (this.#recent ??= new Set()).add(query);
    return () => {
      remove();
      this.#recent?.delete(query);
    };
  }

  /** The document with this id was written. */
  wrote(key: string, before: object | undefined, after: object | undefined): void {
    const [first] = this.#written.get(key) ?? [before];
    this.#written.set(key, [first, after]);
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
      const [written, recent] = [this.#written, this.#recent];
      this.#written = new Map();
      this.#recent = undefined;
      this.#tell(written, recent, errors);
    }
    this.#isTelling = false;
    if (errors.length === 0) return;
    if (!this.#onError) throw errors[0];
    for (const error of errors) this.#onError(error);
  }

  /** Tells everybody, whatever observers throw. */
  #tell(
    written: ReadonlyMap<string, States>,
    recent: ReadonlySet<LiveQuery> | undefined,
    errors: unknown[],
  ): void {
    let touched: Set<LiveQuery> | undefined;
    const isMany = written.size > FEW;
    const update = (query: LiveQuery, key: string): void => {
      try {
        if (query.update(key, isMany)) (touched ??= new Set()).add(query);
      } catch (error) {
        errors.push(error);
      }
    };
    for (const [key, states] of written) {
      for (const query of this.#index.find(key, states)) update(query, key);
      // (What they know already means nothing to them.)
      for (const query of recent ?? []) update(query, key);
    }
    for (const query of touched ?? []) {
      try {
        query.settle();
      } catch (error) {
        errors.push(error);
      }
    }
  }
}
