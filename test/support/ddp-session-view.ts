/**
 * A view of a session without a session: what it says is kept.
 *
 * @module
 */

import type { Fields } from "../../src/ddp/protocol/fields.ts";
import type { DataOutput } from "../../src/ddp/server/publications/merge-box/data-output.ts";
import { SessionView } from "../../src/ddp/server/publications/merge-box/session-view.ts";
import type { Source } from "../../src/ddp/server/publications/merge-box/source.ts";
import { Strategies } from "../../src/ddp/server/publications/merge-box/strategies.ts";

/** `["added", id, fields]`, or `changed`, or `["removed", id]`; those of another collection than `c` begin with its name. */
export type Said = readonly [string, ...unknown[]];

export class RecordedView implements DataOutput {
  readonly strategies = new Strategies();
  readonly view: SessionView = new SessionView(this, this.strategies);
  readonly #sources = new Map<string, Source>();
  readonly #said: Said[] = [];

  /** A subscription by hand, as publishing into `collection`. */
  source(name: string, collection = "c"): Source {
    const key = `${name} ${collection}`;
    const source = this.#sources.get(key) ?? this.view.open(collection, false);
    this.#sources.set(key, source);
    return source;
  }

  /** It has ended; what is published under its name now is another one. */
  close(name: string, collection = "c"): void {
    this.source(name, collection).close();
    this.#sources.delete(`${name} ${collection}`);
  }

  /** What is published from now on comes from others than before. */
  forgetSources(): void {
    this.#sources.clear();
  }

  /** What was said since the last time. */
  drain(): Said[] {
    return this.#said.splice(0);
  }

  added(collection: string, id: string, fields: Fields): void {
    this.#say(collection, ["added", id, fields]);
  }

  changed(collection: string, id: string, changes: Fields): void {
    this.#say(collection, ["changed", id, changes]);
  }

  removed(collection: string, id: string): void {
    this.#say(collection, ["removed", id]);
  }

  addedBefore(collection: string, id: string, fields: Fields, before: string | null): void {
    this.#say(collection, ["addedBefore", id, fields, before]);
  }

  movedBefore(collection: string, id: string, before: string | null): void {
    this.#say(collection, ["movedBefore", id, before]);
  }

  #say(collection: string, said: Said): void {
    this.#said.push(collection === "c" ? said : [collection, ...said]);
  }
}
