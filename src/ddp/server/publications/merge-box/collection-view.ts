/**
 * What a session has published of one collection.
 *
 * @module
 */

import { StateError } from "../../../../errors.ts";
import type { Fields } from "../../../protocol/fields.ts";
import { Holders } from "./holders.ts";
import { Source } from "./source.ts";

/** Up to so many sources are asked one after the other who has a document; more need an index. */
const FEW = 3;

export abstract class CollectionView {
  readonly collection: string;
  readonly #sources = new Set<Source>();
  #holders: Holders | undefined;

  constructor(collection: string) {
    this.collection = collection;
  }

  /** Who has which document, if there are many sources. */
  get holders(): Holders | undefined {
    return this.#holders;
  }

  /** Whether nobody publishes anything here. */
  get isEmpty(): boolean {
    return this.#sources.size === 0;
  }

  open(isShared: boolean): Source {
    const source = new Source(this, isShared);
    this.#sources.add(source);
    if (this.#sources.size > FEW) this.#holders ??= this.#index();
    return source;
  }

  close(source: Source): void {
    for (const id of source.documents.keys()) this.removed(source, id);
    this.#sources.delete(source);
  }

  /** Another source than this one that has the document. */
  holder(id: string, except?: Source): Source | undefined {
    if (this.#holders) return this.#holders.find(id, except);
    for (const source of this.#sources) {
      if (source !== except && source.documents.has(id)) return source;
    }
    return undefined;
  }

  /** The documents whose ids are remembered, each once. */
  ids(): Iterable<string> {
    if (this.#holders) return this.#holders.ids();
    const [first, ...others] = this.#sources;
    if (!first || others.length === 0) return first?.documents.keys() ?? [];
    const ids = new Set(first.documents.keys());
    for (const { documents } of others) for (const id of documents.keys()) ids.add(id);
    return ids;
  }

  #index(): Holders {
    const holders = new Holders();
    for (const source of this.#sources) {
      for (const id of source.documents.keys()) holders.add(id, source);
    }
    return holders;
  }

  /** @throws StateError where documents have no order. */
  addedBefore(source: Source, id: string, fields: Fields, before: string | null): void;
  addedBefore(): void {
    throw new StateError(`${this.collection} is published in no order`);
  }

  /** @throws StateError where documents have no order. */
  movedBefore(source: Source, id: string, before: string | null): void;
  movedBefore(): void {
    throw new StateError(`${this.collection} is published in no order`);
  }

  abstract added(source: Source, id: string, fields: Fields): void;
  abstract changed(source: Source, id: string, changes: Fields, fields?: Fields): void;
  abstract removed(source: Source, id: string): void;

  /** The document as the client has it; `undefined` where there is none, or it isn't remembered. */
  abstract visible(id: string): Fields | undefined;

  /** Comes in place of another view of this collection: says what is different. */
  abstract replace(before: CollectionView | undefined): void;
}
