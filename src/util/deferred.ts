/**
 * A promise with its resolvers, as `Promise.withResolvers` makes it (which Node 20 lacks).
 *
 * @module
 */

type Resolve = (value: unknown) => void;
type Reject = (reason: unknown) => void;

let lastResolve: Resolve;
let lastReject: Reject;

/** One function for all of them, rather than a closure for each. */
function capture(resolve: Resolve, reject: Reject): void {
  lastResolve = resolve;
  lastReject = reject;
}

export class Deferred<T> {
  readonly promise: Promise<T> = new Promise(capture as never);
  readonly resolve: (value: T | PromiseLike<T>) => void = lastResolve;
  readonly reject: Reject = lastReject;
}
