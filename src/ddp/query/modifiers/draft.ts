/**
 * A document that is being changed: what a path leads through is copied once, the rest is shared with the document as it was.
 *
 * @module
 */

import { isPlainObject, setField } from "../../protocol/fields.ts";
import type { Fields, MutableFields } from "../../protocol/fields.ts";
import { invalidQuery } from "../invalid.ts";
import { child, isIndex, valueAt } from "../path.ts";
import { MAX_DEPTH } from "../../protocol/ejson/depth.ts";
import { checkNull } from "../values.ts";

/** How far past their ends arrays can be set, all together: the gaps are filled with `null`. */
const MAX_GAP = 1000;

/** Makes a new value of the one that was there; `undefined` takes it away. */
type Change = (before: unknown) => unknown;

export class Draft {
  readonly #owned = new Set<unknown>();
  #root: Fields;
  #gaps = 0;

  constructor(document: Fields) {
    this.#root = document;
  }

  get document(): Fields {
    return this.#root;
  }

  /** The value there; `undefined` when there is none. */
  get(names: readonly string[]): unknown {
    return valueAt(this.#root, names);
  }

  /**
   * Changes the value there, and makes the objects on the way to it that are missing.
   *
   * @throws DdpError when something on the way is neither an object nor an array, or an array would grow too far.
   */
  change(names: readonly string[], change: Change): void {
    let holder = this.#ownRoot();
    for (const name of names.slice(0, -1)) {
      this.#checkPlace(holder, name);
      const next = child(holder, name);
      holder = this.#own(next === undefined || next === null ? {} : next, holder, name);
    }
    const last = names.at(-1) as string;
    this.#checkPlace(holder, last);
    put(holder, last, change(child(holder, last)));
  }

  /** The same where there is a value already, and nothing elsewhere. */
  changeExisting(names: readonly string[], change: Change): void {
    if (this.get(names) !== undefined) this.change(names, change);
  }

  #ownRoot(): Holder {
    if (!this.#owned.has(this.#root)) this.#owned.add((this.#root = { ...this.#root }));
    return this.#root;
  }

  #checkPlace(holder: Holder, name: string): void {
    if (!Array.isArray(holder)) return;
    if (!isIndex(name)) throw invalidQuery(`an array has no field ${name}`);
    this.#gaps += Math.max(0, Number(name) - holder.length);
    if (this.#gaps > MAX_GAP) throw invalidQuery("an array can't grow so far");
  }

  #own(value: unknown, holder: Holder, name: string): Holder {
    if (this.#owned.has(value)) return value as Holder;
    if (!Array.isArray(value) && !isPlainObject(value)) {
      throw invalidQuery(`a field can't be set within ${name}, which is no object`);
    }
    const copy = Array.isArray(value) ? value.slice() : { ...value };
    this.#owned.add(copy);
    put(holder, name, copy);
    return copy;
  }
}

type Holder = MutableFields | unknown[];

/** In an array nothing moves: what is taken away leaves `null`. */
function put(holder: Holder, name: string, value: unknown): void {
  if (Array.isArray(holder)) {
    while (holder.length < Number(name)) holder.push(null);
    holder[Number(name)] = value ?? null;
  } else if (value === undefined) delete holder[name];
  else setField(holder, name, value);
}

/**
 * The names of a path that is written to.
 *
 * @throws DdpError for a path that leads nowhere.
 */
export function parsePath(path: string): string[] {
  const names = path.split(".");
  if (names.length > MAX_DEPTH) throw invalidQuery(`documents may be ${MAX_DEPTH} levels deep`);
  for (const name of names) {
    if (name === "") throw invalidQuery("the name of a field to change is empty");
    if (name.startsWith("$")) throw invalidQuery(`the field ${path} can't contain a name with $`);
    checkNull(name);
  }
  return names;
}
