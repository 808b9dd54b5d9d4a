import { describe, expect, test } from "vitest";
import { type ExtensionOffer, parseExtensions } from "../../../../src/protocol/extensions/offer.ts";

const CASES: [value: string, expected: ExtensionOffer[]][] = [
  ["foo", [{ name: "foo", parameters: [] }]],
  [
    "foo, bar; baz",
    [
      { name: "foo", parameters: [] },
      { name: "bar", parameters: [["baz", undefined]] },
    ],
  ],
  [
    'a ;b=1;\tc = "2" ; b="x\\y\\z" , ,a',
    [
      {
        name: "a",
        parameters: [
          ["b", "1"],
          ["c", "2"],
          ["b", "xyz"],
        ],
      },
      { name: "a", parameters: [] },
    ],
  ],
  [
    "__proto__; constructor=toString",
    [{ name: "__proto__", parameters: [["constructor", "toString"]] }],
  ],
];

const MALFORMED = [
  "",
  " ",
  ",",
  "foo bar",
  ";foo",
  "foo;",
  "foo;;bar",
  "foo;=1",
  "foo;a=",
  "foo;a=,",
  "foo;a=1 2",
  'foo;a="1',
  'foo;a="',
  'foo;a="\\',
  'foo;a=""',
  'foo;a="1 2"',
  'foo;a="1"2',
  'foo;a="\u00e9"',
  '"foo"',
  "foo=1",
  "foo/1",
];

describe("a list of extensions", () => {
  test.each(CASES)("is read from %j", (value, expected) => {
    expect(parseExtensions(value)).toEqual(expected);
  });

  test.each(MALFORMED)("is not %j", (value) => {
    expect(parseExtensions(value)).toBeUndefined();
  });
});
