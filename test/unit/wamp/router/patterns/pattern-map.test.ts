import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { MatchPolicy } from "../../../../../src/wamp/protocol/messages.ts";
import { PatternMap } from "../../../../../src/wamp/router/patterns/pattern-map.ts";

function matchesOf(map: PatternMap<string>, uri: string): string[] {
  const found: string[] = [];
  map.forEachMatch(uri, (value) => found.push(value));
  return found;
}

/** The same, written as the specification says it. */
class NaiveMap {
  readonly #entries = new Map<string, readonly [uri: string, match: MatchPolicy, value: string]>();

  set(uri: string, match: MatchPolicy, value: string): void {
    this.#entries.set(`${match} ${uri}`, [uri, match, value]);
  }

  delete(uri: string, match: MatchPolicy): void {
    this.#entries.delete(`${match} ${uri}`);
  }

  matches(uri: string): string[] {
    return Array.from(this.#entries.values())
      .filter(([pattern, match]) => isMatch(pattern, match, uri))
      .map(([, , value]) => value);
  }

  best(uri: string): string | undefined {
    const matching = Array.from(this.#entries.values()).filter(([pattern, match]) =>
      isMatch(pattern, match, uri),
    );
    const of = (policy: MatchPolicy): string[] =>
      matching.filter(([, match]) => match === policy).map(([pattern]) => pattern);
    const [exact] = of("exact");
    if (exact !== undefined) return `exact ${exact}`;
    const [prefix] = of("prefix").toSorted((a, b) => b.length - a.length);
    if (prefix !== undefined) return `prefix ${prefix}`;
    const [wildcard] = of("wildcard").toSorted((a, b) => (shape(a) < shape(b) ? -1 : 1));
    return wildcard === undefined ? undefined : `wildcard ${wildcard}`;
  }

  get size(): number {
    return this.#entries.size;
  }
}

/** Literal components sort before empty ones, the leftmost decides. */
function shape(pattern: string): string {
  return pattern
    .split(".")
    .map((component) => (component === "" ? "1" : "0"))
    .join("");
}

function isMatch(pattern: string, match: MatchPolicy, uri: string): boolean {
  if (match === "exact") return pattern === uri;
  if (match === "prefix") return uri.startsWith(pattern);
  const [expected, actual] = [pattern.split("."), uri.split(".")];
  return (
    expected.length === actual.length &&
    expected.every((component, index) => component === "" || component === actual[index])
  );
}

test("a prefix is one of the string, also within a component", () => {
  const map = new PatternMap<string>();
  map.set("com.ab", "prefix", "ab");
  map.set("com.abcd", "prefix", "abcd");
  map.set("", "prefix", "all");
  expect(matchesOf(map, "com.abcde.f")).toEqual(["all", "ab", "abcd"]);
  expect(matchesOf(map, "com.abc")).toEqual(["all", "ab"]);
  expect(matchesOf(map, "com.a")).toEqual(["all"]);
  expect(map.best("com.abc")).toBe("ab");
});

test("a wildcard stands for one component, first and last too", () => {
  const map = new PatternMap<string>();
  map.set(".b.", "wildcard", "middle");
  map.set("..", "wildcard", "any three");
  map.set("", "wildcard", "any one");
  expect(matchesOf(map, "a.b.c")).toEqual(["middle", "any three"]);
  expect(matchesOf(map, "a")).toEqual(["any one"]);
  expect(matchesOf(map, "a.b")).toEqual([]);
});

test("one URI with three policies is three patterns", () => {
  const map = new PatternMap<string>();
  for (const match of ["exact", "prefix", "wildcard"] as const) map.set("a.b", match, match);
  expect(matchesOf(map, "a.b")).toEqual(["exact", "prefix", "wildcard"]);
  map.delete("a.b", "prefix");
  map.delete("a.b", "prefix");
  expect(matchesOf(map, "a.b")).toEqual(["exact", "wildcard"]);
  expect(Array.from(map.entries(), ({ match }) => match)).toEqual(["exact", "wildcard"]);
});

test("names of prototypes are ordinary components", () => {
  const map = new PatternMap<string>();
  map.set("__proto__.", "wildcard", "proto");
  map.set("constructor", "prefix", "constructor");
  expect(matchesOf(map, "__proto__.toString")).toEqual(["proto"]);
  expect(matchesOf(map, "constructor.x")).toEqual(["constructor"]);
  expect(map.best("toString")).toBeUndefined();
});

test("changing the map while it calls back changes nothing for what matched", () => {
  const map = new PatternMap<string>();
  const patterns = ["a", "a.b", "a.b.c", "a.b.cd"];
  for (const pattern of patterns) map.set(pattern, "prefix", pattern);
  const seen: string[] = [];
  map.forEachMatch("a.b.cd", (value) => {
    seen.push(value);
    for (const pattern of patterns) map.delete(pattern, "prefix");
  });
  expect(seen).toEqual(patterns);
  expect(matchesOf(map, "a.b.cd")).toEqual([]);
});

const component = fc.constantFrom("", "a", "b", "ab", "__proto__");
const pattern = fc.array(component, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("."));
const match = fc.constantFrom<MatchPolicy>("exact", "prefix", "wildcard");

test("it finds what the specification's rules find, whatever was added and removed", () => {
  const change = fc.record({ add: fc.boolean(), uri: pattern, match });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), fc.array(pattern), (changes, uris) => {
      const map = new PatternMap<string>();
      const naive = new NaiveMap();
      for (const { add, uri, match: policy } of changes) {
        for (const target of [map, naive]) {
          if (add) target.set(uri, policy, `${policy} ${uri}`);
          else target.delete(uri, policy);
        }
      }
      expect(Array.from(map.entries())).toHaveLength(naive.size);
      for (const uri of [...uris, ...changes.map((each) => each.uri)]) {
        expect(matchesOf(map, uri).toSorted()).toEqual(naive.matches(uri).toSorted());
        expect(map.best(uri)).toBe(naive.best(uri));
      }
    }),
    { numRuns: 500 },
  );
});

