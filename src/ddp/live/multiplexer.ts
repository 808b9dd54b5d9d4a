/**
 * Live queries that run once however many observe them.
 *
 * @module
 */

import type { DocumentSink, LiveHandle } from "./live-source.ts";
import { SharedQuery } from "./shared-query.ts";

/** Begins a live query. Resolves when what matches at first has been delivered. */
export type StartQuery = (sink: DocumentSink) => Promise<LiveHandle>;

/**
 * For sources of documents: observers of the same query share one run of it. Whoever joins gets the documents as they are then and
 * every change after that, each once, in the order in which the query delivers them; in the midst of a delivery too. The objects
 * with the fields are the same ones for all.
 */
export class Multiplexer {
  readonly #queries = new Map<string, SharedQuery>();

  /** How many queries run. */
  get size(): number {
    return this.#queries.size;
  }

  /**
   * Observes the query of that key: starts it when it doesn't run. It is stopped when the last of its observers has stopped. A sink
   * that throws has failed: it is told so, and the others go on.
   *
   * @throws what `start` throws or rejects with (as a rejection), for all that wait for it; the next one starts it again.
   */
  observe(key: string, start: StartQuery, sink: DocumentSink): Promise<LiveHandle> {
    let query = this.#queries.get(key);
    if (!query) {
      query = new SharedQuery((ended) => {
        if (this.#queries.get(key) === ended) this.#queries.delete(key);
      });
      this.#queries.set(key, query);
      query.start(start);
    }
    return query.join(sink);
  }
}
