/**
 * A client in a channel.
 *
 * @module
 */

import type { ClientInfo, Data } from "../protocol/messages.ts";
import type { Delivery } from "./events.ts";
import type { Expiry } from "./expiry.ts";
import type { ServerSubscription } from "./hooks.ts";
import type { ChannelName } from "./namespaces.ts";
import type { Subscriber, Topic } from "./topic.ts";

/** The client, as its subscriptions need it. */
export interface SubscriptionOwner {
  readonly client: string;
  /** Sends what came, or deals with a client that is too slow for it. */
  deliver(subscription: Subscription, delivery: Delivery): void;
  /** The subscriber's place moves past what it doesn't get. */
  advance(subscription: Subscription, offset: number): void;
  /** It missed something, and has to recover. */
  insufficient(subscription: Subscription): void;
  /** Too much waited for it. */
  fellBehind(subscription: Subscription): void;
}

/** What makes a subscription. */
export interface SubscriptionInit extends ServerSubscription {
  readonly name: ChannelName;
  /** The server made it, not the client. */
  readonly isServerSide: boolean;
  /** When it has expired the application is asked, and not the client for a token. */
  readonly isRefreshedHere: boolean;
  /** The client asked to be told who comes and leaves. */
  readonly wantsJoinLeave: boolean;
}

/** How much may wait until the answer to the subscribe command is out, which is a matter of some milliseconds. */
const MAX_WAITING = 1024 * 1024;

let count = 0;

export class Subscription implements Subscriber {
  /** Different from those of all others. */
  readonly id: string = String(++count);
  readonly name: ChannelName;
  readonly isServerSide: boolean;
  readonly isRefreshedHere: boolean;
  /** Nothing is ever missed without being told. */
  readonly isRecoverable: boolean;
  readonly hasPresence: boolean;
  readonly tellsJoinLeave: boolean;
  readonly #wantsJoinLeave: boolean;
  readonly #owner: SubscriptionOwner;
  /** What others see of it in this channel. */
  info: Data | undefined;
  /** Unix time in seconds. */
  expireAt: number | undefined;
  /** Ends it when it has expired. */
  expiry: Expiry | undefined;
  topic: Topic | undefined;
  /** Of the last publication that it has. */
  offset = 0;
  isEnded = false;
  /** The client was told that it is subscribed. */
  wasLive = false;
  /** What came before the client has heard that it is subscribed. */
  #waiting: Delivery[] | undefined = [];
  #waitingSize = 0;
  #isIncomplete = false;

  constructor(owner: SubscriptionOwner, init: SubscriptionInit) {
    const { name, isServerSide, wantsJoinLeave, info, expireAt, recover, presence, joinLeave } =
      init;
    const { namespace } = name;
    this.#owner = owner;
    this.name = name;
    this.isServerSide = isServerSide;
    this.isRefreshedHere = init.isRefreshedHere;
    this.isRecoverable = namespace.history !== undefined && (recover ?? namespace.recover);
    this.hasPresence = presence ?? namespace.presence;
    this.tellsJoinLeave = joinLeave ?? namespace.joinLeave;
    this.#wantsJoinLeave = wantsJoinLeave && this.tellsJoinLeave;
    this.info = info;
    this.expireAt = expireAt;
  }

  get isLive(): boolean {
    return !this.#waiting && !this.isEnded;
  }

  /** The client has been told, and has everything up to `offset`. */
  begin(offset: number): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.wasLive = true;
    this.offset = offset;
    if (this.#isIncomplete) return this.#owner.fellBehind(this);
    for (const delivery of waiting) this.deliver(delivery);
  }

  deliver(delivery: Delivery): void {
    if (this.isEnded) return;
    if (this.#waiting) return this.#wait(this.#waiting, delivery);
    const { event, offset } = delivery;
    if (event.type !== "publication") {
      if (this.#wantsJoinLeave) this.#owner.deliver(this, delivery);
      return;
    }
    if (offset !== undefined && this.isRecoverable) {
      if (offset <= this.offset) return;
      if (offset > this.offset + 1) return this.lost();
      this.offset = offset;
    }
    if (event.exclude !== this.#owner.client) this.#owner.deliver(this, delivery);
    else if (offset !== undefined && this.isRecoverable) this.#owner.advance(this, offset);
  }

  lost(): void {
    if (!this.isRecoverable || this.isEnded) return;
    // What it is about to be told may be from before the loss.
    if (this.#waiting) this.#isIncomplete = true;
    else this.#owner.insufficient(this);
  }

  #wait(waiting: Delivery[], delivery: Delivery): void {
    this.#waitingSize += delivery.size;
    if (this.#waitingSize > MAX_WAITING) this.#isIncomplete = true;
    if (this.#isIncomplete) waiting.length = 0;
    else waiting.push(delivery);
  }
}

/** What others see of a client in a channel. */
export function infoIn(subscription: Subscription | undefined, client: ClientInfo): ClientInfo {
  return subscription?.info === undefined ? client : { ...client, chan_info: subscription.info };
}
