import { describe, expect, test } from "vitest";
import { saslprep } from "../../../../src/wamp/authentication/saslprep.ts";

describe("SASLprep", () => {
  // The examples of RFC 4013 section 3, and some more.
  test.each([
    ["I\u00ADX", "IX"],
    ["user", "user"],
    ["USER", "USER"],
    ["\u00AA", "a"],
    ["\u2168", "IX"],
    ["a\u00A0b", "a b"],
    ["e\u0301", "é"],
    ["\u0627\u0644", "\u0627\u0644"],
    ["👋", "👋"],
    ["", ""],
  ])("%j becomes %j", (text, prepared) => {
    expect(saslprep(text)).toBe(prepared);
  });

  test.each([
    "\u0007",
    "\u007F",
    "\u0627\u0031",
    "\u0627a\u0627",
    "a\uE000",
    "\uD800",
    "\uFFFD",
    "a\u200E",
  ])("%j is refused", (text) => {
    expect(() => saslprep(text)).toThrow(TypeError);
  });

  test("takes linear time", () => {
    expect(saslprep("\u00AD".repeat(1_000_000))).toBe("");
    expect(() => saslprep("\u0627".repeat(500_000) + "a")).toThrow(TypeError);
  });
});
