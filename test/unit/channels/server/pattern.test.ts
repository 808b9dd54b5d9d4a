/**
 * Tests of patterns of channel names.
 *
 * @module
 */

import { expect, test } from "vitest";
import { isLike } from "../../../../src/channels/server/pattern.ts";

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
])("%j like %j: %j", (name, pattern, expected) => {
  expect(isLike(name, pattern)).toBe(expected);
});

test("many asterisks cost no more than linear time each", () => {
  expect(isLike("a".repeat(10_000), `${"a*".repeat(1_000)}b`)).toBe(false);
});
