/**
 * Tests of patterns of channel names.
 *
 * @module
 */

import { expect, test } from "vitest";
import { matcherOf } from "../../../../src/channels/server/pattern.ts";

test.each([
  ["abc", "abc", true],
  ["abc", "ab", false],
  ["abc", "*", true],
  ["", "*", true],
  ["abc", "a*", true],
  ["abc", "*c", true],
  ["abc", "a*c", true],
  ["abc", "*b*", true],
  ["abc", "*x*", false],
  ["a", "a*a", false],
  ["aba", "a*b*a", true],
  ["ab", "*b*b", false],
  ["abb", "*b*b", true],
  ["xabc", "a*", false],
  ["a.c", "a?c", false],
  ["a**", "a**", true],
  ["ab", "a**b", true],
  ["a", "a**a", false],
])("%j like %j: %j", (name, pattern, expected) => {
  expect(matcherOf(pattern)(name)).toBe(expected);
});

test("many asterisks cost no more than linear time each", () => {
  expect(matcherOf(`${"a*".repeat(1_000)}b`)("a".repeat(10_000))).toBe(false);
});

test("a long pattern costs no more for each of many names", () => {
  const patterns = ["*".repeat(1_000_000), `${"*a".repeat(500_000)}*`];
  const start = performance.now();
  const counts = patterns.map((pattern) => {
    const matches = matcherOf(pattern);
    return Array.from({ length: 5_000 }, (_, id) => `a${id}`).filter(matches).length;
  });
  expect(counts).toEqual([5_000, 0]);
  expect(performance.now() - start).toBeLessThan(5_000);
});
