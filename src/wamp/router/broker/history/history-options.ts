/**
 * The subscriptions that are there from the beginning, since what is published there is kept.
 *
 * @module
 */

import { checkOptions } from "../../../../util/option-names.ts";
import type { OptionNames } from "../../../../util/option-names.ts";
import type { HistoryOptions, Settings } from "../../options.ts";
import { EventHistory } from "./event-history.ts";
import type { Subscriptions } from "../subscriptions.ts";
import { isSubscribable } from "../../uris.ts";

const NAMES: OptionNames<HistoryOptions> = {
  uri: true,
  match: true,
  limit: true,
  ttl: true,
  maxBytes: true,
};

/** @throws TypeError for histories that can't be kept. */
export function configureHistory(
  histories: readonly HistoryOptions[],
  subscriptions: Subscriptions,
  settings: Settings,
  forgotten: (count: number) => void,
): void {
  for (const options of histories) {
    checkOptions("a history", options, NAMES);
    const { uri, match = "exact", limit, ttl = 1, maxBytes = 1 } = options;
    if (!isSubscribable(uri, match, settings)) {
      throw new TypeError(`history of ${uri}: that is no URI to subscribe to (${match})`);
    }
    if (subscriptions.find(uri, match)) {
      throw new TypeError(`history of ${uri} (${match}) is there twice`);
    }
    if (!(Number.isSafeInteger(limit) && limit > 0 && ttl > 0 && maxBytes > 0)) {
      throw new TypeError(`history of ${uri}: limit, ttl and maxBytes are above 0`);
    }
    subscriptions.create(uri, match, new EventHistory(options, settings.clock, forgotten));
  }
}
