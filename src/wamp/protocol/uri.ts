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
const NOT_STRICT = /[^0-9a-z_.]/;

/** Whether a URI may name a topic, procedure, realm or error. */
export function isUri(uri: Uri, rules: UriRules = "loose"): boolean {
  return isPattern(uri, rules) && uri !== "" && !hasEmptyComponent(uri);
}

/** Whether a URI may be subscribed to or registered with that policy. */
export function isMatchable(uri: Uri, match: MatchPolicy, rules: UriRules = "loose"): boolean {
  if (match === "exact") return isUri(uri, rules);
  return isPattern(uri, rules);
}

/** URIs of the protocol's own: applications neither publish nor register there. */
export function isReserved(uri: Uri): boolean {
  return uri === "wamp" || uri.startsWith("wamp.");
}

function isPattern(uri: Uri, rules: UriRules): boolean {
  return !(rules === "strict" ? NOT_STRICT : NOT_LOOSE).test(uri);
}

function hasEmptyComponent(uri: Uri): boolean {
  return uri.startsWith(".") || uri.endsWith(".") || uri.includes("..");
}
