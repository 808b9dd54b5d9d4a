import fc from "fast-check";
import { expect, test } from "vitest";
import { onOneLine, rawItems, rawMembers } from "../../../../src/channels/server/raw-json.ts";

test("an object is taken apart into texts", () => {
  const text = ' { "a" : 1.0 , "b\\"\\u0041":{"c":[1,2]}, "":"},]\\\\" ,"a": 1e400\t} ';
  expect([...rawMembers(text)]).toEqual([
    ["a", "1e400"],
    ['b"A', '{"c":[1,2]}'],
    ["", '"},]\\\\"'],
  ]);
});

test("an array is taken apart into texts", () => {
  expect(rawItems('[ 1 ,"a,b", [2,[3]],{"x":[]} ,null]')).toEqual([
    "1",
    '"a,b"',
    "[2,[3]]",
    '{"x":[]}',
    "null",
  ]);
  expect([rawItems("[]"), rawItems("[ ]"), rawItems("[[]]")]).toEqual([[], [], ["[]"]]);
  expect([...rawMembers("{}")]).toEqual([]);
});

test("names of prototypes are ordinary", () => {
  expect(rawMembers('{"__proto__":1}').get("__proto__")).toBe("1");
});

test("the pieces are what was put together", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 2), (values, indent) => {
      const items = rawItems(JSON.stringify(values, undefined, indent));
      expect(items.map((item) => JSON.parse(item) as unknown)).toEqual(
        JSON.parse(JSON.stringify(values)),
      );
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (values) => {
      const text = JSON.stringify(values);
      const members = Array.from(rawMembers(text), ([name, item]) => [name, JSON.parse(item)]);
      expect(members).toEqual(Object.entries(JSON.parse(text) as object));
    }),
  );
});

test("takes time linear in the text, and is not led too deep", () => {
  expect(rawItems(`[${'"\\\\\\"",'.repeat(200_000)}1]`)).toHaveLength(200_001);
  expect(() => rawItems(`[${"[".repeat(200_000)}${"]".repeat(200_000)}]`)).toThrow("too deeply");
});

test("one line is the same JSON", () => {
  expect(onOneLine('{\r\n"a":\n"\\n"}')).toBe('{  "a": "\\n"}');
});
