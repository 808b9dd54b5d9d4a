/**
 * The messages of a client, one after the other.
 *
 * @module
 */

import { Deque } from "../../../util/deque.ts";

/** Handles a message. The next one begins when it resolves, or has called `unblock`. It never rejects. */
export type Task = (unblock: () => void) => Promise<void>;

export class MessageQueue {
  /** Made when one has to wait: few clients do. */
  #tasks: Deque<Task> | undefined;
  readonly #onShift: () => void;
  /** A task runs that has not unblocked. */
  #isBlocked = false;
  #isPumping = false;
  #isClosed = false;

  /** `onShift` is called when fewer wait than before. */
  constructor(onShift: () => void = () => {}) {
    this.#onShift = onShift;
  }

  /** How many wait. */
  get length(): number {
    return this.#isClosed ? 0 : (this.#tasks?.length ?? 0);
  }

  push(task: Task): void {
    if (this.#isClosed) return;
    if (this.#isBlocked || this.#isPumping) (this.#tasks ??= new Deque()).push(task);
    else this.#pump(task);
  }

  /** Nothing more begins. */
  close(): void {
    this.#isClosed = true;
    this.#onShift();
  }

  /** (A loop: thousands of tasks may unblock at once, each within the one before.) */
  #pump(first?: Task): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    let next = first;
    while (!this.#isBlocked && !this.#isClosed) {
      const task = next ?? this.#tasks?.shift();
      next = undefined;
      if (!task) break;
      this.#run(task);
      this.#onShift();
    }
    this.#isPumping = false;
  }

  #run(task: Task): void {
    this.#isBlocked = true;
    let isUnblocked = false;
    const unblock = (): void => {
      if (isUnblocked) return;
      isUnblocked = true;
      this.#isBlocked = false;
      this.#pump();
    };
    void task(unblock).then(unblock);
  }
}
