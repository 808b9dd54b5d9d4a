/**
 * The messages of a client, one after the other.
 *
 * @module
 */

import { Deque } from "../../../util/deque.ts";
import type { Turn } from "./turn.ts";

/** Handles a message. The next one begins when it resolves, or has called `unblock`. It never rejects. */
export type Task = (unblock: () => void) => Promise<void>;

export class MessageQueue {
  readonly #tasks = new Deque<Task>();
  readonly #onShift: () => void;
  readonly #turn: Turn | undefined;
  /** A task runs that has not unblocked. */
  #isBlocked = false;
  #isPumping = false;
  /** Others have their turn. */
  #isResting = false;
  #isClosed = false;

  /** `onShift` is called when fewer wait than before. `turn`: how long many may run without a pause. */
  constructor(onShift: () => void = () => {}, turn?: Turn) {
    this.#onShift = onShift;
    this.#turn = turn;
  }

  /** How many wait. */
  get length(): number {
    return this.#isClosed ? 0 : this.#tasks.length;
  }

  push(task: Task): void {
    if (this.#isClosed) return;
    this.#tasks.push(task);
    this.#pump();
  }

  /** Nothing more begins. */
  close(): void {
    this.#isClosed = true;
    this.#onShift();
  }

  /** (A loop: thousands of tasks may unblock at once, each within the one before.) */
  #pump(): void {
    if (this.#isPumping || this.#isResting) return;
    this.#isPumping = true;
    while (!this.#isBlocked && !this.#isClosed && !this.#isResting) {
      const task = this.#tasks.shift();
      if (!task) break;
      this.#run(task);
      this.#onShift();
      if (this.#tasks.length > 1) void this.#rest();
    }
    this.#isPumping = false;
  }

  /** Goes on in the next turn, when this one has been long. */
  async #rest(): Promise<void> {
    const next = this.#turn?.whenNext();
    if (!next) return;
    this.#isResting = true;
    await next;
    this.#isResting = false;
    this.#pump();
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
