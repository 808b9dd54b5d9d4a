/**
 * A collection that is published without merging: what subscriptions say is passed on as it is.
 *
 * @module
 */

import { StateError } from "../../../../errors.ts";
import type { Fields } from "../../../protocol/fields.ts";
import { CollectionView } from "./collection-view.ts";
import type { DataOutput } from "./data-output.ts";
import type { Source } from "./source.ts";
import type { PublicationStrategy } from "./strategies.ts";

/** Ids are what is remembered, if anything. */
const NOTHING: Fields = {};

/** `ORDERED`: documents have places, and are counted as in `NO_MERGE_MULTI`. */
type PassingStrategy = Exclude<PublicationStrategy, "SERVER_MERGE"> | "ORDERED";

export class PassingCollection extends CollectionView {
  readonly #output: DataOutput;
  readonly #isOrdered: boolean;
  readonly #counts: boolean;
  readonly #remembers: boolean;
  /** What the client has from before another user has logged in. */
  #before: CollectionView | undefined;

  constructor(
    collection: string,
    strategy: PassingStrategy,
    output: DataOutput,
    before: CollectionView | undefined,
  ) {
    super(collection);
    this.#output = output;
    this.#isOrdered = strategy === "ORDERED";
    this.#counts = this.#isOrdered || strategy === "NO_MERGE_MULTI";
    this.#remembers = strategy !== "NO_MERGE_NO_HISTORY";
    this.#before = before;
  }

  /** @throws StateError where documents have an order. */
  added(source: Source, id: string, fields: Fields): void {
    if (this.#isOrdered) throw new StateError(`${this.collection} is published in an order`);
    if (this.#counts && this.#isKnown(id)) this.#pass(source, id, fields);
    else this.#output.added(this.collection, id, fields, source.isShared);
    if (this.#remembers) source.keep(id, NOTHING);
  }

  override addedBefore(source: Source, id: string, fields: Fields, before: string | null): void {
    if (!this.#isOrdered) return super.addedBefore(source, id, fields, before);
    if (this.#isKnown(id)) {
      this.#pass(source, id, fields);
      this.#output.movedBefore(this.collection, id, before);
    } else this.#output.addedBefore(this.collection, id, fields, before);
    source.keep(id, NOTHING);
  }

  override movedBefore(source: Source, id: string, before: string | null): void {
    if (!this.#isOrdered) return super.movedBefore(source, id, before);
    if (source.documents.has(id)) this.#output.movedBefore(this.collection, id, before);
  }

  changed(source: Source, id: string, changes: Fields): void {
    if (!this.#remembers || source.documents.has(id)) this.#pass(source, id, changes);
  }

  removed(source: Source, id: string): void {
    if (this.#remembers && !source.drop(id)) return;
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

  /** Whether the client has it. */
  #isKnown(id: string): boolean {
    return (this.holder(id) ?? this.#before?.holder(id)) !== undefined;
  }

  #pass(source: Source, id: string, changes: Fields): void {
    if (Object.keys(changes).length === 0) return;
    this.#output.changed(this.collection, id, changes, source.isShared);
  }
}
