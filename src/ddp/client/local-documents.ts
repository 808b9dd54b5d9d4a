/**
 * The documents of one collection here: as they are shown, and as the server has them where that differs.
 *
 * @module
 */

import { StateError } from "../../errors.ts";
import type { Document } from "../live/documents.ts";
import { idParse, idStringify } from "../protocol/document-id.ts";
import type { DocumentId } from "../protocol/document-id.ts";
import { equals } from "../protocol/ejson/equals.ts";
import { changeFields, setField } from "../protocol/fields.ts";
import type { Fields, MutableFields } from "../protocol/fields.ts";
import type { DataMessage } from "../protocol/messages.ts";
import { ObjectId } from "../protocol/object-id.ts";
import { DocumentStore } from "../store/document-store.ts";
import type { CollectionOptions } from "./types.ts";

/** A document that stubs have changed: what is shown is theirs, until the server has done all that they have simulated. */
export interface Snapshot {
  readonly documents: LocalDocuments;
  readonly id: DocumentId;
  /** What the server has; `undefined`: nothing. */
  server: Document | undefined;
  /** The calls whose stubs have changed it. */
  readonly writers: Set<string>;
}

/** What has come and is not shown yet. */
interface Incoming {
  readonly id: DocumentId;
  readonly document: Document | undefined;
}

export class LocalDocuments {
  readonly name: string;
  /** What is shown. */
  readonly store: DocumentStore;
  #options: CollectionOptions = {};
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #incoming = new Map<string, Incoming>();
  /** Whether the server has begun from nothing, so that only what comes counts. */
  #isReset = false;

  /** `onError` gets what observers throw. */
  constructor(name: string, onError: (error: unknown) => void) {
    this.name = name;
    this.store = new DocumentStore({ onError });
  }

  /** Whether there is anything to show. */
  get isDirty(): boolean {
    return this.#isReset || this.#incoming.size > 0;
  }

  get options(): CollectionOptions {
    return this.#options;
  }

  /** @throws StateError when documents have come, whose ids would be others with these options. */
  configure(options: CollectionOptions): void {
    const { rawIds = false } = this.#options;
    const isEmpty = this.store.size === 0 && this.#incoming.size === 0;
    if ((options.rawIds ?? false) !== rawIds && !isEmpty) {
      throw new StateError(`documents of ${this.name} have come before its options`);
    }
    this.#options = { ...options };
  }

  /** The server begins from nothing. */
  reset(): void {
    this.#incoming.clear();
    this.#isReset = true;
  }

  /** Takes in what the server says; it isn't shown yet. Whatever doesn't fit what is there is read in the way that makes sense. */
  receive(message: DataMessage): void {
    const id = this.#readId(message.id);
    const key = idStringify(id);
    const before = this.#known(key, id);
    switch (message.msg) {
      case "added":
      case "addedBefore":
        return this.#take(key, id, merge(id, before, message.fields));
      case "changed": {
        const merged = merge(id, before, message.fields);
        return this.#take(key, id, without(merged, message.cleared));
      }
      case "removed":
        return this.#take(key, id, undefined);
      default:
        return undefined;
    }
  }

  /** Shows what has come, but for documents that stubs have changed. Called within a batch of the store. */
  show(): void {
    if (this.#isReset) this.#hideRest();
    this.#isReset = false;
    for (const [key, { id, document }] of this.#incoming) {
      const snapshot = this.#snapshots.get(key);
      if (snapshot) snapshot.server = document;
      else this.#put(id, document);
    }
    this.#incoming.clear();
  }

  /** The call's stub is about to change a document. */
  keep(call: string, id: DocumentId, before: Document | undefined): Snapshot {
    const key = idStringify(id);
    let snapshot = this.#snapshots.get(key);
    if (!snapshot) {
      snapshot = { documents: this, id, server: before, writers: new Set() };
      this.#snapshots.set(key, snapshot);
    }
    snapshot.writers.add(call);
    return snapshot;
  }

  /** The call is over: what the server has is shown, unless other stubs have changed the document. */
  release(call: string, snapshot: Snapshot): void {
    snapshot.writers.delete(call);
    if (snapshot.writers.size > 0) return;
    this.#snapshots.delete(idStringify(snapshot.id));
    this.#put(snapshot.id, snapshot.server);
  }

  /** What the server has, as far as it is known. */
  #known(key: string, id: DocumentId): Document | undefined {
    const incoming = this.#incoming.get(key);
    if (incoming) return incoming.document;
    if (this.#isReset) return undefined;
    const snapshot = this.#snapshots.get(key);
    return snapshot ? snapshot.server : this.store.get(id);
  }

  #take(key: string, id: DocumentId, document: Document | undefined): void {
    this.#incoming.set(key, { id, document });
  }

  /** What doesn't come again is gone. */
  #hideRest(): void {
    for (const snapshot of this.#snapshots.values()) snapshot.server = undefined;
    for (const { _id } of Array.from(this.store.values())) {
      const key = idStringify(_id);
      if (!this.#incoming.has(key) && !this.#snapshots.has(key)) this.store.delete(_id);
    }
  }

  #put(id: DocumentId, document: Document | undefined): void {
    if (!document) {
      if (this.store.has(id)) this.store.delete(id);
    } else if (!equals(this.store.get(id), document)) this.store.set(document);
  }

  #readId(text: string): DocumentId {
    const id = this.#options.rawIds === true ? text : idParse(text);
    const isId = typeof id === "string" || typeof id === "number" || id instanceof ObjectId;
    return isId ? id : text;
  }
}

function merge(id: DocumentId, before: Document | undefined, fields: Fields = {}): Document {
  return { ...before, ...fields, _id: id };
}

function without(document: Document, names: readonly string[] = []): Document {
  if (names.length === 0) return document;
  const cleared: MutableFields = {};
  for (const name of names) if (name !== "_id") setField(cleared, name, undefined);
  return changeFields(document as unknown as Fields, cleared) as unknown as Document;
}
