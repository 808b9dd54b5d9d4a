/**
 * A live query whose documents are told of in no order.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import type { DocumentSink } from "../live/live-source.ts";
import { differences } from "./changes.ts";
import { matching } from "./entry.ts";
import type { Entries } from "./entry.ts";
import type { LiveQuery } from "./live-queries.ts";
import { keysOf, wantedFields } from "./plan.ts";
import type { Plan } from "./plan.ts";

export class SetQuery<T extends Document> implements LiveQuery {
  readonly keys: readonly string[] | undefined;
  readonly #entries: Entries<T>;
  readonly #plan: Plan;
  readonly #sink: DocumentSink;
  /** The documents as they were told of. */
  readonly #known = new Map<string, T>();
  #isStopped = false;

  constructor(entries: Entries<T>, plan: Plan, sink: DocumentSink) {
    this.keys = keysOf(plan);
    this.#entries = entries;
    this.#plan = plan;
    this.#sink = sink;
  }

  /** Tells of the documents that there are. */
  start(): void {
    for (const { key, document } of matching(this.#entries, this.#plan.selector)) {
      this.#known.set(key, document);
    }
    for (const document of Array.from(this.#known.values())) {
      if (!this.#isStopped) this.#sink.added(document._id, wantedFields(this.#plan, document));
    }
  }

  update(key: string): boolean {
    if (this.#isStopped) return false;
    const before = this.#known.get(key);
    const now = this.#entries.get(key)?.document;
    if (before === now) return false;
    const after = now && this.#plan.selector.matches(now) ? now : undefined;
    if (after) this.#known.set(key, after);
    else if (before) this.#known.delete(key);
    this.#tell(before, after);
    return false;
  }

  settle(): void {}

  stop(): void {
    this.#isStopped = true;
    this.#known.clear();
  }

  #tell(before: T | undefined, after: T | undefined): void {
    if (!after) {
      if (before) this.#sink.removed(before._id);
    } else if (!before) this.#sink.added(after._id, wantedFields(this.#plan, after));
    else {
      const fields = wantedFields(this.#plan, after);
      const changes = differences(wantedFields(this.#plan, before), fields);
      if (changes) this.#sink.changed(after._id, changes, fields);
    }
  }
}
