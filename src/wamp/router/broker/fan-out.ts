/**
 * The way of one publication to the subscribers of one subscription: what a router does most.
 *
 * @module
 */

import { SharedMessage } from "../../protocol/link.ts";
import type { Session } from "../session/session.ts";
import type { Publication } from "./publication.ts";
import type { Subscription } from "./subscription.ts";

/** Every serializer encodes the event once, and only when there is somebody to get it. */
export function fanOut(publication: Publication, subscription: Subscription): void {
  let event: SharedMessage | undefined;
  let failed: Set<string | undefined> | undefined;
  for (const subscriber of subscription.subscribers) {
    if (!publication.admits(subscriber)) continue;
    event ??= new SharedMessage(publication.event(subscription));
    if (failed?.has(subscriber.link.facts.serializer)) miss(subscriber);
    else if (!deliver(subscriber, event)) {
      failed ??= new Set();
      failed.add(subscriber.link.facts.serializer);
    }
  }
}

/**
 * Whether the subscriber's serializer could encode it. What one peer sends another one's serializer may have no way to say, such
 * as integers of more than 53 bits in JSON: that is no reason to end either session.
 */
export function deliver(subscriber: Session, event: SharedMessage): boolean {
  try {
    subscriber.deliver(event);
    return true;
  } catch {
    miss(subscriber);
    return false;
  }
}

function miss(subscriber: Session): void {
  subscriber.realm.stats.dropped++;
}
