/**
 * `wamp.subscription.get_events` (WAMP specification, "Event History").
 *
 * @module
 */

import * as ErrorUri from "../../../protocol/error-uri.ts";
import { WampError } from "../../../protocol/errors.ts";
import type { Dict } from "../../../protocol/messages.ts";
import type { MetaCall, MetaResult } from "../../meta/meta-procedure.ts";
import type { Realm } from "../../realm.ts";
import type { Session } from "../../session/session.ts";
import type { Subscription } from "../subscription.ts";
import type { EventHistory, HistoryEvent } from "./event-history.ts";
import { HistoryQuery } from "./history-query.ts";

/**
 * Whoever may subscribe may look back.
 *
 * @throws WampError, at once or as a rejection, for whoever may not, for a subscription without history, and for conditions that
 *   are none.
 */
export function getEvents(
  { caller, kwargs }: MetaCall,
  subscription: Subscription,
  realm: Realm,
): MetaResult | Promise<MetaResult> {
  const query = new HistoryQuery(kwargs);
  const { uri, match: policy, history } = subscription;
  let found: MetaResult | WampError = {};
  const asked = realm.authorize(caller, "subscribe", uri, policy, {
    allowed: () => {
      if (history) found = find(query, caller, subscription, history);
      else found = new WampError(ErrorUri.HistoryUnavailable);
    },
    refused: (error) => {
      found = new WampError(error);
    },
  });
  const conclude = (): MetaResult => {
    if (found instanceof WampError) throw found;
    return found;
  };
  return asked instanceof Promise ? asked.then(conclude) : conclude();
}

function find(
  query: HistoryQuery,
  caller: Session,
  subscription: Subscription,
  history: EventHistory,
): MetaResult {
  const { events, isLimitReached } = query.select(
    history.events(),
    ({ publication: { audience } }) => !audience || audience.admitsPrincipal(caller.principal),
  );
  return {
    args: events.map((event) => historyEvent(event, subscription)),
    kwargs: { is_limit_reached: isLimitReached },
  };
}

function historyEvent({ publication, time }: HistoryEvent, subscription: Subscription): Dict {
  const { id, args, kwargs } = publication;
  return {
    timestamp: new Date(time).toISOString(),
    subscription: subscription.id,
    publication: id,
    details: publication.details(subscription.match),
    ...(args && { args }),
    ...(kwargs && { kwargs }),
  };
}
