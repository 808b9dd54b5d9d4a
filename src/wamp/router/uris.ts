/**
 * Which URIs clients may use, if they have the permission.
 *
 * @module
 */

import type { MatchPolicy, Uri } from "../protocol/messages.ts";
import { isMatchable, isReserved, isUriBy } from "../protocol/uri.ts";
import type { Settings } from "./options.ts";

/** How many components a pattern with wildcards may have: it bounds what each such pattern costs a publication or call. */
const MAX_COMPONENTS = 32;

/** Whether it may be published to. */
export function isPublishable(topic: Uri, settings: Settings): boolean {
  return isCallable(topic, settings) && !isReserved(topic);
}

/** Whether it may be called: what is reserved are the router's own procedures. */
export function isCallable(procedure: Uri, { uris, maxUriLength }: Settings): boolean {
  return procedure.length <= maxUriLength && isUriBy(uris, procedure);
}

/** Whether it may be subscribed to. */
export function isSubscribable(topic: Uri, match: MatchPolicy, settings: Settings): boolean {
  if (topic.length > settings.maxUriLength) return false;
  if (match === "wildcard" && topic.split(".").length > MAX_COMPONENTS) return false;
  return isMatchable(topic, match, settings.uris);
}

/** Whether it may be registered. */
export function isRegistrable(procedure: Uri, match: MatchPolicy, settings: Settings): boolean {
  return isSubscribable(procedure, match, settings) && !isReserved(procedure);
}
