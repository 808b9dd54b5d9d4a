import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isMatchable, isReserved, isUri, isUriBy } from "../../../../src/wamp/protocol/uri.ts";

/** The regular expressions of the specification ("URIs"). */
const LOOSE = /^([^\s.#]+\.)*([^\s.#]+)$/;
const STRICT = /^([0-9a-z_]+\.)*([0-9a-z_]+)$/;
const LOOSE_EMPTY = /^(([^\s.#]+\.)|\.)*([^\s.#]+)?$/;
const STRICT_EMPTY = /^(([0-9a-z_]+\.)|\.)*([0-9a-z_]+)?$/;

const unit = fc.constantFrom(
  ".",
  ".",
  "a",
  "z",
  "0",
  "_",
  "A",
  "-",
  "#",
  " ",
  "\n",
  "\u00a0",
  "ä",
  "😀",
);
const anyUri = fc.string({ unit, maxLength: 12 });

test("URIs are what the specification's expressions match", () => {
  fc.assert(
    fc.property(anyUri, (uri) => {
      expect(isUri(uri)).toBe(LOOSE.test(uri));
      expect(isUriBy("loose", uri)).toBe(LOOSE.test(uri));
      expect(isUriBy("strict", uri)).toBe(STRICT.test(uri));
      for (const match of ["prefix", "wildcard"] as const) {
        expect(isMatchable(uri, match)).toBe(LOOSE_EMPTY.test(uri));
        expect(isMatchable(uri, match, "strict")).toBe(STRICT_EMPTY.test(uri));
      }
      expect(isMatchable(uri, "exact")).toBe(LOOSE.test(uri));
      expect(isMatchable(uri, "exact", "strict")).toBe(STRICT.test(uri));
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["", false, false],
  [".", false, false],
  ["com", true, true],
  ["com.example", true, true],
  ["com..example", false, false],
  ["com.example.", false, false],
  ["Com.Exämple-1", true, false],
  ["__proto__", true, true],
  ["a b", false, false],
  ["a\n", false, false],
  ["a#b", false, false],
])("%j: loose %s, strict %s", (uri, loose, strict) => {
  expect([isUri(uri), isUriBy("strict", uri)]).toEqual([loose, strict]);
});

test("what begins with wamp is the protocol's own", () => {
  const uris = ["wamp", "wamp.session.count", "wamp.", "wampy", "com.wamp", "WAMP.x", ""];
  expect(uris.map((uri) => isReserved(uri))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("a long URI takes linear time", () => {
  const long = "a.".repeat(500_000);
  expect(isUri(`${long}a`)).toBe(true);
  expect(isUri(`${long}#`)).toBe(false);
});
