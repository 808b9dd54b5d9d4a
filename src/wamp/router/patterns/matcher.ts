/**
 * One pattern against many URIs, where {@link PatternMap} is many patterns against one URI.
 *
 * @module
 */

import type { MatchPolicy, Uri } from "../../protocol/messages.ts";

/** Tells which URIs a pattern matches. */
export function matcher(pattern: Uri, match: MatchPolicy): (uri: Uri) => boolean {
  if (match === "exact") return (uri) => uri === pattern;
  if (match === "prefix") return (uri) => uri.startsWith(pattern);
  const expected = pattern.split(".");
  return (uri) => {
    const actual = uri.split(".");
    return (
      actual.length === expected.length &&
      expected.every((component, index) => component === "" || component === actual[index])
    );
  };
}
