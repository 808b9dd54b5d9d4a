import { expect, test } from "vitest";
import { matcher } from "../../../../../src/wamp/router/patterns/matcher.ts";

test.each([
  ["a.b", "exact", ["a.b"], ["a.b.c", "a", "a.bc"]],
  ["a.b", "prefix", ["a.b", "a.b.c", "a.bc"], ["a", "b.a.b"]],
  ["", "prefix", ["a", "a.b"], []],
  ["a..c", "wildcard", ["a.b.c", "a.x.c"], ["a.b.d", "a.c", "a.b.b.c", "a.b.c.d"]],
  [".", "wildcard", ["a.b"], ["a", "a.b.c"]],
] as const)("%j, %s", (pattern, match, matching, others) => {
  const matches = matcher(pattern, match);
  expect([...matching, ...others].filter((uri) => matches(uri))).toEqual(matching);
});
