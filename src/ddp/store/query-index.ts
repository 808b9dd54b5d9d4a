/**
 * Which live queries a document can matter to, so that a write doesn't have to ask them all.
 *
 * @module
 */

import { valuesOf } from "../query/equalities.ts";
import type { Equality } from "../query/equalities.ts";
import type { LiveQuery } from "./live-queries.ts";

type Bucket = Set<LiveQuery>;

/** Queries are found by their ids, or else by a value that they ask for in some field; those that ask for neither are found always. */
export class QueryIndex {
  readonly #scanning: Bucket = new Set();
  readonly #byKey = new Map<string, Bucket>();
  readonly #byField = new Map<string, Map<unknown, Bucket>>();

  /** The function that it returns takes the query out. */
  add(query: LiveQuery, equalities: readonly Equality[]): () => void {
    const { keys } = query;
    if (keys) return this.#addByKeys(query, keys);
    const rarest = this.#rarest(equalities);
    if (rarest) return this.#addByValue(query, rarest);
    this.#scanning.add(query);
    return () => this.#scanning.delete(query);
  }

  #addByKeys(query: LiveQuery, keys: readonly string[]): () => void {
    for (const key of keys) put(this.#byKey, key, query);
    return () => {
      for (const key of keys) take(this.#byKey, key, query);
    };
  }

  #addByValue(query: LiveQuery, { field, value }: Equality): () => void {
    let values = this.#byField.get(field);
    if (!values) this.#byField.set(field, (values = new Map<unknown, Bucket>()));
    put(values, value, query);
    return () => {
      take(values, value, query);
      if (values.size === 0 && this.#byField.get(field) === values) this.#byField.delete(field);
    };
  }

  /** Of several values the one that fewest others ask for. */
  #rarest(equalities: readonly Equality[]): Equality | undefined {
    const askers = ({ field, value }: Equality): number =>
      this.#byField.get(field)?.get(value)?.size ?? 0;
    let rarest: Equality | undefined;
    for (const equality of equalities) {
      if (!rarest || askers(equality) < askers(rarest)) rarest = equality;
    }
    return rarest;
  }

  /** The queries that a document with this id can matter to, that is or was one of these. */
  find(key: string, states: readonly (object | undefined)[]): Iterable<LiveQuery> {
    const byKey = this.#byKey.get(key);
    if (this.#byField.size === 0 && !byKey) return this.#scanning;
    const found = new Set(byKey);
    for (const [field, values] of this.#byField) {
      for (const state of states) if (state) collect(values, valuesOf(state, field), found);
    }
    for (const query of this.#scanning) found.add(query);
    return found;
  }
}

function collect(
  buckets: ReadonlyMap<unknown, Bucket>,
  values: readonly unknown[],
  into: Bucket,
): void {
  for (const value of values) {
    for (const query of buckets.get(value) ?? []) into.add(query);
  }
}

function put<K>(buckets: Map<K, Bucket>, key: K, query: LiveQuery): void {
  const bucket = buckets.get(key);
  if (bucket) bucket.add(query);
  else buckets.set(key, new Set([query]));
}

function take<K>(buckets: Map<K, Bucket>, key: K, query: LiveQuery): void {
  const bucket = buckets.get(key);
  if (bucket?.delete(query) && bucket.size === 0) buckets.delete(key);
}
