/**
 * Publish and subscribe within a realm.
 *
 * @module
 */

import { ErrorUri } from "../../protocol/errors.ts";
import { nextId, randomId } from "../../protocol/ids.ts";
import { SharedMessage } from "../../protocol/link.ts";
import { MessageType } from "../../protocol/message-type.ts";
import { payload } from "../../protocol/messages.ts";
import type {
  Dict,
  EventDetails,
  Id,
  List,
  Publish,
  Subscribe,
  Unsubscribe,
  Uri,
} from "../../protocol/messages.ts";
import { isMatchable, isReserved, isUri } from "../../protocol/uri.ts";
import type { Decision } from "../authorization/authorizer.ts";
import { PatternMap } from "../patterns/pattern-map.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import { Subscription } from "./subscription.ts";

export class Broker {
  readonly #realm: Realm;
  readonly #patterns = new PatternMap<Subscription>();
  readonly #subscriptions = new Map<Id, Subscription>();
  #lastId: Id = 0;

  constructor(realm: Realm) {
    this.#realm = realm;
  }

  subscribe(session: Session, message: Subscribe): void | Promise<void> {
    const [type, request, { match = "exact" }, topic] = message;
    if (!isMatchable(topic, match, this.#realm.settings.uris)) {
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
    this.#remove(session, subscription);
    session.send([MessageType.Unsubscribed, request]);
  }

  publish(session: Session, message: Publish): void | Promise<void> {
    const [type, request, { acknowledge }, topic] = message;
    const refused = (error: Uri): void => {
      if (acknowledge === true) session.sendError(type, request, error);
    };
    if (!isUri(topic, this.#realm.settings.uris) || isReserved(topic)) {
      return refused(ErrorUri.InvalidUri);
    }
    return this.#realm.authorize(session, "publish", topic, "exact", {
      allowed: (decision) => this.#publish(session, message, decision),
      refused,
    });
  }

  /** An event of the router's own. */
  publishMeta(topic: Uri, args: List, kwargs?: Dict): void {
    const publication = randomId();
    this.#patterns.forEachMatch(topic, (subscription) => {
      const details = subscription.match === "exact" ? {} : { topic };
      const event = eventOf(subscription, publication, details, args, kwargs);
      for (const subscriber of subscription.subscribers) subscriber.deliver(event);
    });
  }

  /** A session has gone. */
  leave(session: Session): void {
    for (const subscription of session.subscriptions.values()) this.#remove(session, subscription);
  }

  #subscribe(session: Session, [, request, { match = "exact" }, topic]: Subscribe): void {
    let subscription = this.#patterns.get(topic, match);
    if (!subscription) {
      this.#lastId = nextId(this.#lastId);
      subscription = new Subscription(this.#lastId, topic, match);
      this.#patterns.set(topic, match, subscription);
      this.#subscriptions.set(subscription.id, subscription);
    }
    subscription.subscribers.add(session);
    session.subscriptions.set(subscription.id, subscription);
    session.send([MessageType.Subscribed, request, subscription.id]);
  }

  #publish(session: Session, message: Publish, _decision: Decision): void {
    const [, request, options, topic, args, kwargs] = message;
    const publication = randomId();
    this.#patterns.forEachMatch(topic, (subscription) => {
      const details = subscription.match === "exact" ? {} : { topic };
      const event = eventOf(subscription, publication, details, args, kwargs);
      for (const subscriber of subscription.subscribers) {
        if (subscriber === session && options.exclude_me !== false) continue;
        subscriber.deliver(event);
      }
    });
    if (options.acknowledge === true) session.send([MessageType.Published, request, publication]);
  }

  #remove(session: Session, subscription: Subscription): void {
    subscription.subscribers.delete(session);
    session.subscriptions.delete(subscription.id);
    if (subscription.subscribers.size > 0) return;
    this.#patterns.delete(subscription.uri, subscription.match);
    this.#subscriptions.delete(subscription.id);
  }
}

function eventOf(
  subscription: Subscription,
  publication: Id,
  details: EventDetails,
  args: List | undefined,
  kwargs: Dict | undefined,
): SharedMessage {
  return new SharedMessage([
    MessageType.Event,
    subscription.id,
    publication,
    details,
    ...payload(args, kwargs),
  ]);
}
