/**
 * The events that wait to be taken.
 *
 * @module
 */

import type { CloseEvent, FailureEvent, ProtocolEvent } from "./events.ts";

/** Nothing is added after a `close` or a `failure`. */
export class EventQueue {
  #events: ProtocolEvent[] = [];
  #last: CloseEvent | FailureEvent | undefined;

  /** The `close` or `failure`, once there is one. */
  get last(): CloseEvent | FailureEvent | undefined {
    return this.#last;
  }

  push(event: ProtocolEvent): void {
    this.#events.push(event);
  }

  end(event: CloseEvent | FailureEvent): void {
    if (this.#last) return;
    this.#last = event;
    this.#events.push(event);
  }

  take(): ProtocolEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
