/**
 * URIs (WAMP specification, "URIs"): components separated by dots.
 *
 * The regular expressions of the specification are written here as linear scans.
 *
 * @module
 */

import type { MatchPolicy, Uri } from "./messages.ts";

/** Which URIs a router lets pass. `loose`: no white space, no `#`; `strict`: only `a-z`, `0-9` and `_`. */
export type UriRules = "loose" | "strict";

/** White space as `\s` has it, and `#`. */
const NOT_LOOSE = /[\s#]/;
/** That, or an empty component. */
const NO_URI = /[\s#]|(?:^|\.)(?:\.|$)/;
const NOT_STRICT = /[^0-9a-z_.]/;

/** Whether a URI may name a topic, procedure, realm or error, loosely. */
export function isUri(uri: Uri): boolean {
  return !NO_URI.test(uri);
}

/** The same by the rules of a router. (Apart, so that a page doesn't load them.) */
export function isUriBy(rules: UriRules, uri: Uri): boolean {
  return isUri(uri) && keeps(rules, uri);
}

/** Whether a URI may be subscribed to or registered with that policy. */
export function isMatchable(uri: Uri, match: MatchPolicy, rules: UriRules = "loose"): boolean {
  return (match === "exact" ? isUri(uri) : !NOT_LOOSE.test(uri)) && keeps(rules, uri);
}

/** URIs of the protocol's own: applications neither publish nor register there. */
export function isReserved(uri: Uri): boolean {
  return uri === "wamp" || uri.startsWith("wamp.");
}

/** (What is strict is loose, too.) */
function keeps(rules: UriRules, uri: Uri): boolean {
  return rules === "loose" || !NOT_STRICT.test(uri);
}
