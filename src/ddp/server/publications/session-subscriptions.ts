/**
 * The subscriptions of one session.
 *
 * @module
 */

import { DdpError } from "../../protocol/error.ts";
import type { SubMessage, UnsubMessage } from "../../protocol/messages.ts";
import { secureRandom } from "../../protocol/random/random.ts";
import { toWireError } from "../../protocol/wire-error.ts";
import type { WireError } from "../../protocol/wire-error.ts";
import { ActiveSubscription } from "./active-subscription.ts";
import type { SubscriptionInit, SubscriptionOwner } from "./active-subscription.ts";
import type { PublicationHost } from "./host.ts";
import { DataWriter } from "./merge-box/data-output.ts";
import { SessionView } from "./merge-box/session-view.ts";
import type { Publication, UniversalSubscriber } from "./publications.ts";

/** So many are run again before others have a turn. */
const SOME = 16;

const NO_UNBLOCK = (): void => {};

export class SessionSubscriptions implements SubscriptionOwner, UniversalSubscriber {
  readonly host: PublicationHost;
  readonly view: SessionView;
  readonly #named = new Map<string, ActiveSubscription>();
  #held = 0;
  #universal: Set<ActiveSubscription> | undefined;
  /** While all are run again: those that have become ready meanwhile. */
  #readyAgain: string[] | undefined;
  #rerunning: Promise<void> | undefined;
  #isStale = false;
  #isClosed = false;

  constructor(host: PublicationHost) {
    this.host = host;
    this.view = new SessionView(new DataWriter(host), host.publications.strategies);
  }

  /** How many the client has. */
  get size(): number {
    return this.#named.size;
  }

  /** How long the messages were that they were subscribed to with, together. */
  get held(): number {
    return this.#held;
  }

  has(id: string): boolean {
    return this.#named.has(id);
  }

  /** Handles a `sub`, whose text was so long; one for a subscription that there is already means nothing. Never rejects. */
  async subscribe(message: SubMessage, size: number, unblock: () => void): Promise<void> {
    if (this.#rerunning) await this.#rerunning;
    const { id, name, params = [] } = message;
    if (this.#isClosed || this.#named.has(id)) return;
    const publication = this.host.publications.get(name);
    if (!publication) {
      const error = toWireError(new DdpError(404, `Subscription '${name}' not found`));
      return this.host.send({ msg: "nosub", id, error });
    }
    await this.#open({ id, name, publication, params, size })?.run(unblock);
  }

  /** Handles an `unsub`; clients wait for its answer, whether there was such a subscription or not. Never rejects. */
  async unsubscribe({ id }: UnsubMessage): Promise<void> {
    if (this.#rerunning) await this.#rerunning;
    const subscription = id === undefined ? undefined : this.#named.get(id);
    if (subscription) subscription.stop();
    else this.host.send({ msg: "nosub", id });
  }

  /** Runs what every client gets: what there is now, and what comes. */
  startUniversal(): void {
    this.host.publications.join(this);
  }

  subscribeUniversal(publication: Publication): void {
    const id = `U${secureRandom.id()}`;
    void this.#open({ id, name: null, publication, params: [], size: 0 })?.run(NO_UNBLOCK);
  }

  /** `undefined` once the session has ended. */
  #open(init: SubscriptionInit): ActiveSubscription | undefined {
    if (this.#isClosed) return undefined;
    const subscription = new ActiveSubscription(this, init);
    if (init.name === null) (this.#universal ??= new Set()).add(subscription);
    else this.#named.set(init.id, subscription);
    this.#held += init.size;
    return subscription;
  }

  isReady({ id, name }: ActiveSubscription): void {
    if (name === null) return;
    if (this.#readyAgain) this.#readyAgain.push(id);
    else this.host.send({ msg: "ready", subs: [id] });
  }

  hasEnded(subscription: ActiveSubscription, error: WireError | undefined): void {
    this.#universal?.delete(subscription);
    if (subscription.name === null) return;
    this.#named.delete(subscription.id);
    this.#held -= subscription.init.size;
    this.host.send({ msg: "nosub", id: subscription.id, error });
  }

  /** While all are run again data is held back: what may only be said after data, as `updated`, waits for this. */
  get rerunning(): Promise<void> | undefined {
    return this.#rerunning;
  }

  /** Another user has logged in: runs everything again, and sends what is different. Resolves when that is sent; never rejects. */
  rerun(): Promise<void> {
    this.#isStale = true;
    // (Not at once: what is stopped may call this again.)
    this.#rerunning ??= Promise.resolve().then(() => this.#rerunWhileStale());
    return this.#rerunning;
  }

  async #rerunWhileStale(): Promise<void> {
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      try {
        await this.#rerunAll();
      } catch (error) {
        this.host.logger.error("the publications could not be run again:", error);
      }
    }
    this.#rerunning = undefined;
  }

  async #rerunAll(): Promise<void> {
    const old = this.#stopAll();
    this.#readyAgain = [];
    this.view.beginReplacing();
    const runs: Promise<void>[] = [];
    for (const { init } of old) {
      const run = this.#open(init)?.runAgain();
      if (!run) return;
      runs.push(run);
      if (runs.length % SOME === 0) await this.host.nextTurn();
    }
    await Promise.all(runs);
    if (!this.#isClosed) this.#showAgain();
  }

  /** (In one go: nothing of a live query may come between.) */
  #showAgain(): void {
    const subs = this.#readyAgain ?? [];
    this.#readyAgain = undefined;
    this.view.finishReplacing();
    if (subs.length > 0) this.host.send({ msg: "ready", subs });
  }

  /** The session has ended. */
  close(): void {
    this.#isClosed = true;
    this.host.publications.leave(this);
    this.#stopAll();
  }

  #stopAll(): ActiveSubscription[] {
    const all = [...this.#named.values(), ...(this.#universal ?? [])];
    this.#named.clear();
    this.#universal?.clear();
    this.#held = 0;
    for (const subscription of all) subscription.deactivate();
    return all;
  }
}
