/**
 * A collection that is published without merging: what subscriptions say is passed on as it is.
 *
 * @module
 */

import type { Fields } from "../../../protocol/fields.ts";
import { CollectionView } from "./collection-view.ts";
import type { DataOutput } from "./data-output.ts";
import type { Source } from "./source.ts";
import type { PublicationStrategy } from "./strategies.ts";

/** Ids are what is remembered, if anything. */
const NOTHING: Fields = {};

export class PassingCollection extends CollectionView {
  readonly #output: DataOutput;
  readonly #counts: boolean;
  readonly #remembers: boolean;
  /** What the client has from before another user has logged in. */
  #before: CollectionView | undefined;

  constructor(
    collection: string,
    strategy: Exclude<PublicationStrategy, "SERVER_MERGE">,
    output: DataOutput,
    before: CollectionView | undefined,
  ) {
    super(collection);
    this.#output = output;
    this.#counts = strategy === "NO_MERGE_MULTI";
    this.#remembers = strategy !== "NO_MERGE_NO_HISTORY";
    this.#before = before;
  }

  added(source: Source, id: string, fields: Fields): void {
    const isKnown = this.#counts && (this.holder(id) ?? this.#before?.holder(id)) !== undefined;
    if (!isKnown) this.#output.added(this.collection, id, fields, source.isShared);
    else if (Object.keys(fields).length > 0) this.#pass(source, id, fields);
    if (this.#remembers) source.documents.set(id, NOTHING);
  }

  changed(source: Source, id: string, changes: Fields): void {
    if (!this.#remembers || source.documents.has(id)) this.#pass(source, id, changes);
  }

  removed(source: Source, id: string): void {
    if (this.#remembers && !source.documents.delete(id)) return;
    // (What the client has from before is removed in the end, once.)
    if (this.#before?.holder(id) || (this.#counts && this.holder(id))) return;
    this.#output.removed(this.collection, id, source.isShared);
  }

  visible(): undefined {
    return undefined;
  }

  replace(before: CollectionView | undefined): void {
    this.#before = undefined;
    // (Without a history it can't be said which documents have been added again.)
    if (!this.#remembers) return;
    for (const id of before?.ids() ?? []) {
      if (!this.holder(id)) this.#output.removed(this.collection, id, false);
    }
  }

  #pass(source: Source, id: string, changes: Fields): void {
    this.#output.changed(this.collection, id, changes, source.isShared);
  }
}
