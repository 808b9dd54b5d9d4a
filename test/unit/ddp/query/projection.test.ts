import { expect, test } from "vitest";
import type { Fields } from "../../../../src/ddp/protocol/fields.ts";
import { compileProjection } from "../../../../src/ddp/query/projection.ts";

function project(fields: Fields, document: object): object {
  const compiled = compileProjection(fields);
  return compiled ? compiled(document) : document;
}

const DOCUMENT = {
  _id: "1",
  a: { b: 1, c: 2 },
  d: 3,
  e: [{ f: 1, g: 2 }, { f: 3 }, 4, [{ f: 5, g: 6 }]],
};

test("minimongo - projection_compiler", () => {
  const cases: [Fields, object][] = [
    [{}, DOCUMENT],
    [{ d: 1 }, { _id: "1", d: 3 }],
    [{ d: 1, _id: 0 }, { d: 3 }],
    [
      { d: true, x: true },
      { _id: "1", d: 3 },
    ],
    [
      { a: 0, e: 0 },
      { _id: "1", d: 3 },
    ],
    [{ a: 0, e: 0, _id: 0 }, { d: 3 }],
    [
      { a: 0, e: 0, _id: 1 },
      { _id: "1", d: 3 },
    ],
    [{ _id: 1 }, { _id: "1" }],
    [
      { _id: 0, e: 0 },
      { a: { b: 1, c: 2 }, d: 3 },
    ],
    [{ "a.b": 1 }, { _id: "1", a: { b: 1 } }],
    [
      { "a.b": 1, "a.c": 1 },
      { _id: "1", a: { b: 1, c: 2 } },
    ],
    [
      { "a.b": 0, e: 0 },
      { _id: "1", a: { c: 2 }, d: 3 },
    ],
    [{ "d.x": 1, "y.z": 1 }, { _id: "1" }],
    [
      { "d.x": 0, a: 0, e: 0 },
      { _id: "1", d: 3 },
    ],
  ];
  for (const [fields, result] of cases) {
    expect(project(fields, DOCUMENT), JSON.stringify(fields)).toStrictEqual(result);
  }
  expect(project({ _id: 0 }, { _id: 1, a: 1 })).toEqual({ a: 1 });
});

test("minimongo - fetch with projection, subarrays", () => {
  expect(project({ "e.f": 1 }, DOCUMENT)).toEqual({
    _id: "1",
    e: [{ f: 1 }, { f: 3 }, [{ f: 5 }]],
  });
  expect(project({ "e.f": 0, a: 0 }, DOCUMENT)).toEqual({
    _id: "1",
    d: 3,
    e: [{ g: 2 }, {}, 4, [{ g: 6 }]],
  });
});

test("what can't be asked for", () => {
  const refused = expect.objectContaining({ error: 409 }) as Error;
  const cases: Fields[] = [
    { a: 1, b: 0 },
    { a: 2 },
    { a: "x" },
    { a: { $slice: 1 } },
    { a: 1, "a.b": 1 },
    { "a.b": 1, a: 1 },
    { "a.b": 1, "a.b.c": 1 },
  ];
  for (const fields of cases) {
    expect(() => compileProjection(fields), JSON.stringify(fields)).toThrow(refused);
  }
});

test("names that every object inherits are names like others", () => {
  const document = JSON.parse('{"_id":"1","__proto__":{"a":1,"b":2},"toString":3}') as object;
  const fields = JSON.parse('{"__proto__.a":1,"constructor":1}') as Fields;
  expect(JSON.stringify(project(fields, document))).toBe('{"_id":"1","__proto__":{"a":1}}');
  expect(JSON.stringify(project({ toString: 0 }, document))).toBe(
    '{"_id":"1","__proto__":{"a":1,"b":2}}',
  );
});
