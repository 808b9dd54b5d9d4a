/**
 * The documents of a live query as they were delivered last, and what is different now.
 *
 * @module
 */

import type { DocumentSink } from "../../live/live-source.ts";
import { equals } from "../../protocol/ejson/equals.ts";
import { getField, setField } from "../../protocol/fields.ts";
import type { Fields, MutableFields } from "../../protocol/fields.ts";
import type { Row } from "../table/rows.ts";

export class DeliveredDocuments {
  readonly #rows = new Map<string, Row>();
  readonly #sink: DocumentSink;

  constructor(sink: DocumentSink) {
    this.#sink = sink;
  }

  get size(): number {
    return this.#rows.size;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  /** These are all that there are now. */
  replaceAll(rows: readonly Row[]): void {
    const keys = new Set(rows.map(({ key }) => key));
    for (const key of this.#rows.keys()) if (!keys.has(key)) this.#remove(key);
    for (const row of rows) this.#put(row);
  }

  /** Of those with these keys, these are there now. */
  replace(keys: Iterable<string>, rows: readonly Row[]): void {
    const there = new Set(rows.map(({ key }) => key));
    for (const key of keys) if (!there.has(key)) this.#remove(key);
    for (const row of rows) this.#put(row);
  }

  #remove(key: string): void {
    const row = this.#rows.get(key);
    if (!row) return;
    this.#rows.delete(key);
    this.#sink.removed(row.id);
  }

  #put(row: Row): void {
    const before = this.#rows.get(row.key);
    if (!before) {
      this.#rows.set(row.key, row);
      this.#sink.added(row.id, row.fields);
      return;
    }
    const changes = differences(before.fields, row.fields);
    if (!changes) return;
    this.#rows.set(row.key, row);
    this.#sink.changed(row.id, changes, row.fields);
  }
}

/** `undefined`: there are none. */
function differences(before: Fields, now: Fields): Fields | undefined {
  let changes: MutableFields | undefined;
  for (const name of Object.keys(now)) {
    const value = now[name];
    if (equals(getField(before, name), value)) continue;
    setField((changes ??= {}), name, value);
  }
  // (A column may have been dropped.)
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(now, name)) setField((changes ??= {}), name, undefined);
  }
  return changes;
}
