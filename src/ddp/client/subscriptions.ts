/**
 * The subscriptions of a client, through all its connections.
 *
 * @module
 */

import { StateError } from "../../errors.ts";
import { Deferred } from "../../util/deferred.ts";
import { quiet } from "../../util/quiet.ts";
import type { Link } from "./link.ts";
import type { ClientSubscription } from "./types.ts";

/** Whom subscriptions tell. */
export interface SubscriptionsHost {
  /** The connection that takes messages now. */
  readonly link: Link | undefined;
  /** Does it now, or after the stub that runs. */
  whenIdle(action: () => void): void;
  /** The subscription is not waited for any more. */
  stopped(id: string): void;
}

export class Subscriptions {
  readonly #host: SubscriptionsHost;
  /** In the order in which they were begun, or stopped: so they are sent again. */
  readonly #active = new Map<string, ActiveSubscription>();

  constructor(host: SubscriptionsHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#active.size;
  }

  /** Those whose first documents have come once. */
  *readyIds(): IterableIterator<string> {
    for (const { id, isReady } of this.#active.values()) if (isReady) yield id;
  }

  /** `text`: the message. */
  add(id: string, text: string): ClientSubscription {
    const subscription = new ActiveSubscription(id, text, () => this.#stop(subscription));
    this.#active.set(id, subscription);
    this.#host.whenIdle(() => this.#begin(subscription));
    return subscription;
  }

  /**
   * There is another connection. The server ignores the ids that it knows. In the same session (`isSame`) it has those that it has called
   * ready, or has ended them: the client will hear of that.
   */
  resend(link: Link, isSame: boolean): void {
    for (const subscription of this.#active.values()) {
      const { id, state } = subscription;
      if (state === "stopping") link.send({ msg: "unsub", id });
      else if (state === "active") subscription.sendAgain(link, isSame);
    }
  }

  /** The server has called them ready. Returns those of which that is news. */
  answered(ids: readonly string[]): string[] {
    return ids.filter((id) => this.#active.get(id)?.answered());
  }

  /** The server has begun from nothing: it knows none that are stopped. */
  forgetStopped(): void {
    for (const { id, state } of this.#active.values()) {
      if (state === "stopping") this.#active.delete(id);
    }
  }

  ready(id: string): void {
    this.#active.get(id)?.becomeReady();
  }

  /** The server has ended it. */
  ended(id: string, error: unknown): void {
    const subscription = this.#active.get(id);
    if (!subscription) return;
    this.#active.delete(id);
    subscription.end(error);
    // (It may have ended before it was asked for again, and have been begun by that.)
    if (subscription.isAskedAgain) this.#host.link?.send({ msg: "unsub", id });
  }

  /** All of them end. */
  end(error: unknown): void {
    for (const subscription of this.#active.values()) subscription.end(error);
    this.#active.clear();
  }

  #begin(subscription: ActiveSubscription): void {
    if (subscription.state !== "new") return;
    subscription.state = "active";
    const { link } = this.#host;
    if (link) subscription.sendOver(link);
  }

  /** (One that was never sent need not be stopped at the server.) */
  #stop(subscription: ActiveSubscription): void {
    const { id, state, isSent } = subscription;
    if (this.#active.get(id) !== subscription || state === "stopping") return;
    this.#active.delete(id);
    subscription.state = "stopping";
    subscription.end(undefined);
    this.#host.stopped(id);
    if (!isSent) return;
    this.#active.set(id, subscription);
    this.#host.whenIdle(() => this.#host.link?.send({ msg: "unsub", id }));
  }
}

class ActiveSubscription implements ClientSubscription {
  readonly id: string;
  /** The message that asks for it. */
  readonly text: string;
  readonly #ready = new Deferred<void>();
  readonly #ended = new Deferred<void>();
  readonly #stop: () => void;
  /** `new`: not begun, while a stub runs. `stopping`: the server hasn't said that it is over. */
  state: "new" | "active" | "stopping" = "new";
  isSent = false;
  /** Whether the session was asked for it more than once, and hasn't answered. */
  isAskedAgain = false;
  /** Whether the session has called it ready. */
  #isAnswered = false;
  #isReady = false;

  constructor(id: string, text: string, stop: () => void) {
    this.id = id;
    this.text = text;
    this.#stop = stop;
    void quiet(this.ready);
    void quiet(this.ended);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  stop(): void {
    this.#stop();
  }

  sendAgain(link: Link, isSame: boolean): void {
    if (!isSame) this.#isAnswered = false;
    if (this.#isAnswered) return;
    this.isAskedAgain = isSame && this.isSent;
    this.sendOver(link);
  }

  /** Says whether that is news. */
  answered(): boolean {
    const isNews = !this.#isAnswered;
    this.#isAnswered = true;
    this.isAskedAgain = false;
    return isNews;
  }

  sendOver(link: Link): void {
    this.isSent = true;
    link.sendText(this.text);
  }

  becomeReady(): void {
    if (this.state !== "active") return;
    this.#isReady = true;
    this.#ready.resolve();
  }

  /** `error`: why, if it isn't by choice. */
  end(error: unknown): void {
    this.#isReady = false;
    this.#ready.reject(error ?? new StateError("the subscription has ended"));
    if (error === undefined) this.#ended.resolve();
    else this.#ended.reject(error);
  }
}
