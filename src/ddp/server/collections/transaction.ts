/**
 * Writes that nobody else sees yet.
 *
 * @module
 */

import type { Document } from "../../live/documents.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import { idStringify } from "../../protocol/document-id.ts";
import { invalidQuery } from "../../query/invalid.ts";
import { DocumentStore } from "../../store/document-store.ts";
import type { Selector } from "../../store/types.ts";

/** The collections as one transaction has made them, until it is committed. */
export class Transaction {
  readonly #drafts = new Map<DocumentStore, Draft>();
  #isOver = false;

  /** Code that a transaction has left running may write later: then it is no longer this transaction that does. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What a query or a write with this selector works on, instead of `base`. */
  storeFor(base: DocumentStore, selector: Selector): DocumentStore {
    let draft = this.#drafts.get(base);
    if (!draft) this.#drafts.set(base, (draft = new Draft(base)));
    draft.load(selector);
    return draft.store;
  }

  /**
   * Makes the writes, all at once: whoever observes a collection finds them in all others too. Returns whether there were any. Ends the
   * transaction first: what observers do isn't part of it.
   */
  commit(): boolean {
    const drafts = Array.from(this.#drafts.values()).filter(({ isChanged }) => isChanged);
    const commitFrom = (at: number): void => {
      const draft = drafts[at];
      draft?.commit(() => commitFrom(at + 1));
    };
    this.end();
    commitFrom(0);
    return drafts.length > 0;
  }

  /** The writes that aren't committed never are. */
  end(): void {
    this.#isOver = true;
    this.#drafts.clear();
  }
}

/** What a transaction has seen and written of one collection. Documents are taken over as soon as a selector asks for them. */
class Draft {
  readonly store: DocumentStore = new DocumentStore();
  readonly #base: DocumentStore;
  readonly #loaded = new Set<string>();
  readonly #written = new Map<string, DocumentId>();

  constructor(base: DocumentStore) {
    this.#base = base;
  }

  get isChanged(): boolean {
    return this.#written.size > 0;
  }

  /** Takes over all that match. (Others can't match later, unless they are changed here, and those are taken over then.) */
  load(selector: Selector): void {
    this.store.onWrite = undefined;
    for (const document of this.#base.find(selector).fetch()) {
      const key = idStringify(document._id);
      if (this.#loaded.has(key)) continue;
      this.#loaded.add(key);
      this.store.set(document);
    }
    this.store.onWrite = (id) => this.#write(id);
  }

  #write(id: DocumentId): void {
    const key = idStringify(id);
    // (An insert: what isn't taken over isn't known to the store.)
    if (!this.#loaded.has(key) && this.#base.has(id)) {
      throw invalidQuery("there is a document with this _id already");
    }
    this.#written.set(key, id);
    this.#loaded.add(key);
  }

  /** `then` runs before the observers of this collection are told. */
  commit(then: () => void): void {
    this.#base.batch(() => {
      for (const id of this.#written.values()) {
        const document: Document | undefined = this.store.get(id);
        if (document) this.#base.set(document);
        else this.#base.delete(id);
      }
      then();
    });
  }
}
