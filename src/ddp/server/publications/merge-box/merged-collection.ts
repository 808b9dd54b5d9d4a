/**
 * The merge box: a collection in which the client sees the union of what its subscriptions publish.
 *
 * A document that one source publishes, as most are, costs an entry in that source's map and nothing else. Only one that several
 * publish has lists of who comes first.
 *
 * @module
 */

import { encode } from "../../../protocol/ejson/encode.ts";
import { changeFields } from "../../../protocol/fields.ts";
import type { Fields } from "../../../protocol/fields.ts";
import { CollectionView } from "./collection-view.ts";
import { SILENT } from "./data-output.ts";
import type { DataOutput } from "./data-output.ts";
import { difference, realChanges } from "./differences.ts";
import { DocumentView } from "./document-view.ts";
import type { Source } from "./source.ts";

export class MergedCollection extends CollectionView {
  readonly #writer: DataOutput;
  #output: Pick<DataOutput, keyof typeof SILENT>;
  /** Those that several sources publish. */
  #documents: Map<string, DocumentView> | undefined;

  /** `isSilent`: says nothing until it replaces the view before. */
  constructor(collection: string, writer: DataOutput, isSilent: boolean) {
    super(collection);
    this.#writer = writer;
    this.#output = isSilent ? SILENT : writer;
  }

  added(source: Source, id: string, fields: Fields): void {
    if (source.documents.has(id)) return this.changed(source, id, fields);
    const document = this.#documents?.get(id) ?? this.#share(id);
    if (document) return this.#merge(id, fields, () => document.add(source, fields));
    this.#output.added(this.collection, id, fields, source.isShared);
    source.keep(id, fields);
  }

  changed(source: Source, id: string, changes: Fields, fields?: Fields): void {
    const before = source.documents.get(id);
    if (!before) return;
    const after = fields ?? changeFields(before, changes);
    const document = this.#documents?.get(id);
    if (document) return this.#merge(id, changes, () => document.change(source, changes, after));
    const real = fields ? changes : realChanges(before, changes);
    if (!real) return;
    this.#output.changed(this.collection, id, real, source.isShared);
    source.documents.set(id, after);
  }

  removed(source: Source, id: string): void {
    const document = this.#documents?.get(id);
    if (!document) {
      if (!source.drop(id)) return;
      this.#output.removed(this.collection, id, source.isShared);
    } else if (source.documents.has(id)) {
      this.#say(id, document.remove(source));
      if (!document.isShared) this.#documents?.delete(id);
    }
  }

  visible(id: string): Fields | undefined {
    return this.#documents?.get(id)?.fields() ?? this.holder(id)?.documents.get(id);
  }

  replace(before: CollectionView | undefined): void {
    this.#output = this.#writer;
    for (const id of before?.ids() ?? []) {
      if (!this.holder(id)) this.#output.removed(this.collection, id, false);
    }
    for (const id of this.ids()) {
      const fields = this.visible(id) ?? {};
      if (before?.holder(id)) this.#say(id, difference(before.visible(id) ?? {}, fields) ?? {});
      else this.#output.added(this.collection, id, fields, this.#isShared(id));
    }
  }

  /** Lists for a document that one source has, because another one comes. */
  #share(id: string): DocumentView | undefined {
    const holder = this.holder(id);
    if (!holder) return undefined;
    const document = new DocumentView(id, holder);
    (this.#documents ??= new Map()).set(id, document);
    return document;
  }

  /** (What is hidden now may be shown later, when it is too late to refuse it.) */
  #merge(id: string, fields: Fields, merge: () => Fields): void {
    encode(fields);
    this.#say(id, merge());
  }

  #say(id: string, changes: Fields): void {
    if (Object.keys(changes).length === 0) return;
    this.#output.changed(this.collection, id, changes, false);
  }

  #isShared(id: string): boolean {
    return !this.#documents?.has(id) && this.holder(id)?.isShared === true;
  }
}
