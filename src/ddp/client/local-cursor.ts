/**
 * Queries over local collections.
 *
 * @module
 */

import { Latest } from "../../util/latest.ts";
import type { Document } from "../live/documents.ts";
import type { LiveHandle } from "../live/live-source.ts";
import type { StoreCursor } from "../store/store-cursor.ts";
import type { Observer } from "../store/types.ts";
import type { LocalCursor } from "./types.ts";

export class Cursor<T extends Document> implements LocalCursor<T> {
  readonly #query: StoreCursor<T>;
  /** Resolves when the client is closed. */
  readonly #closed: Promise<unknown>;

  constructor(query: StoreCursor<T>, closed: Promise<unknown>) {
    this.#query = query;
    this.#closed = closed;
  }

  fetch(): T[] {
    return this.#query.fetch();
  }

  count(): number {
    return this.#query.count();
  }

  observe(observer: Observer<T>): LiveHandle {
    return this.#query.observe(observer);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T[], undefined> {
    return this.#states();
  }

  async *#states(): AsyncGenerator<T[], undefined, undefined> {
    const changes = new Latest<undefined>(undefined);
    let isBegun = false;
    const changed = (): void => {
      if (isBegun) changes.set(undefined);
    };
    const observer = { addedAt: changed, changedAt: changed, movedTo: changed, removedAt: changed };
    const handle = this.#query.observe(observer);
    isBegun = true;
    void this.#closed.then(() => changes.end());
    try {
      for await (const _ of changes.watch()) yield this.fetch();
    } finally {
      handle.stop();
    }
    return undefined;
  }
}
