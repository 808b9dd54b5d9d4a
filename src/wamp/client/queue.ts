/**
 * What waits to be read, up to a limit, and its one reader.
 *
 * @module
 */

import { StateError } from "../../errors.ts";
import { Deferred } from "../../util/deferred.ts";
import { Deque } from "../../util/deque.ts";
import { quiet } from "../../util/quiet.ts";

export class Queue<T, Last = undefined> {
  readonly #limit: number;
  readonly #items = new Deque<T>();
  #waiter: Deferred<IteratorResult<T, Last>> | undefined;
  #end: Promise<IteratorResult<T, Last>> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether it had room. */
  push(value: T): boolean {
    if (this.#end) return true;
    if (this.#waiter) this.#settle({ done: false, value });
    else if (this.#items.length >= this.#limit) return false;
    else this.#items.push(value);
    return true;
  }

  /** What waits can still be read; `last` comes after it. */
  end(last: Last): void {
    this.#finish(Promise.resolve({ done: true, value: last }));
  }

  /** What waits can still be read; then comes the error. */
  fail(error: unknown): void {
    this.#finish(quiet(Promise.reject(error)));
  }

  next(): Promise<IteratorResult<T, Last>> {
    if (this.#waiter) return quiet(Promise.reject(new StateError("somebody else reads")));
    if (this.#items.length > 0) {
      return Promise.resolve({ done: false, value: this.#items.shift() as T });
    }
    if (this.#end) return this.#end;
    this.#waiter = new Deferred();
    return quiet(this.#waiter.promise);
  }

  #finish(end: Promise<IteratorResult<T, Last>>): void {
    if (this.#end) return;
    this.#end = end;
    this.#settle(end);
  }

  #settle(result: IteratorResult<T, Last> | Promise<IteratorResult<T, Last>>): void {
    this.#waiter?.resolve(result);
    this.#waiter = undefined;
  }
}
