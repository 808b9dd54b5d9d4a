/**
 * The messages of a client, one after the other.
 *
 * @module
 */

import { Deque } from "../../../util/deque.ts";
import type { Turn } from "./turn.ts";

/** Handles a message. The next one begins when it resolves, or has called `unblock`. It never rejects. */
export type Task = (unblock: () => void) => Promise<void>;

/** A task, and how long its message is. */
interface Waiting {
  readonly task: Task;
  readonly size: number;
}

export class MessageQueue {
  /** Made when one has to wait: few clients do. */
  #tasks: Deque<Waiting> | undefined;
  #size = 0;
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
    return this.#isClosed ? 0 : (this.#tasks?.length ?? 0);
  }

  /** How long the messages are, together, that wait, or that something is still done for. */
  get size(): number {
    return this.#isClosed ? 0 : this.#size;
  }

  push(task: Task, size: number = 0): void {
    if (this.#isClosed) return;
    this.#size += size;
    const next = { task, size };
    if (this.#isBlocked || this.#isPumping || this.#isResting)
      (this.#tasks ??= new Deque()).push(next);
    else this.#pump(next);
  }

  /** Nothing more begins. */
  close(): void {
    this.#isClosed = true;
    // (A task that never ends would keep them.)
    this.#tasks = new Deque();
    this.#onShift();
  }

  /** (A loop: thousands of tasks may unblock at once, each within the one before.) */
  #pump(first?: Waiting): void {
    if (this.#isPumping || this.#isResting) return;
    this.#isPumping = true;
    let begun = first;
    while (!this.#isBlocked && !this.#isClosed && !this.#isResting) {
      const next = begun ?? this.#tasks?.shift();
      begun = undefined;
      if (!next) break;
      this.#run(next);
      this.#onShift();
      if (this.length > 1) void this.#rest();
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

  #run({ task, size }: Waiting): void {
    this.#isBlocked = true;
    let isUnblocked = false;
    const unblock = (): void => {
      if (isUnblocked) return;
      isUnblocked = true;
      this.#isBlocked = false;
      this.#pump();
    };
    void task(unblock).then(() => {
      this.#size -= size;
      unblock();
      if (size > 0) this.#onShift();
    });
  }
}
