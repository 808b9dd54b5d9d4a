/**
 * Documents in memory. Both a client's local collections and a server's collections in memory stand on it.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import type { DocumentId } from "../protocol/document-id.ts";
import { idStringify } from "../protocol/document-id.ts";
import { secureRandom } from "../protocol/random/random.ts";
import { invalidQuery } from "../query/invalid.ts";
import { modify } from "../query/modifier.ts";
import { findPosition } from "../query/modifiers/positions.ts";
import { compileSelector, isDocumentId } from "../query/selector.ts";
import { upsertDocument } from "../query/modifiers/upsert.ts";
import { copyFields } from "../query/values.ts";
import { matching } from "./entry.ts";
import type { Entry } from "./entry.ts";
import { LiveQueries } from "./live-queries.ts";
import { compilePlan } from "./plan.ts";
import { StoreCursor } from "./store-cursor.ts";
import type { FindOptions, Modifier, Selector, UpdateOptions, UpdateResult } from "./types.ts";

/** How to update a store. */
export interface StoreUpdateOptions extends UpdateOptions {
  /** Makes the id of a document that an upsert inserts, when nothing else gives one. Default: one at random. */
  readonly insertedId?: (() => DocumentId) | undefined;
}

/** How a store is to be. */
export interface DocumentStoreOptions {
  /** Gets what observers throw. Default: the write throws the first of it, once everybody was told. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * All is synchronous: observers have been told when a write returns. A document that is changed becomes another object; nobody
 * changes those that are in the store.
 */
export class DocumentStore<T extends Document = Document> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #queries: LiveQueries;
  #sequence = 0;
  /** Called before each change of a document; `before` is `undefined` when there is none yet. It must not write. */
  onWrite: ((id: DocumentId, before: T | undefined) => void) | undefined = undefined;

  constructor(options: DocumentStoreOptions = {}) {
    this.#queries = new LiveQueries(options.onError);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(id: DocumentId): boolean {
    return this.#entries.has(idStringify(id));
  }

  get(id: DocumentId): T | undefined {
    return this.#entries.get(idStringify(id))?.document;
  }

  *values(): IterableIterator<T> {
    for (const { document } of this.#entries.values()) yield document;
  }

  /**
   * Without a selector, all documents; but none for one that is `undefined`: somebody may have forgotten to fill it in.
   *
   * @throws DdpError for a query that can't be done.
   */
  find(...query: [selector?: Selector<T> | null, options?: FindOptions]): StoreCursor<T> {
    const [selector, options = {}] = query.length === 0 ? [{}] : query;
    return new StoreCursor(this.#entries, this.#queries, compilePlan(selector, options));
  }

  /**
   * Inserts a copy of the document.
   *
   * @throws DdpError (409) when there is one with this id, and for what a document can't hold.
   */
  insert(document: T): void {
    if (!isDocumentId(document._id)) throw invalidQuery("a document needs an _id");
    if (this.has(document._id)) throw invalidQuery("there is a document with this _id already");
    this.set(copyFields(document) as unknown as T);
  }

  /**
   * Changes the first document that matches, or all; when one of them can't be changed, none is.
   *
   * @throws DdpError (409) for a modifier that can't be done.
   */
  update(
    selector: Selector<T> | null | undefined,
    modifier: Modifier,
    options: StoreUpdateOptions = {},
  ): UpdateResult {
    const compiled = compileSelector(selector);
    const changed: T[] = [];
    for (const { document } of matching(this.#entries, compiled)) {
      const positionIn = (path: string) => findPosition(selector, document, path);
      changed.push(modify(document, modifier, { positionIn }));
      if (options.multi !== true) break;
    }
    if (changed.length === 0 && options.upsert === true) {
      return this.#upsert(selector, modifier, options);
    }
    this.batch(() => {
      for (const document of changed) this.set(document);
    });
    return { count: changed.length, insertedId: undefined };
  }

  #upsert(selector: unknown, modifier: Modifier, options: StoreUpdateOptions): UpdateResult {
    const makeId = options.insertedId ?? ((): DocumentId => secureRandom.id());
    const document = upsertDocument(selector, modifier, makeId) as unknown as T;
    this.insert(document);
    return { count: 1, insertedId: document._id };
  }

  /** Removes all that match; returns how many. */
  remove(selector: Selector<T> | null | undefined): number {
    const found = Array.from(matching(this.#entries, compileSelector(selector)));
    this.batch(() => {
      for (const { document } of found) this.delete(document._id);
    });
    return found.length;
  }

  /** Puts the document in the place of whatever there is with its id. It isn't copied: nobody changes it afterwards. */
  set(document: T): void {
    const key = idStringify(document._id);
    const before = this.#entries.get(key);
    this.onWrite?.(document._id, before?.document);
    const sequence = before ? before.sequence : this.#sequence++;
    this.#entries.set(key, { key, sequence, document });
    this.#queries.wrote(key, before?.document, document);
  }

  /** Says whether there was one. */
  delete(id: DocumentId): boolean {
    const key = idStringify(id);
    const before = this.#entries.get(key);
    if (!before) return false;
    this.onWrite?.(id, before.document);
    this.#entries.delete(key);
    this.#queries.wrote(key, before.document, undefined);
    return true;
  }

  /** Observers are told of what `run` writes once it has returned, and only of what is different then. */
  batch<R>(run: () => R): R {
    return this.#queries.batch(run);
  }
}
