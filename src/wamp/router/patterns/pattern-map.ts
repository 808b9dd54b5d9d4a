/**
 * Values by the URIs that they match (WAMP specification, "Pattern-based Subscriptions" and "… Registrations").
 *
 * @module
 */

import type { MatchPolicy, Uri } from "../../protocol/messages.ts";

interface Entry<T> {
  readonly uri: Uri;
  readonly match: MatchPolicy;
  readonly value: T;
}

export class PatternMap<T> {
  readonly #exact = new Map<Uri, T>();
  readonly #prefix = new Map<Uri, T>();
  readonly #wildcard = new Map<Uri, T>();

  get(uri: Uri, match: MatchPolicy): T | undefined {
    return this.#table(match).get(uri);
  }

  set(uri: Uri, match: MatchPolicy, value: T): void {
    this.#table(match).set(uri, value);
  }

  delete(uri: Uri, match: MatchPolicy): void {
    this.#table(match).delete(uri);
  }

  /** Calls `each` for every value whose pattern matches: the exact one, then prefixes, then wildcards. */
  forEachMatch(uri: Uri, each: (value: T) => void): void {
    const exact = this.#exact.get(uri);
    if (exact !== undefined) each(exact);
    for (const [pattern, value] of this.#prefix) if (uri.startsWith(pattern)) each(value);
    for (const [pattern, value] of this.#wildcard) if (isWildcardMatch(pattern, uri)) each(value);
  }

  /** The one value that a call goes to: exact, else the longest prefix, else the most specific wildcard. */
  best(uri: Uri): T | undefined {
    let best: T | undefined;
    const exact = this.#exact.get(uri);
    if (exact !== undefined) return exact;
    let longest = -1;
    for (const [pattern, value] of this.#prefix) {
      if (pattern.length > longest && uri.startsWith(pattern)) {
        best = value;
        longest = pattern.length;
      }
    }
    if (best !== undefined) return best;
    for (const [pattern, value] of this.#wildcard) if (isWildcardMatch(pattern, uri)) return value;
    return undefined;
  }

  *entries(): IterableIterator<Entry<T>> {
    for (const match of ["exact", "prefix", "wildcard"] as const) {
      for (const [uri, value] of this.#table(match)) yield { uri, match, value };
    }
  }

  #table(match: MatchPolicy): Map<Uri, T> {
    if (match === "exact") return this.#exact;
    return match === "prefix" ? this.#prefix : this.#wildcard;
  }
}

function isWildcardMatch(pattern: Uri, uri: Uri): boolean {
  const expected = pattern.split(".");
  const actual = uri.split(".");
  return (
    expected.length === actual.length &&
    expected.every((component, index) => component === "" || component === actual[index])
  );
}
