/**
 * Promises that the network may reject.
 *
 * @module
 */

/**
 * Marks a promise as handled and returns it: who awaits it still sees the error, who doesn't gets no unhandled
 * rejection, which would end a Node process because of what a peer did.
 */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
