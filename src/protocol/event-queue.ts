/**
 * The events that wait to be taken.
 *
 * @module
 */

import type { CloseEvent, FailureEvent, ProtocolEvent } from "./events.ts";

/** For all queues, as long as there is nothing in them. */
const NONE: ProtocolEvent[] = [];

/** Nothing is added after a `close` or a `failure`. */
export class EventQueue {
  #events: ProtocolEvent[] = NONE;
  #last: CloseEvent | FailureEvent | undefined;

  /** The `close` or `failure`, once there is one. */
  get last(): CloseEvent | FailureEvent | undefined {
    return this.#last;
  }

  push(event: ProtocolEvent): void {
    // (An array that grows out of nothing gets room for 17.)
    if (this.#events === NONE) this.#events = [event];
    else this.#events.push(event);
  }

  end(event: CloseEvent | FailureEvent): void {
    if (this.#last) return;
    this.#last = event;
    this.push(event);
  }

  take(): ProtocolEvent[] {
    const events = this.#events;
    if (events === NONE) return [];
    this.#events = NONE;
    return events;
  }
}
