/**
 * What waits to be read, up to a limit, and its one reader.
 *
 * @module
 */

import { StateError } from "../../errors.ts";
import { Deferred } from "../../util/deferred.ts";
import { Deque } from "../../util/deque.ts";
import { quiet } from "../../util/quiet.ts";

/** What an item costs beside its data, so that empty ones are not free. */
const ITEM_SIZE = 32;

export class Items<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #drained: () => void;
  readonly #queue = new Deque<{ readonly item: T; readonly size: number }>();
  #size = 0;
  #waiter: Deferred<IteratorResult<T, undefined>> | undefined;
  #end: Promise<IteratorResult<T, undefined>> | undefined;

  /** `drained` is called when all that waited has been read, and more is wanted. */
  constructor(limit: number, drained: () => void) {
    this.#limit = limit;
    this.#drained = drained;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** One always fits that nothing else waits with. */
  fits(size: number): boolean {
    return this.isEmpty || this.#size + size + ITEM_SIZE <= this.#limit;
  }

  push(item: T, size: number): void {
    if (this.#end) return;
    if (this.#waiter) return this.#settle({ done: false, value: item });
    this.#queue.push({ item, size });
    this.#size += size + ITEM_SIZE;
  }

  /** What waits can still be read; then comes the end, or `error`. */
  end(error: unknown): void {
    const end = new Deferred<IteratorResult<T, undefined>>();
    if (error === undefined) end.resolve({ done: true, value: undefined });
    else end.reject(error);
    this.#end = quiet(end.promise);
    this.#settle(this.#end);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.#next() };
  }

  #next(): Promise<IteratorResult<T, undefined>> {
    if (this.#waiter) return Promise.reject(new StateError("somebody else reads already"));
    const first = this.#queue.shift();
    if (first) {
      this.#size -= first.size + ITEM_SIZE;
      return Promise.resolve({ done: false, value: first.item });
    }
    if (this.#end) return this.#end;
    this.#waiter = new Deferred();
    const { promise } = this.#waiter;
    this.#drained();
    return quiet(promise);
  }

  #settle(result: IteratorResult<T, undefined> | PromiseLike<IteratorResult<T, undefined>>): void {
    this.#waiter?.resolve(result);
    this.#waiter = undefined;
  }
}
