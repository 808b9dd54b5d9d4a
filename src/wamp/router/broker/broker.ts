/**
 * Publish and subscribe within a realm.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { SharedMessage } from "../../protocol/link.ts";
import * as MessageType from "../../protocol/message-type.ts";
import type {
  Dict,
  Id,
  List,
  Publish,
  Subscribe,
  Unsubscribe,
  Uri,
} from "../../protocol/messages.ts";
import type { Decision } from "../authorization/authorizer.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import { deliver } from "./fan-out.ts";
import { configureHistory } from "./history/history-options.ts";
import { checkPassthru } from "../passthru.ts";
import { forbidsDisclosure, Publication } from "./publication.ts";
import { Publisher } from "./publisher.ts";
import { Retention } from "./retention.ts";
import type { Subscription } from "./subscription.ts";
import { describe, subscriptionProcedures } from "./subscription-procedures.ts";
import { Subscriptions } from "./subscriptions.ts";
import { testamentProcedures } from "./testaments/testament-procedures.ts";
import { Testaments } from "./testaments/testaments.ts";
import { isPublishable, isSubscribable } from "../uris.ts";

export class Broker {
  readonly #realm: Realm;
  readonly #subscriptions = new Subscriptions();
  readonly #retention: Retention;
  readonly #testaments = new Testaments();
  readonly #publisher: Publisher;

  /** @throws TypeError for histories that can't be kept. */
  constructor(realm: Realm) {
    this.#realm = realm;
    const { history = [], retention = {} } = realm.options;
    const forgotten = (count: number): void => {
      realm.stats.forgotten += count;
    };
    this.#retention = new Retention(retention, forgotten);
    this.#publisher = new Publisher(this.#subscriptions, this.#retention);
    configureHistory(history, this.#subscriptions, realm.settings, forgotten);
    const revoke = this.#revoke.bind(this);
    for (const procedures of [
      subscriptionProcedures(realm, this.#subscriptions, revoke),
      testamentProcedures(realm, this.#testaments),
    ]) {
      for (const [uri, procedure] of procedures) realm.procedures.set(uri, procedure);
    }
  }

  subscribe(session: Session, message: Subscribe): void | Promise<void> {
    const [type, request, { match = "exact" }, topic] = message;
    if (!isSubscribable(topic, match, this.#realm.settings)) {
      return session.sendError(type, request, ErrorUri.InvalidUri);
    }
    return this.#realm.authorize(session, "subscribe", topic, match, {
      allowed: () => this.#subscribe(session, message),
      refused: (error) => session.sendError(type, request, error),
    });
  }

  unsubscribe(session: Session, [type, request, id]: Unsubscribe): void {
    const subscription = session.subscriptions.get(id);
    if (!subscription) return session.sendError(type, request, ErrorUri.NoSuchSubscription);
    session.send([MessageType.Unsubscribed, request]);
    this.#remove(session, subscription);
  }

  /** @throws Violation for a payload of a kind that the publisher didn't announce. */
  publish(session: Session, message: Publish): void | Promise<void> {
    const [type, request, options, topic] = message;
    checkPassthru(session, "publisher", type, options);
    const refused = (error: Uri): void => {
      if (options.acknowledge === true) session.sendError(type, request, error);
    };
    if (!isPublishable(topic, this.#realm.settings)) return refused(ErrorUri.InvalidUri);
    return this.#realm.authorize(session, "publish", topic, "exact", {
      allowed: (decision) =>
        forbidsDisclosure(decision, options)
          ? refused(ErrorUri.DiscloseMeDisallowed)
          : this.#publish(session, message, decision),
      refused,
    });
  }

  /** An event of the router's own. */
  publishMeta(topic: Uri, args: List, kwargs?: Dict): void {
    if (!this.#subscriptions.hasMatch(topic)) return;
    this.#publisher.publish(new Publication(topic, args, kwargs));
  }

  /** A session has gone. `testaments`: whether its testaments are published; default: they are. */
  leave(session: Session, { testaments = true }: { testaments?: boolean } = {}): void {
    const last = this.#testaments.take(session);
    if (testaments) this.#publisher.publishAll(last);
    for (const subscription of session.subscriptions.values()) this.#remove(session, subscription);
  }

  #subscribe(session: Session, message: Subscribe): void {
    const [type, request, { match = "exact", get_retained: getRetained }, topic] = message;
    const known = this.#subscriptions.find(topic, match);
    const isNew = !known?.subscribers.has(session);
    const { maxSubscriptions } = this.#realm.settings;
    if (isNew && session.subscriptions.size >= maxSubscriptions) {
      const text = `a session has at most ${maxSubscriptions} subscriptions`;
      return session.sendError(type, request, ErrorUri.LimitExceeded, [text]);
    }
    const subscription = known ?? this.#subscriptions.create(topic, match);
    if (isNew) {
      subscription.subscribers.add(session);
      session.subscriptions.set(subscription.id, subscription);
    }
    session.send([MessageType.Subscribed, request, subscription.id]);
    // Before the retained events, which may be what ends the session.
    if (isNew) this.#announceNew(session, subscription, !known);
    if (getRetained === true) this.#sendRetained(session, subscription);
    return undefined;
  }

  #sendRetained(session: Session, subscription: Subscription): void {
    for (const publication of this.#retention.for(subscription, session)) {
      deliver(session, new SharedMessage(publication.retainedEvent(subscription)));
    }
  }

  #publish(session: Session, message: Publish, decision: Decision): void {
    const [, request, options, topic, args, kwargs] = message;
    const publication = Publication.by(session, decision, options, topic, args, kwargs);
    this.#publisher.publish(publication);
    if (options.acknowledge === true) {
      session.send([MessageType.Published, request, publication.id]);
    }
  }

  /** Whoever doesn't know of revocations just doesn't get any more (WAMP specification, "Subscription Revocation"). */
  #revoke(session: Session, subscription: Subscription, reason: string | undefined): void {
    const { id } = subscription;
    if (session.announces("subscriber", "subscription_revocation")) {
      const details = reason === undefined ? { subscription: id } : { subscription: id, reason };
      session.inform([MessageType.Unsubscribed, 0, details]);
    }
    this.#remove(session, subscription);
  }

  #remove(session: Session, subscription: Subscription): void {
    const { id, subscribers, history } = subscription;
    subscribers.delete(session);
    session.subscriptions.delete(id);
    const isLast = subscribers.size === 0 && !history;
    if (isLast) this.#subscriptions.delete(subscription);
    this.publishMeta("wamp.subscription.on_unsubscribe", [session.id, id]);
    if (isLast) this.publishMeta("wamp.subscription.on_delete", [session.id, id]);
  }

  #announceNew({ id }: Session, subscription: Subscription, isCreated: boolean): void {
    const all: Publication[] = [];
    const add = (topic: Uri, about: Id | Dict): void => {
      if (this.#subscriptions.hasMatch(topic))
        all.push(new Publication(topic, [id, about], undefined));
    };
    if (isCreated) add("wamp.subscription.on_create", describe(subscription));
    add("wamp.subscription.on_subscribe", subscription.id);
    this.#publisher.publishAll(all);
  }
}
