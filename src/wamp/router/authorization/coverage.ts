/**
 * What patterns have to do with each other: whether one covers all that another matches, and whether they have anything in common.
 *
 * A session that subscribes with a pattern asks for all that it matches, so that a rule about it has to cover all of that.
 *
 * @module
 */

import type { MatchPolicy, Uri } from "../../protocol/messages.ts";

/** A URI, and how it matches. */
export interface Pattern {
  readonly uri: Uri;
  readonly match: MatchPolicy;
}

/** Whether all URIs that `b` matches are matched by `a`. */
export function covers(a: Pattern, b: Pattern): boolean {
  if (a.match === "prefix") return beginning(b).startsWith(a.uri);
  if (b.match === "prefix") return false;
  if (a.match === "exact" && b.match === "wildcard" && b.uri.split(".").includes("")) return false;
  if (a.match === "exact") return a.uri === b.uri;
  return components(a, b, (wanted, given) => wanted === "" || wanted === given);
}

/** Whether there may be a URI that both match. */
export function overlaps(a: Pattern, b: Pattern): boolean {
  if (a.match === "prefix" && b.match === "prefix") {
    return a.uri.startsWith(b.uri) || b.uri.startsWith(a.uri);
  }
  if (a.match === "prefix") return isBegun(b, a.uri);
  if (b.match === "prefix") return isBegun(a, b.uri);
  const open = (pattern: Pattern, component: string): boolean =>
    component === "" && pattern.match === "wildcard";
  return components(a, b, (one, other) => one === other || open(a, one) || open(b, other));
}

/** What all URIs begin with that it matches. */
function beginning({ uri, match }: Pattern): Uri {
  if (match !== "wildcard") return uri;
  const parts = uri.split(".");
  const open = parts.indexOf("");
  return open < 0
    ? uri
    : parts
        .slice(0, open)
        .map((part) => `${part}.`)
        .join("");
}

/** Whether a URI that an exact or wildcard pattern matches can begin like that. */
function isBegun({ uri, match }: Pattern, prefix: Uri): boolean {
  if (match === "exact") return uri.startsWith(prefix);
  const parts = uri.split(".");
  const wanted = prefix.split(".");
  const last = wanted.pop() as string;
  if (wanted.length >= parts.length) return false;
  const fits = wanted.every((part, at) => parts[at] === "" || parts[at] === part);
  const next = parts[wanted.length] as string;
  return fits && (next === "" || next.startsWith(last));
}

function components(a: Pattern, b: Pattern, fits: (a: string, b: string) => boolean): boolean {
  const [ours, theirs] = [a.uri.split("."), b.uri.split(".")];
  return (
    ours.length === theirs.length && ours.every((part, at) => fits(part, theirs[at] as string))
  );
}
