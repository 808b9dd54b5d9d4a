import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compactJson, prettyJson } from "../../../src/cli/json.ts";

const SAMPLE = ' { "a" : [ 1 , { } , [ ] , "x, y: {z}" ] ,\r\n\t"\\"\\\\" : null } ';

test("compactJson drops the blanks between tokens, and only those", () => {
  expect(compactJson(SAMPLE)).toBe('{"a":[1,{},[],"x, y: {z}"],"\\"\\\\":null}');
});

test("prettyJson gives each entry a line", () => {
  expect(prettyJson(SAMPLE)).toBe(`{
  "a": [
    1,
    {},
    [],
    "x, y: {z}"
  ],
  "\\"\\\\": null
}`);
});

test("both keep what parsing and writing again would change", () => {
  const text = '{"n":12345678901234567890,"n":1.0,"e":1E2,"s":"\\u0041","__proto__":-0}';
  expect(compactJson(text)).toBe(text);
  expect(compactJson(prettyJson(text))).toBe(text);
});

test("both agree with JSON.stringify for any value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 4 }), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      // (Parsed again, because -0 is written as 0.)
      expect(compactJson(text)).toBe(JSON.stringify(JSON.parse(text)));
      expect(prettyJson(text)).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
    }),
  );
});

test.each(["", "{", "nope", "[1,]", "'a'", "1 2", '"\n"'])("both refuse %j", (text) => {
  expect(() => compactJson(text)).toThrow(SyntaxError);
  expect(() => prettyJson(text)).toThrow(SyntaxError);
});

describe("JSON that is made to hurt", () => {
  test("does not grow without end when it is nested deeply", () => {
    const depth = 5000;
    const text = "[".repeat(depth) + "]".repeat(depth);
    expect(prettyJson(text).length).toBeLessThan(text.length * 70);
  });

  test("is left as it is when it is long", () => {
    const text = `[${"1,".repeat(600_000)} 1]`;
    expect(prettyJson(text)).toBe(text);
  });

  test("may have a string of any length, and of backslashes alone", () => {
    const text = JSON.stringify("\\".repeat(4_000_000));
    expect(compactJson(text)).toBe(text);
  });
});
