/**
 * All documents here, with what stubs have changed.
 *
 * @module
 */

import type { DataMessage } from "../protocol/messages.ts";
import { LocalDocuments } from "./local-documents.ts";
import type { Snapshot } from "./local-documents.ts";

export class Replica {
  readonly #onError: (error: unknown) => void;
  readonly #collections = new Map<string, LocalDocuments>();
  /** By call: the documents that its stub has changed. */
  readonly #written = new Map<string, Set<Snapshot>>();

  /** `onError` gets what observers throw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Made when first asked for, by the application or the server. */
  collection(name: string): LocalDocuments {
    let documents = this.#collections.get(name);
    if (!documents) {
      documents = new LocalDocuments(name, this.#onError);
      this.#collections.set(name, documents);
    }
    return documents;
  }

  receive(message: DataMessage): void {
    this.collection(message.collection).receive(message);
  }

  /** The server begins from nothing. */
  reset(): void {
    for (const documents of this.#collections.values()) documents.reset();
  }

  /** Shows what has come, and what the server has made of these calls, at once. */
  show(calls: readonly string[] = []): void {
    const dirty = new Set<LocalDocuments>();
    for (const documents of this.#collections.values()) {
      if (documents.isDirty) dirty.add(documents);
    }
    this.#releaseWith(calls, dirty);
  }

  /** Shows what the server has in place of what the calls' stubs have changed; nothing that has come since. */
  release(calls: readonly string[]): void {
    this.#releaseWith(calls, new Set());
  }

  /** Runs a write of a call's stub. */
  write<R>(call: string, documents: LocalDocuments, run: () => R): R {
    const { store } = documents;
    const { onWrite } = store;
    store.onWrite = (id, before) => this.#keep(call, documents.keep(call, id, before));
    try {
      return run();
    } finally {
      store.onWrite = onWrite;
    }
  }

  /** The calls whose stubs have changed what is shown, the first one first. */
  writers(): IterableIterator<string> {
    return this.#written.keys();
  }

  #keep(call: string, snapshot: Snapshot): void {
    let snapshots = this.#written.get(call);
    if (!snapshots) {
      snapshots = new Set();
      this.#written.set(call, snapshots);
    }
    snapshots.add(snapshot);
  }

  #releaseWith(calls: readonly string[], dirty: ReadonlySet<LocalDocuments>): void {
    const touched = new Set(dirty);
    for (const call of calls) {
      for (const { documents } of this.#written.get(call) ?? []) touched.add(documents);
    }
    if (touched.size === 0) return;
    inOneBatch(Array.from(touched), () => {
      for (const documents of dirty) documents.show();
      for (const call of calls) this.#releaseOne(call);
    });
  }

  #releaseOne(call: string): void {
    for (const snapshot of this.#written.get(call) ?? []) {
      snapshot.documents.release(call, snapshot);
    }
    this.#written.delete(call);
  }
}

/** Observers are told when all have changed. */
function inOneBatch(collections: readonly LocalDocuments[], run: () => void): void {
  const [first, ...others] = collections;
  if (first) first.store.batch(() => inOneBatch(others, run));
  else run();
}
