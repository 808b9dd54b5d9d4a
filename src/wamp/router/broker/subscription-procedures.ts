/**
 * The procedures of the Subscription Meta API, of event history and of revocation.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import type { Dict, Id, MatchPolicy, Uri } from "../../protocol/messages.ts";
import { isDict } from "../../protocol/dict.ts";
import { idArgument, uriArgument } from "../meta/arguments.ts";
import type { MetaCall, MetaProcedure, MetaResult } from "../meta/meta-procedure.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import { getEvents } from "./history/get-events.ts";
import type { Subscription } from "./subscription.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Takes a subscription from a subscriber that didn't ask for that. */
type Revoke = (subscriber: Session, subscription: Subscription, reason: string | undefined) => void;

export function subscriptionProcedures(
  realm: Realm,
  subscriptions: Subscriptions,
  revoke: Revoke,
): Iterable<readonly [Uri, MetaProcedure]> {
  const get = (call: MetaCall): Subscription => {
    const subscription = subscriptions.get(idArgument(call, 0));
    if (!subscription) throw new WampError(ErrorUri.NoSuchSubscription);
    return subscription;
  };
  const named: readonly (readonly [string, MetaProcedure])[] = [
    ["list", () => ({ args: [list(subscriptions)] })],
    ["lookup", (call) => lookup(call, subscriptions)],
    ["match", (call) => ({ args: [match(uriArgument(call, 0), subscriptions)] })],
    ["get", (call) => ({ args: [describe(get(call))] })],
    [
      "list_subscribers",
      (call) => ({ args: [Array.from(get(call).subscribers, (subscriber) => subscriber.id)] }),
    ],
    ["count_subscribers", (call) => ({ args: [get(call).subscribers.size] })],
    ["remove_subscriber", (call) => removeSubscriber(call, get(call), realm, revoke)],
    ["get_events", (call) => getEvents(call, get(call), realm)],
  ];
  return named.map(([name, procedure]) => [`wamp.subscription.${name}`, procedure] as const);
}

/** As the specification has `SubscriptionDetails`. */
export function describe({ id, created, uri, match: policy }: Subscription): Dict {
  return { id, created: created.toISOString(), uri, match: policy };
}

function list(subscriptions: Subscriptions): Record<MatchPolicy, Id[]> {
  const ids: Record<MatchPolicy, Id[]> = { exact: [], prefix: [], wildcard: [] };
  for (const subscription of subscriptions) ids[subscription.match].push(subscription.id);
  return ids;
}

function lookup(call: MetaCall, subscriptions: Subscriptions): MetaResult {
  const topic = uriArgument(call, 0);
  const options = call.args[1] ?? {};
  const policy = isDict(options) && Object.hasOwn(options, "match") ? options["match"] : "exact";
  if (!isDict(options) || !isPolicy(policy)) {
    throw new WampError(ErrorUri.InvalidArgument, ["argument 1 are options of SUBSCRIBE"]);
  }
  return { args: [subscriptions.find(topic, policy)?.id ?? null] };
}

function isPolicy(value: unknown): value is MatchPolicy {
  return value === "exact" || value === "prefix" || value === "wildcard";
}

function match(topic: Uri, subscriptions: Subscriptions): Id[] | null {
  const ids: Id[] = [];
  subscriptions.forEachMatch(topic, ({ id }) => ids.push(id));
  return ids.length > 0 ? ids : null;
}

function removeSubscriber(
  call: MetaCall,
  subscription: Subscription,
  realm: Realm,
  revoke: Revoke,
): MetaResult {
  const reason =
    call.args[2] ?? (Object.hasOwn(call.kwargs, "reason") ? call.kwargs["reason"] : null);
  if (reason !== null && typeof reason !== "string") {
    throw new WampError(ErrorUri.InvalidArgument, ["reason is a string"]);
  }
  const subscriber = realm.sessions.get(idArgument(call, 1));
  if (!subscriber || !subscription.subscribers.has(subscriber)) {
    throw new WampError(ErrorUri.NoSuchSession);
  }
  revoke(subscriber, subscription, reason ?? undefined);
  return {};
}
