/**
 * The way of one publication to the subscribers of one subscription: what a router does most.
 *
 * @module
 */

import { LimitError } from "../../../errors.ts";
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
    const { serializer } = subscriber.link.facts;
    if (failed?.has(serializer)) miss(subscriber);
    else if (deliver(subscriber, event) === "unencodable") (failed ??= new Set()).add(serializer);
  }
}

/**
 * Whether it could be sent. What one peer sends another one's serializer may have no way to say, such as integers of more than
 * 53 bits in JSON, or be longer than it takes: that is no reason to end either session. How much it takes is a peer's own,
 * and says nothing about others with its serializer.
 */
export function deliver(
  subscriber: Session,
  event: SharedMessage,
): "sent" | "unencodable" | "too long" {
  try {
    subscriber.deliver(event);
    return "sent";
  } catch (error) {
    miss(subscriber);
    return error instanceof LimitError ? "too long" : "unencodable";
  }
}

function miss(subscriber: Session): void {
  subscriber.realm.stats.dropped++;
}
