/**
 * The messages of a client, one after the other.
 *
 * @module
 */

import { Deque } from "../../../util/deque.ts";

/** Handles a message. The next one begins when it resolves, or has called `unblock`. It never rejects. */
export type Task = (unblock: () => void) => Promise<void>;

export class MessageQueue {
  readonly #tasks = new Deque<Task>();
  #isRunning = false;
  #isClosed = false;

  /** How many wait. */
  get length(): number {
    return this.#tasks.length;
  }

  push(task: Task): void {
    if (this.#isClosed) return;
    this.#tasks.push(task);
    if (!this.#isRunning) this.#next();
  }

  /** Nothing more begins. */
  close(): void {
    this.#isClosed = true;
  }

  #next(): void {
    const task = this.#isClosed ? undefined : this.#tasks.shift();
    this.#isRunning = task !== undefined;
    if (!task) return;
    let isUnblocked = false;
    const unblock = (): void => {
      if (isUnblocked) return;
      isUnblocked = true;
      this.#next();
    };
    void task(unblock).then(unblock);
  }
}
