/**
 * A source of documents for tests: a collection that delivers at once, to each query the same objects.
 *
 * @module
 */

import type { DocumentSink, LiveHandle, Publishable } from "../../src/ddp/live/live-source.ts";
import { equals } from "../../src/ddp/protocol/ejson/equals.ts";
import type { Fields } from "../../src/ddp/protocol/fields.ts";

type Matches = (fields: Fields) => boolean;

interface Query {
  readonly sink: DocumentSink;
  readonly matches: Matches;
}

export class Documents {
  readonly collection: string;
  readonly #documents = new Map<string, Fields>();
  readonly #queries = new Set<Query>();
  #gate: Promise<unknown> | undefined;

  constructor(collection: string, documents: Readonly<Record<string, Fields>> = {}) {
    this.collection = collection;
    for (const [id, fields] of Object.entries(documents)) this.put(id, fields);
  }

  /** How many queries run. */
  get queries(): number {
    return this.#queries.size;
  }

  /** Queries deliver first once that has resolved. */
  hold(gate: Promise<unknown> | undefined): void {
    this.#gate = gate;
  }

  /** Those that match; all by default. */
  find(matches: Matches = () => true): Publishable {
    return {
      collection: this.collection,
      observe: (sink) => this.#observe({ sink, matches }),
    };
  }

  /** Inserts the document, or gives it other fields. */
  put(id: string, fields: Fields): void {
    const before = this.#documents.get(id);
    const after = Object.freeze({ ...fields });
    this.#documents.set(id, after);
    const changes = before && Object.freeze(changesOf(before, after));
    for (const { sink, matches } of this.#queries) {
      const [did, does] = [before !== undefined && matches(before), matches(after)];
      if (does && !did) sink.added(id, after);
      else if (did && !does) sink.removed(id);
      else if (does && changes && Object.keys(changes).length > 0) sink.changed(id, changes, after);
    }
  }

  remove(id: string): void {
    const before = this.#documents.get(id);
    if (!before) return;
    this.#documents.delete(id);
    for (const { sink, matches } of this.#queries) if (matches(before)) sink.removed(id);
  }

  /** Ends all queries because of this. */
  fail(error: unknown): void {
    for (const { sink } of this.#queries) sink.failed(error);
    this.#queries.clear();
  }

  /** The documents that match, by id. */
  all(matches: Matches = () => true): Record<string, Fields> {
    return Object.fromEntries([...this.#documents].filter(([, fields]) => matches(fields)));
  }

  async #observe(query: Query): Promise<LiveHandle> {
    if (this.#gate) await this.#gate;
    for (const [id, fields] of this.#documents) {
      if (query.matches(fields)) query.sink.added(id, fields);
    }
    this.#queries.add(query);
    return { stop: () => void this.#queries.delete(query) };
  }
}

function changesOf(before: Fields, after: Fields): Fields {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const different = [...names].filter((name) => !equals(before[name], after[name]));
  return Object.fromEntries(different.map((name) => [name, after[name]]));
}
