/**
 * How a measurement ends early.
 *
 * @module
 */

/** The server can't do what is measured, and said so. */
export class Unsupported extends Error {}

/** A promise that only ever rejects, with what its function is told first. */
export class Failure {
  /** @type {(reason: Error) => void} */
  fail = () => {};

  /** @type {Promise<never>} */
  promise = new Promise((_, reject) => (this.fail = reject));

  constructor() {
    // It may come before anyone waits for it.
    this.promise.catch(() => {});
  }

  /**
   * Fails when a connection ends, which none of ours does by itself.
   *
   * @param {import("./socket.mjs").LoadSocket} socket
   */
  watch(socket) {
    socket.onClose = (error) => this.fail(error ?? new Error("the server closed a connection"));
  }
}
