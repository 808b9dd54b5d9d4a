/**
 * One of those that publish documents into a collection: a live query, or the publication itself by hand.
 *
 * @module
 */

import type { Fields } from "../../../protocol/fields.ts";
import type { CollectionView } from "./collection-view.ts";

export class Source {
  /** What it publishes, by the text of the id. Views keep it; objects that live queries delivered are other sessions' too. */
  readonly documents: Map<string, Fields> = new Map();
  /** Whether it is a live query, whose objects other sessions get too. */
  readonly isShared: boolean;
  readonly #view: CollectionView;

  constructor(view: CollectionView, isShared: boolean) {
    this.#view = view;
    this.isShared = isShared;
  }

  /** For views: it has the document from now on. */
  keep(id: string, fields: Fields): void {
    if (!this.documents.has(id)) this.#view.holders?.add(id, this);
    this.documents.set(id, fields);
  }

  /** For views: it has the document no longer. Whether it had. */
  drop(id: string): boolean {
    const had = this.documents.delete(id);
    if (had) this.#view.holders?.delete(id, this);
    return had;
  }

  /** Once more for the same document is a change. */
  added(id: string, fields: Fields): void {
    this.#view.added(this, id, fields);
  }

  /**
   * `fields`: all that the document has now, from live queries, which report real changes only. What hasn't been added is ignored,
   * where that is known.
   */
  changed(id: string, changes: Fields, fields?: Fields): void {
    this.#view.changed(this, id, changes, fields);
  }

  removed(id: string): void {
    this.#view.removed(this, id);
  }

  /** `before`: the id of the next one, `null` at the end. Once more for the same document changes and moves it. */
  addedBefore(id: string, fields: Fields, before: string | null): void {
    this.#view.addedBefore(this, id, fields, before);
  }

  movedBefore(id: string, before: string | null): void {
    this.#view.movedBefore(this, id, before);
  }

  /** Takes back all that it has published. */
  close(): void {
    this.#view.close(this);
  }
}
