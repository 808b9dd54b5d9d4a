/**
 * Which topics there may be.
 *
 * @module
 */

import type { MatchPolicy, Uri } from "../../protocol/messages.ts";
import { isMatchable, isReserved, isUri } from "../../protocol/uri.ts";
import type { Settings } from "../options.ts";

/** How many components a pattern with wildcards may have: it bounds what each such pattern costs a publication. */
const MAX_COMPONENTS = 32;

/** Whether a client may publish there, if it has the permission. */
export function isPublishable(topic: Uri, { uris, maxUriLength }: Settings): boolean {
  return topic.length <= maxUriLength && isUri(topic, uris) && !isReserved(topic);
}

/** Whether a client may subscribe to it, if it has the permission. */
export function isSubscribable(topic: Uri, match: MatchPolicy, settings: Settings): boolean {
  if (topic.length > settings.maxUriLength) return false;
  if (match === "wildcard" && topic.split(".").length > MAX_COMPONENTS) return false;
  return isMatchable(topic, match, settings.uris);
}
