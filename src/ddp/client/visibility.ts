/**
 * When what the server says is shown: at the end of the turn of the event loop that brought it; but all at once, when everything is
 * there again, after a new session has begun, and while a call runs alone.
 *
 * @module
 */

import type { Clock } from "../../util/clock.ts";
import type { DataMessage } from "../protocol/messages.ts";
import type { Replica } from "./replica.ts";

/** Whom visibility tells. */
export interface VisibilityHost {
  readonly clock: Clock;
  isSent(call: string): boolean;
  /** What the call has written is shown. */
  visible(call: string): void;
  /** What the subscription is about is shown. */
  ready(subscription: string): void;
}

/** Something that is so once all calls that were sent up to that one, and have written anything, are done by the server. */
interface Wait {
  readonly last: number;
  readonly over: () => void;
}

/** What is to be there before anything more is shown: subscriptions, and calls. */
export interface Blockers {
  readonly subscriptions: Iterable<string>;
  readonly calls: Iterable<string>;
}

export class Visibility {
  readonly #replica: Replica;
  readonly #host: VisibilityHost;
  #subscriptions = new Set<string>();
  #calls = new Set<string>();
  #updated: string[] = [];
  #ready: string[] = [];
  /** In their order: who comes later waits for no less. */
  readonly #waits = new Set<Wait>();
  /** The latest call that was sent. */
  #lastSent = 0;
  #isScheduled = false;

  constructor(replica: Replica, host: VisibilityHost) {
    this.#replica = replica;
    this.#host = host;
  }

  receive(message: DataMessage): void {
    this.#replica.receive(message);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#host.clock.defer(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Shows what has come, unless something is missing. */
  flush(): void {
    if (this.#subscriptions.size === 0 && this.#calls.size === 0) this.#show();
  }

  /** It is the same session as before, or the first. */
  resume(): void {
    // (A call that isn't sent again yet may wait for this.)
    for (const id of this.#calls) if (!this.#host.isSent(id)) this.#calls.delete(id);
    this.flush();
  }

  /** The call is about to be sent; alone: nothing is shown until the server has done it. */
  sending(call: string, isAlone: boolean): void {
    this.#lastSent = Math.max(this.#lastSent, Number(call));
    if (!isAlone) return;
    this.flush();
    this.#calls.add(call);
  }

  /** The subscription isn't waited for any more. */
  unblock(subscription: string): void {
    this.#subscriptions.delete(subscription);
    this.flush();
  }

  ready(subscriptions: readonly string[]): void {
    for (const id of subscriptions) this.#subscriptions.delete(id);
    this.#ready.push(...subscriptions);
    this.flush();
  }

  /** What these calls have written has come; or never will. */
  updated(calls: readonly string[]): void {
    for (const id of calls) this.#calls.delete(id);
    this.#updated.push(...calls);
    this.flush();
  }

  /** The call won't be made: what its stub has changed is undone. */
  undo(call: string): void {
    this.#replica.release([call]);
    this.#calls.delete(call);
    this.#endWaits();
  }

  /**
   * The server begins from nothing. What is shown stays until all of `blockers` have been heard of. `halfDone`: calls that won't be
   * heard of any more, since their results have come.
   */
  restart(blockers: Blockers, halfDone: readonly string[]): void {
    this.#replica.reset();
    this.#waits.clear();
    this.#ready = [];
    this.#updated = halfDone.slice();
    this.#subscriptions = new Set(blockers.subscriptions);
    this.#calls = new Set(blockers.calls);
    this.flush();
  }

  #show(): void {
    const updated = this.#updated;
    const ready = this.#ready;
    this.#updated = [];
    this.#ready = [];
    this.#replica.show(updated);
    this.#endWaits();
    for (const id of updated) this.#whenShown(() => this.#host.visible(id));
    for (const id of ready) this.#whenShown(() => this.#host.ready(id));
  }

  #endWaits(): void {
    const first = this.#firstWriter();
    for (const wait of this.#waits) {
      if (wait.last >= first) return;
      this.#waits.delete(wait);
      wait.over();
    }
  }

  /** What the server has may be hidden by what stubs have written. */
  #whenShown(over: () => void): void {
    if (this.#firstWriter() === Infinity) over();
    else this.#waits.add({ last: this.#lastSent, over });
  }

  /** The first call whose stub's changes are shown. (Calls that aren't sent can't be waited for: they may wait for this.) */
  #firstWriter(): number {
    for (const id of this.#replica.writers()) if (this.#host.isSent(id)) return Number(id);
    return Infinity;
  }
}
