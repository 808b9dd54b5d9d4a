/**
 * A promise with its resolver, as `Promise.withResolvers` makes it (which Node 20 lacks).
 *
 * @module
 */

import { quiet } from "./quiet.ts";

let lastResolve: (value: unknown) => void;

/** One function for all of them, rather than a closure for each. */
function capture(resolve: (value: unknown) => void): void {
  lastResolve = resolve;
}

export class Deferred<T> {
  readonly promise: Promise<T> = new Promise(capture as never);
  readonly resolve: (value: T | PromiseLike<T>) => void = lastResolve;

  /** (The platform's own function for it would be one more to hold, for what happens once at most.) */
  reject(reason: unknown): void {
    this.resolve(quiet(Promise.reject(reason)));
  }
}