describe("with the vectors", () => {
  // Beside the repository, where it is there.
  const file = new URL(
    "../../../../../../shared/data/wamp-vectors/derived/patterns.json",
    import.meta.url,
  );
  const there = existsSync(file);

  interface Vectors {
    call_routing: {
      registrations: { id: number; match: MatchPolicy; uri: string }[];
      expected_string_prefix: [uri: string, id: number | null][];
    };
    subscription_match: Cases;
    registration_match: Cases;
  }
  type Cases = Record<
    "prefix" | "wildcard",
    { pattern: string; match: string[]; no_match: string[] }
  >;

  test.skipIf(!there)("calls go where they should (skipped where the vectors aren't)", () => {
    const { call_routing: routing } = JSON.parse(readFileSync(file, "utf8")) as Vectors;
    const map = new PatternMap<number>();
    for (const { id, match: policy, uri } of routing.registrations) map.set(uri, policy, id);
    for (const [uri, id] of routing.expected_string_prefix) {
      expect([uri, map.best(uri) ?? null]).toEqual([uri, id]);
    }
  });

  test.skipIf(!there)("patterns match (skipped where the vectors aren't)", () => {
    const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;
    for (const cases of [vectors.subscription_match, vectors.registration_match]) {
      for (const policy of ["prefix", "wildcard"] as const) {
        const { pattern: uri, match: matching, no_match: others } = cases[policy];
        const map = new PatternMap<string>();
        map.set(uri, policy, "found");
        for (const each of matching) expect([each, map.best(each)]).toEqual([each, "found"]);
        for (const each of others) expect([each, map.best(each)]).toEqual([each, undefined]);
      }
    }
  });
});

describe("the work that it takes", () => {
  function mapOf(patterns: readonly string[]): PatternMap<object> {
    const map = new PatternMap<object>();
    for (const each of patterns) map.set(each, "wildcard", {});
    return map;
  }

  /** How many nodes it looks at: counted, since time isn't to be relied on. */
  function countNodes(map: PatternMap<object>, uri: string): number {
    const get = vi.spyOn(Map.prototype, "get");
    map.best(uri);
    const reads = get.mock.calls.length;
    get.mockRestore();
    return reads;
  }

  test("doesn't grow with patterns that don't match", () => {
    const patterns = Array.from({ length: 20_000 }, (_, n) => `com.app${n}..event`);
    const few = countNodes(mapOf(patterns.slice(0, 10)), "com.app5.x.event");
    expect(countNodes(mapOf(patterns), "com.app5.x.event")).toBe(few);
  });

  test("is bounded by the number of patterns, however they branch", () => {
    // All 4096 ways to put wildcards into twelve components, of which none matches at the end.
    const patterns = Array.from({ length: 4096 }, (_, bits) => {
      const parts = Array.from({ length: 12 }, (__, at) => ((bits >> at) & 1 ? "a" : ""));
      return [...parts, "end"].join(".");
    });
    const uri = `${"a.".repeat(12)}other`;
    const map = mapOf(patterns);
    expect(countNodes(map, uri)).toBeLessThan(4 * patterns.length);
    expect(countNodes(map, "a.".repeat(200))).toBeLessThan(10);
  });

  test.each([
    // Each branches from the one before it.
    ["prefix", (n: number) => "ab.".repeat(n + 1)],
    ["wildcard", (n: number) => `${"ab.".repeat(n + 1)}${".".repeat(300 - n)}`],
  ] as const)("is what it was before, once patterns are removed (%s)", (policy, make) => {
    const map = new PatternMap<object>();
    const patterns = Array.from({ length: 300 }, (_, n) => make(n));
    for (const each of patterns) map.set(each, policy, {});
    const uri = "ab.".repeat(301);
    expect(countNodes(map, uri)).toBeGreaterThan(200);
    for (const each of patterns.slice(0, -1)) map.delete(each, policy);
    expect(countNodes(map, uri)).toBeLessThan(5);
    expect(map.best(uri)).toBeDefined();
    map.delete(patterns.at(-1) as string, policy);
    expect(map.best(uri)).toBeUndefined();
  });
});
