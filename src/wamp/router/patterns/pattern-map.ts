/**
 * Values by the URIs that they match (WAMP specification, "Pattern-based Subscriptions" and "… Registrations").
 *
 * What it costs to find matches doesn't depend on how many patterns there are that don't match.
 *
 * @module
 */

import type { MatchPolicy, Uri } from "../../protocol/messages.ts";
import { PrefixTrie } from "./prefix-trie.ts";
import { WildcardTrie } from "./wildcard-trie.ts";

interface Entry<T> {
  readonly uri: Uri;
  readonly match: MatchPolicy;
  readonly value: T;
}

export class PatternMap<T> {
  readonly #exact = new Map<Uri, T>();
  readonly #prefix = new Map<Uri, T>();
  readonly #wildcard = new Map<Uri, T>();
  readonly #prefixes = new PrefixTrie<T>();
  readonly #wildcards = new WildcardTrie<T>();

  get(uri: Uri, match: MatchPolicy): T | undefined {
    return this.#table(match).get(uri);
  }

  set(uri: Uri, match: MatchPolicy, value: T): void {
    this.#table(match).set(uri, value);
    if (match === "prefix") this.#prefixes.set(uri, value);
    else if (match === "wildcard") this.#wildcards.set(uri, value);
  }

  delete(uri: Uri, match: MatchPolicy): void {
    if (!this.#table(match).delete(uri)) return;
    if (match === "prefix") this.#prefixes.delete(uri);
    else if (match === "wildcard") this.#wildcards.delete(uri);
  }

  /**
   * Calls `each` for every value whose pattern matches: the exact one, then prefixes, then wildcards. `each` may change the
   * map: it is still called for what matched before.
   */
  forEachMatch(uri: Uri, each: (value: T) => void): void {
    const exact = this.#exact.get(uri);
    if (this.#prefix.size === 0 && this.#wildcard.size === 0) {
      if (exact !== undefined) each(exact);
      return;
    }
    const values: T[] = exact === undefined ? [] : [exact];
    this.#prefixes.collect(uri, values);
    this.#wildcards.collect(uri, values);
    for (const value of values) each(value);
  }

  /** The one value that a call goes to: exact, else the longest prefix, else the most specific wildcard. */
  best(uri: Uri): T | undefined {
    return this.#exact.get(uri) ?? this.#prefixes.longest(uri) ?? this.#wildcards.best(uri);
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
