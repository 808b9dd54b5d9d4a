/**
 * The messages that were sent last, in case they were lost.
 *
 * @module
 */

import type { PreparedMessage } from "../../../connection/prepared-message.ts";

/** A message as it is sent; one for many sessions is prepared for all of them. */
export type OutgoingMessage = string | PreparedMessage;

/** What it holds, at most. */
export interface RingLimits {
  readonly messages: number;
  readonly bytes: number;
}

export class ReplayRing {
  readonly #limits: RingLimits;
  #messages: OutgoingMessage[] = [];
  /** Where they begin: what is before was dropped. */
  #head = 0;
  #bytes = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  get isHalfFull(): boolean {
    const { messages, bytes } = this.#limits;
    return this.length * 2 >= messages || this.#bytes * 2 >= bytes;
  }

  /** Adds one, and drops of the oldest what there is no room for. */
  push(message: OutgoingMessage): void {
    // (An array that grows out of nothing takes room for 17.)
    if (this.#messages.length === 0) this.#messages = [message];
    else this.#messages.push(message);
    this.#bytes += sizeOf(message);
    const { messages, bytes } = this.#limits;
    while (this.length > messages || this.#bytes > bytes) this.dropFirst(1);
  }

  dropFirst(count: number): void {
    for (let left = count; left > 0; left--) {
      this.#bytes -= sizeOf(this.#messages[this.#head] as OutgoingMessage);
      this.#messages[this.#head++] = "";
    }
    // (Each is moved once on average.)
    if (this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
  }

  get items(): readonly OutgoingMessage[] {
    return this.#messages.slice(this.#head);
  }

  /** Puts one before all others, whether there is room or not. */
  unshift(message: OutgoingMessage): void {
    this.#messages = [message, ...this.#messages.slice(this.#head)];
    this.#head = 0;
    this.#bytes += sizeOf(message);
  }

  clear(): void {
    this.#messages = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}

function sizeOf(message: OutgoingMessage): number {
  return typeof message === "string" ? message.length : message.data.length;
}
