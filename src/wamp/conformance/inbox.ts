/**
 * What came from the router and no step has looked at yet. Bounded, and every wait ends.
 *
 * @module
 */

import { systemClock } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { Deque } from "../../util/deque.ts";
import type { List, Message } from "../protocol/messages.ts";

/** The router did something else than the case expects. */
export class CaseFailure extends Error {
  /** The message that came, if any. */
  readonly received: unknown;

  constructor(message: string, received?: unknown) {
    super(message);
    this.received = received;
  }
}

/** What can come; `invalid`: something that is no WAMP message. */
export type Arrival =
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "invalid"; readonly reason: string; readonly received: unknown }
  | { readonly type: "closed" };

/** A router that sends more than that without being asked has failed. */
const MAX_WAITING = 10_000;

export class Inbox {
  readonly #timeout: number;
  #waiting = new Deque<Arrival>();
  #arrival: Deferred<void> | undefined;
  #isOverfull = false;

  /** `timeout`: how long each wait may take, in milliseconds. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  push(arrival: Arrival): void {
    if (this.#waiting.length < MAX_WAITING || arrival.type === "closed") {
      this.#waiting.push(arrival);
    } else if (!this.#isOverfull) {
      this.#isOverfull = true;
      const reason = `more than ${MAX_WAITING} messages came that no step asks for`;
      this.#waiting.push({ type: "invalid", reason, received: undefined });
    }
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }

  /** Until when something that begins now may take, however many messages it looks at. */
  get deadline(): number {
    return systemClock.now() + this.#timeout;
  }

  /** The next message. @throws CaseFailure when none comes in time. */
  async takeMessage(deadline: number = this.deadline): Promise<List> {
    const arrival = await this.take(deadline);
    if (arrival.type === "message") return arrival.message;
    if (arrival.type === "closed") throw new CaseFailure("the router closed the connection");
    throw new CaseFailure(arrival.reason, arrival.received);
  }

  /** @throws CaseFailure when nothing comes in time. */
  async take(deadline: number = this.deadline): Promise<Arrival> {
    if (this.isEmpty) await this.#wait(deadline);
    const arrival = systemClock.now() <= deadline ? this.#waiting.shift() : undefined;
    if (arrival) return arrival;
    throw new CaseFailure(`nothing came within ${this.#timeout} ms`);
  }

  /** Puts back what was taken, before all that waits. */
  putBack(arrivals: readonly Arrival[]): void {
    const later = this.#waiting;
    this.#waiting = new Deque();
    for (const arrival of arrivals) this.#waiting.push(arrival);
    for (let next = later.shift(); next; next = later.shift()) this.#waiting.push(next);
  }

  async #wait(deadline: number): Promise<void> {
    const arrival = (this.#arrival ??= new Deferred());
    const timer = systemClock.setTimeout(() => arrival.resolve(), deadline - systemClock.now());
    await arrival.promise;
    systemClock.clearTimeout(timer);
    this.#arrival = undefined;
  }
}
