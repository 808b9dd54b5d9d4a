import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MatchPolicy } from "../../../../../src/wamp/protocol/messages.ts";
import { covers, overlaps } from "../../../../../src/wamp/router/authorization/coverage.ts";
import type { Pattern } from "../../../../../src/wamp/router/authorization/coverage.ts";

function pattern(text: string): Pattern {
  const [match, uri = ""] = text.split(":");
  return { uri, match: match as MatchPolicy };
}

describe("what covers what", () => {
  test.each([
    ["exact:a.b", "exact:a.b", true],
    ["exact:a.b", "exact:a.c", false],
    ["exact:a.b", "prefix:a.b", false],
    ["exact:a.b", "wildcard:a.b", true],
    ["exact:a.b", "wildcard:a.", false],
    ["prefix:a.", "prefix:a.b", true],
    ["prefix:a.b", "prefix:a.", false],
    ["prefix:", "prefix:", true],
    ["prefix:a.b", "wildcard:a.b.", true],
    ["prefix:a.b", "wildcard:a..b", false],
    ["prefix:a.", "wildcard:a..b", true],
    ["prefix:a", "wildcard:a..b", true],
    ["prefix:", "wildcard:.a", true],
    ["prefix:a", "wildcard:.a", false],
    ["wildcard:a.", "exact:a.b", true],
    ["wildcard:a.", "exact:a.b.c", false],
    ["wildcard:a.", "prefix:a.", false],
    ["wildcard:.", "wildcard:a.", true],
    ["wildcard:a.", "wildcard:.", false],
  ])("%s covers %s: %s", (a, b, expected) => {
    expect(covers(pattern(a), pattern(b))).toBe(expected);
  });
});

describe("what overlaps what", () => {
  test.each([
    ["exact:a.b", "prefix:a", true],
    ["exact:a.b", "prefix:b", false],
    ["prefix:a.b", "prefix:a.", true],
    ["prefix:a.b", "prefix:a.c", false],
    ["wildcard:a..c", "prefix:a.b", true],
    ["wildcard:a..c", "prefix:a.b.", true],
    ["wildcard:a..c", "prefix:a.b.c", true],
    ["wildcard:a..c", "prefix:a.b.d", false],
    ["wildcard:a..c", "prefix:a.b.c.", false],
    ["wildcard:a..c", "prefix:b", false],
    ["wildcard:a.", "wildcard:.b", true],
    ["wildcard:a.b.", "wildcard:.c.", false],
    ["wildcard:a.", "wildcard:a..", false],
  ])("%s and %s: %s", (a, b, expected) => {
    expect(overlaps(pattern(a), pattern(b))).toBe(expected);
    expect(overlaps(pattern(b), pattern(a))).toBe(expected);
  });
});

/** Small enough that all URIs can be tried. */
const URIS = everyUri(["a", "b", "aa"], 3);

function everyUri(parts: readonly string[], length: number): string[] {
  if (length === 1) return [...parts];
  const shorter = everyUri(parts, length - 1);
  return [...shorter, ...shorter.flatMap((uri) => parts.map((part) => `${uri}.${part}`))];
}

function matches({ uri, match }: Pattern, candidate: string): boolean {
  if (match === "exact") return uri === candidate;
  if (match === "prefix") return candidate.startsWith(uri);
  const [wanted, given] = [uri.split("."), candidate.split(".")];
  return (
    wanted.length === given.length && wanted.every((part, at) => part === "" || part === given[at])
  );
}

const part = fc.constantFrom("a", "b", "aa");
const dotted = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));
const anyPattern: fc.Arbitrary<Pattern> = fc.oneof(
  dotted.map((uri) => ({ uri, match: "exact" }) as const),
  fc
    .tuple(dotted, fc.nat(6))
    .map(([uri, end]) => ({ uri: uri.slice(0, end), match: "prefix" }) as const),
  fc
    .array(fc.oneof(part, fc.constant("")), { minLength: 1, maxLength: 3 })
    .map((parts) => ({ uri: parts.join("."), match: "wildcard" }) as const),
);

test("what covers another matches all that it matches; what doesn't overlap has nothing in common", () => {
  fc.assert(
    fc.property(anyPattern, anyPattern, (a, b) => {
      const theirs = URIS.filter((uri) => matches(b, uri));
      const common = theirs.filter((uri) => matches(a, uri));
      if (covers(a, b)) expect(common).toEqual(theirs);
      if (!overlaps(a, b)) expect(common).toEqual([]);
      // (Prefixes match longer URIs, too, than are tried here.)
      else if (a.match !== "prefix" && b.match !== "prefix") expect(common).not.toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
