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

/** What cursors need of their client. */
export interface CursorHost {
  /** Calls back when it is closed: at once, if it is. Returns how to stop that. */
  onClosed(callback: () => void): () => void;
  /** Runs what is no part of the stub that runs right now. */
  outside(run: () => void): void;
}

export class Cursor<T extends Document> implements LocalCursor<T> {
  readonly #query: StoreCursor<T>;
  readonly #host: CursorHost;

  constructor(query: StoreCursor<T>, host: CursorHost) {
    this.#query = query;
    this.#host = host;
  }

  fetch(): T[] {
    return this.#query.fetch();
  }

  count(): number {
    return this.#query.count();
  }

  observe(observer: Observer<T>): LiveHandle {
    const host = this.#host;
    return this.#query.observe({
      addedAt: (...told) => host.outside(() => observer.addedAt?.(...told)),
      changedAt: (...told) => host.outside(() => observer.changedAt?.(...told)),
      movedTo: (...told) => host.outside(() => observer.movedTo?.(...told)),
      removedAt: (...told) => host.outside(() => observer.removedAt?.(...told)),
    });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T[], undefined> {
    const changes = new Latest<undefined>(undefined);
    const states = this.#states(changes);
    return {
      next: () => states.next(),
      // (A generator that waits for a change would end only with the next one.)
      return: () => {
        changes.end();
        return states.return(undefined);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async *#states(changes: Latest<undefined>): AsyncGenerator<T[], undefined, undefined> {
    let isBegun = false;
    const changed = (): void => {
      if (isBegun) changes.set(undefined);
    };
    const observer = { addedAt: changed, changedAt: changed, movedTo: changed, removedAt: changed };
    const handle = this.#query.observe(observer);
    isBegun = true;
    const forget = this.#host.onClosed(() => changes.end());
    try {
      for await (const _ of changes.watch()) yield this.fetch();
    } finally {
      forget();
      handle.stop();
    }
    return undefined;
  }
}
