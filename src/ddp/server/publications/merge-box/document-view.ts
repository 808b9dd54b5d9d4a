/**
 * A document that several sources publish: which of them the client sees each field of.
 *
 * @module
 */

import { equals } from "../../../protocol/ejson/equals.ts";
import { getField, setField } from "../../../protocol/fields.ts";
import type { Fields, MutableFields } from "../../../protocol/fields.ts";
import type { Source } from "./source.ts";

/** It holds no values: those are the sources'. Each call returns what changes for the client, perhaps nothing. */
export class DocumentView {
  readonly #id: string;
  /** By field, those that have it, in the order in which they first had: the client sees that of the first. */
  readonly #holders = new Map<string, Source[]>();
  #sources = 1;

  constructor(id: string, first: Source) {
    this.#id = id;
    for (const name of definedNames(this.#fieldsOf(first))) this.#holders.set(name, [first]);
  }

  /** Whether there is more than one source. */
  get isShared(): boolean {
    return this.#sources > 1;
  }

  add(source: Source, fields: Fields): Fields {
    const changes: MutableFields = {};
    this.#sources++;
    for (const name of definedNames(fields)) {
      if (this.#hold(source, name)) setField(changes, name, fields[name]);
    }
    source.keep(this.#id, fields);
    return changes;
  }

  /** `after`: all fields of the source's document. */
  change(source: Source, changes: Fields, after: Fields): Fields {
    const visible: MutableFields = {};
    const before = this.#fieldsOf(source);
    for (const name of Object.keys(changes)) {
      const [old, value] = [getField(before, name), changes[name]];
      if (value === undefined) this.#clear(source, name, visible);
      else if (old === undefined ? this.#hold(source, name) : this.#shows(source, name)) {
        if (!equals(old, value)) setField(visible, name, value);
      }
    }
    source.documents.set(this.#id, after);
    return visible;
  }

  remove(source: Source): Fields {
    const visible: MutableFields = {};
    this.#sources--;
    for (const name of definedNames(this.#fieldsOf(source))) this.#clear(source, name, visible);
    source.drop(this.#id);
    return visible;
  }

  /** The document as the client sees it. */
  fields(): Fields {
    const fields: MutableFields = {};
    for (const [name, [first]] of this.#holders) {
      if (first) setField(fields, name, this.#value(first, name));
    }
    return fields;
  }

  /** Whether the client sees it at once. */
  #hold(source: Source, name: string): boolean {
    const holders = this.#holders.get(name);
    if (holders) holders.push(source);
    else this.#holders.set(name, [source]);
    return holders === undefined;
  }

  #shows(source: Source, name: string): boolean {
    return this.#holders.get(name)?.[0] === source;
  }

  #clear(source: Source, name: string, visible: MutableFields): void {
    const holders = this.#holders.get(name) ?? [];
    const at = holders.indexOf(source);
    if (at < 0) return;
    holders.splice(at, 1);
    const [next] = holders;
    if (!next) {
      this.#holders.delete(name);
      setField(visible, name, undefined);
    } else if (at === 0) {
      const value = this.#value(next, name);
      if (!equals(this.#value(source, name), value)) setField(visible, name, value);
    }
  }

  #value(source: Source, name: string): unknown {
    return getField(this.#fieldsOf(source), name);
  }

  #fieldsOf(source: Source): Fields {
    return source.documents.get(this.#id) ?? {};
  }
}

function definedNames(fields: Fields): string[] {
  return Object.keys(fields).filter((name) => fields[name] !== undefined);
}
