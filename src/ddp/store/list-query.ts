/**
 * A live query whose documents are in an order.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import { differences } from "./changes.ts";
import { diffLists } from "./diff-lists.ts";
import { matching } from "./entry.ts";
import type { Entries, Entry } from "./entry.ts";
import type { LiveQuery } from "./live-queries.ts";
import { keysOf } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { Observer } from "./types.ts";

export class ListQuery<T extends Document> implements LiveQuery {
  readonly keys: readonly string[] | undefined;
  readonly #entries: Entries<T>;
  readonly #plan: Plan;
  readonly #observer: Observer<T>;
  /** Whether only a part of those that match is told of. */
  readonly #isWindow: boolean;
  readonly #known = new Map<string, Entry<T>>();
  /** All that match, in order. */
  #list: Entry<T>[] = [];
  /** Those that were told of, when that isn't all. */
  #told: readonly Entry<T>[] | undefined;
  /** The list isn't what is known any more: it was too much to keep it so. */
  #isStale = false;
  #isStopped = false;

  constructor(entries: Entries<T>, plan: Plan, observer: Observer<T>) {
    this.keys = keysOf(plan);
    this.#entries = entries;
    this.#plan = plan;
    this.#observer = observer;
    this.#isWindow = plan.skip > 0 || plan.limit < Infinity;
  }

  /** Tells of the documents that there are. */
  start(): void {
    for (const entry of matching(this.#entries, this.#plan.selector)) {
      this.#known.set(entry.key, entry);
    }
    this.#sort();
    const initial = this.#slice();
    if (this.#isWindow) this.#told = initial;
    for (const [index, entry] of initial.entries()) this.#added(entry, index);
  }

  update(key: string, isOneOfMany: boolean): boolean {
    if (this.#isStopped) return false;
    const before = this.#known.get(key);
    const now = this.#entries.get(key);
    if (before === now) return false;
    const after = now && this.#plan.selector.matches(now.document) ? now : undefined;
    if (!before && !after) return false;
    if (after) this.#known.set(key, after);
    else this.#known.delete(key);
    if (isOneOfMany) this.#isStale = true;
    if (this.#isStale) return true;
    const from = before ? this.#take(before) : -1;
    const to = after ? this.#put(after) : -1;
    if (this.#isWindow) return true;
    this.#tell(before, after, from, to);
    return false;
  }

  /** Of a window, the difference is told once all that was written is known: what has left it may be back. */
  settle(): void {
    if (this.#isStopped) return;
    const before = this.#told ?? this.#list;
    if (this.#isStale) this.#sort();
    const now = this.#slice();
    if (this.#isWindow) this.#told = now;
    diffLists(before, now, {
      added: (entry, index) => this.#added(entry, index),
      changed: (entry, before, index) => this.#changed(entry, before, index),
      moved: (entry, from, to) => this.#moved(entry, from, to),
      removed: (entry, index) => this.#removed(entry, index),
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#known.clear();
    this.#list = [];
    this.#told = undefined;
  }

  #tell(before: Entry<T> | undefined, after: Entry<T> | undefined, from: number, to: number): void {
    if (!after) this.#removed(before as Entry<T>, from);
    else if (!before) this.#added(after, to);
    else {
      this.#changed(after, before, from);
      if (from !== to) this.#moved(after, from, to);
    }
  }

  #added(entry: Entry<T>, index: number): void {
    if (!this.#isStopped) this.#observer.addedAt?.(this.#project(entry), index);
  }

  #changed(entry: Entry<T>, before: Entry<T>, index: number): void {
    if (this.#isStopped || !this.#observer.changedAt) return;
    const [document, old] = [this.#project(entry), this.#project(before)];
    if (differences(old, document)) {
      this.#observer.changedAt(document, old, index);
    }
  }

  #moved(entry: Entry<T>, from: number, to: number): void {
    if (!this.#isStopped) this.#observer.movedTo?.(this.#project(entry), from, to);
  }

  #removed(entry: Entry<T>, index: number): void {
    if (!this.#isStopped) this.#observer.removedAt?.(this.#project(entry), index);
  }

  #project({ document }: Entry<T>): T {
    const { project } = this.#plan;
    return project ? project(document) : document;
  }

  #sort(): void {
    this.#list = Array.from(this.#known.values()).sort((a, b) => this.#compare(a, b));
    this.#isStale = false;
  }

  #slice(): readonly Entry<T>[] {
    const { skip, limit } = this.#plan;
    return this.#list.slice(skip, skip + limit);
  }

  #take(entry: Entry<T>): number {
    const index = this.#indexOf(entry);
    this.#list.splice(index, 1);
    return index;
  }

  #put(entry: Entry<T>): number {
    const index = this.#indexOf(entry);
    this.#list.splice(index, 0, entry);
    return index;
  }

  /** Where it is, or would be. */
  #indexOf(entry: Entry<T>): number {
    let [low, high] = [0, this.#list.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#list[middle] as Entry<T>, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** No two are equal: of those that the sort leaves so, the one that was inserted first comes first. */
  #compare(a: Entry<T>, b: Entry<T>): number {
    const order = this.#plan.sort?.(a.document, b.document);
    return order || a.sequence - b.sequence;
  }
}
