import { describe, expect, test } from "vitest";
import { isToken, listHas, parseTokens } from "../../../../src/protocol/handshake/field-values.ts";

describe("a token", () => {
  test.each(["a", "chat.v2", "!#$%&'*+-.^_`|~09azAZ", "__proto__"])("may be %s", (text) => {
    expect(isToken(text)).toBe(true);
  });

  test.each(["", "a b", "a,b", "a;b", 'a"', "a\r\nb", "a\u0000", "é", "a/b", "a=b", "\u{1f600}"])(
    "is not %j",
    (text) => {
      expect(isToken(text)).toBe(false);
    },
  );
});

describe("a list of tokens", () => {
  test.each([
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    [" \ta\t,  b ,c ", ["a", "b", "c"]],
    [",a,, ,b,", ["a", "b"]],
    ["__proto__, constructor", ["__proto__", "constructor"]],
  ])("is read from %j", (value, expected) => {
    expect(parseTokens(value)).toEqual(expected);
  });

  test.each(["", " ", ",", "a b", "a;b", '"a"', "a, /", "a,b c"])("is not %j", (value) => {
    expect(parseTokens(value)).toBeUndefined();
  });
});

describe("an element is found", () => {
  test.each([
    [["upgrade"], true],
    [["keep-alive, Upgrade"], true],
    [["keep-alive", "UPGRADE"], true],
    [[], false],
    [[""], false],
    [["upgraded"], false],
    [["up grade"], false],
  ])("in %j: %s", (values, expected) => {
    expect(listHas(values, "upgrade")).toBe(expected);
  });
});
