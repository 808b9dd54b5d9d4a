import { describe, expect, test } from "vitest";
import { EJSON } from "../../../../src/ddp/protocol/ejson/ejson.ts";
import { ObjectId } from "../../../../src/ddp/protocol/object-id.ts";
import { compileSelector } from "../../../../src/ddp/query/selector.ts";

function matches(selector: unknown, document: object): boolean {
  return compileSelector(selector).matches(document);
}

/** A selector, what it matches, and what it doesn't. */
type Case = readonly [selector: unknown, yes: readonly object[], no: readonly object[]];

function check(cases: readonly Case[]): void {
  for (const [selector, yes, no] of cases) {
    const show = (document: object): string =>
      `${typeof selector === "function" ? "a function" : EJSON.stringify(selector)} on ${EJSON.stringify(document)}`;
    for (const document of yes) expect(matches(selector, document), show(document)).toBe(true);
    for (const document of no) expect(matches(selector, document), show(document)).toBe(false);
  }
}

const HEX = "0123456789abcdef01234567";
const REFUSED = expect.objectContaining({ error: 409 }) as Error;

describe("minimongo - selector_compiler", () => {
  test("empty, and none", () => {
    check([
      [{}, [{}, { a: 1 }], []],
      [undefined, [], [{}]],
      [null, [], [{}]],
      ["", [], [{ _id: "x" }]],
      [{ _id: undefined }, [], [{ _id: "x" }]],
      [false, [], [{}]],
      [[], [], [{}]],
      [() => true, [], [{}]],
    ]);
  });

  test("ids", () => {
    check([
      ["a", [{ _id: "a" }], [{ _id: "b" }, {}]],
      [1, [{ _id: 1 }], [{ _id: "1" }]],
      [0, [{ _id: 0 }], [{}]],
      [new ObjectId(HEX), [{ _id: new ObjectId(HEX) }], [{ _id: HEX }]],
      [{ _id: new ObjectId(HEX), x: 1 }, [{ _id: new ObjectId(HEX), x: 1 }], [{ _id: HEX, x: 1 }]],
      [{ _id: { $in: [new ObjectId(HEX)] } }, [{ _id: new ObjectId(HEX) }], [{ _id: HEX }]],
    ]);
  });

  test("literals", () => {
    check([
      [{ a: 12 }, [{ a: 12 }, { a: [12] }, { a: [11, 12], b: 1 }], [{}, { a: 13 }, { a: "12" }]],
      [{ a: "x", b: true }, [{ a: "x", b: true }], [{ a: "x" }, { a: "x", b: false }]],
      [{ a: Number.NaN }, [{ a: Number.NaN }], [{ a: 0 }, {}]],
      [{ a: 0 }, [{ a: -0 }], [{ a: false }, { a: null }]],
      [{ a: null }, [{ a: null }, {}, { a: [null] }], [{ a: 0 }, { a: "" }, { a: [] }]],
      [{ a: undefined }, [{}, { a: null }], [{ a: 0 }]],
      [
        { a: new Date(5) },
        [{ a: new Date(5) }, { a: [new Date(5)] }],
        [{ a: new Date(6) }, { a: 5 }],
      ],
      [
        { a: Uint8Array.of(1, 2) },
        [{ a: Uint8Array.of(1, 2) }],
        [{ a: Uint8Array.of(1) }, { a: [1, 2] }],
      ],
      [{ a: new ObjectId(HEX) }, [{ a: new ObjectId(HEX) }], [{ a: HEX }]],
    ]);
  });

  test("objects are equal when their fields are, in the same order", () => {
    check([
      [
        { a: { b: 1, c: 2 } },
        [{ a: { b: 1, c: 2 } }, { a: [{ b: 1, c: 2 }] }],
        [{ a: { c: 2, b: 1 } }, { a: { b: 1 } }],
      ],
      [{ a: {} }, [{ a: {} }], [{ a: { b: 1 } }, {}]],
      [{ a: { b: null } }, [{ a: { b: null } }], [{ a: {} }]],
    ]);
  });

  test("arrays", () => {
    check([
      [
        { a: [1, 2] },
        [{ a: [1, 2] }, { a: [[1, 2]] }],
        [{ a: [2, 1] }, { a: [1, 2, 3] }, { a: [[[1, 2]]] }],
      ],
      [{ a: [] }, [{ a: [] }, { a: [[]] }], [{ a: 1 }, {}]],
      [{ a: { $size: 2 } }, [{ a: [1, 2] }], [{ a: [1] }, { a: "ab" }, {}, { a: [[1, 2]] }]],
      [
        { "a.b": { $size: 1 } },
        [{ a: [{ b: [1, 2] }, { b: [1] }] }],
        [{ a: [{ b: [1, 2] }, { b: [] }] }],
      ],
      [{ a: { $all: [1, 2] } }, [{ a: [3, 2, 1] }], [{ a: [1] }, { a: 1 }, {}]],
      [{ a: { $all: [1] } }, [{ a: 1 }, { a: [1] }], [{ a: 2 }]],
      [{ a: { $all: [] } }, [], [{ a: [] }, {}]],
      [{ a: { $all: [/x/, 1] } }, [{ a: ["ax", 1] }], [{ a: ["ax"] }]],
      [
        { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } },
        [{ a: [{ b: 1 }, { b: 2 }] }],
        [{ a: [{ b: 1 }] }],
      ],
    ]);
  });

  test("paths", () => {
    check([
      [
        { "a.b": 1 },
        [{ a: { b: 1 } }, { a: [{ b: 1 }] }, { a: [{ b: [2, 1] }, 3] }],
        [{ a: 1 }, {}, { "a.b": 1 }, { a: [[{ b: 1 }]] }],
      ],
      [
        { "a.b": null },
        [{}, { a: 1 }, { a: {} }, { a: [{ b: 1 }, {}] }],
        [{ a: { b: 1 } }, { a: [] }, { a: [{ b: 1 }] }],
      ],
      [
        { "a.0": 1 },
        [{ a: [1, 2] }, { a: { 0: 1 } }, { a: [{ 0: 1 }] }],
        [{ a: [2, 1] }, { a: 1 }],
      ],
      [{ "a.0.b": 1 }, [{ a: [{ b: 1 }] }], [{ a: [{ b: 2 }, { b: 1 }] }]],
      [{ "a.1": { $exists: false } }, [{ a: [1] }, {}], [{ a: [1, 2] }]],
      [{ "a.b": { $gt: 4 } }, [{ a: [{ b: [1, 5] }, { b: [2] }] }], [{ a: [{ b: [1, 3] }] }]],
      [{ "a.length": 2 }, [], [{ a: [1, 2] }, { a: "xy" }]],
    ]);
  });

  test("order", () => {
    check([
      [
        { a: { $lt: 10 } },
        [{ a: 9 }, { a: [10, 9] }, { a: -Infinity }],
        [{ a: 10 }, { a: "9" }, { a: null }, {}],
      ],
      [
        { a: { $gt: 1, $lte: 3 } },
        [{ a: 2 }, { a: 3 }, { a: [0, 9] }],
        [{ a: 1 }, { a: 4 }, { a: new Date(2) }],
      ],
      [{ a: { $gte: "b" } }, [{ a: "b" }, { a: "c" }], [{ a: "a" }, { a: 9 }]],
      [{ a: { $gt: new Date(5) } }, [{ a: new Date(6) }], [{ a: new Date(5) }, { a: 6 }]],
      [{ a: { $gt: [2] } }, [{ a: [3] }, { a: [2, 1] }], [{ a: [1, 9] }, { a: 3 }]],
      [
        { a: { $gt: { b: 2 } } },
        [{ a: { b: 3 } }, { a: { c: 1 } }],
        [{ a: { b: 2 } }, { a: { a: 9 } }],
      ],
      [
        { a: { $gt: new ObjectId(HEX) } },
        [{ a: new ObjectId(HEX.replace("0", "f")) }],
        [{ a: new ObjectId(HEX) }],
      ],
      [
        { a: { $gt: Uint8Array.of(1, 2) } },
        [{ a: Uint8Array.of(1, 3) }, { a: Uint8Array.of(0, 0, 0) }],
        [{ a: Uint8Array.of(9) }],
      ],
      [{ a: { $gte: null } }, [{}, { a: null }], [{ a: 0 }]],
      [{ a: { $lte: Number.NaN } }, [{ a: Number.NaN }], [{ a: 1 }]],
      [{ a: { $lt: true } }, [{ a: false }], [{ a: true }, { a: 0 }]],
    ]);
  });

  test("$in, $nin, $ne", () => {
    check([
      [
        { a: { $in: [1, "x", null] } },
        [{ a: 1 }, { a: ["x"] }, {}, { a: null }],
        [{ a: 2 }, { a: [] }],
      ],
      [
        { a: { $in: [{ b: 1 }, new Date(1)] } },
        [{ a: { b: 1 } }, { a: new Date(1) }],
        [{ a: { b: 2 } }],
      ],
      [{ a: { $in: [/^x/] } }, [{ a: "xy" }, { a: ["xy"] }, { a: /^x/ }], [{ a: "yx" }]],
      [{ a: { $in: [[1]] } }, [{ a: [1] }, { a: [[1]] }], [{ a: 1 }]],
      [{ a: { $in: [] } }, [], [{}, { a: 1 }]],
      [{ a: { $nin: [1, 2] } }, [{ a: 3 }, {}, { a: [3] }], [{ a: 1 }, { a: [3, 1] }]],
      [{ a: { $ne: 1 } }, [{ a: 2 }, {}, { a: [2] }], [{ a: 1 }, { a: [2, 1] }]],
      [{ "a.b": { $ne: 1 } }, [{ a: [{ b: 2 }] }], [{ a: [{ b: 2 }, { b: 1 }] }]],
    ]);
  });

  test("$exists, $mod, $type", () => {
    check([
      [{ a: { $exists: true } }, [{ a: null }, { a: 0 }, { a: [] }], [{}, { b: 1 }]],
      [{ a: { $exists: 0 } }, [{}], [{ a: null }]],
      [{ "a.b": { $exists: true } }, [{ a: [{}, { b: 1 }] }], [{ a: {} }, { a: [{}] }, { a: 5 }]],
      [
        { a: { $mod: [10, 1] } },
        [{ a: 11 }, { a: [2, 21] }],
        [{ a: 12 }, { a: "11" }, { a: null }, {}],
      ],
      [{ a: { $type: 2 } }, [{ a: "x" }, { a: [1, "x"] }], [{ a: 1 }, {}]],
      [{ a: { $type: "array" } }, [{ a: [] }], [{ a: 1 }]],
      [
        { a: { $type: ["date", "objectId"] } },
        [{ a: new Date() }, { a: new ObjectId() }],
        [{ a: HEX }],
      ],
      [{ a: { $type: "object" } }, [{ a: {} }], [{ a: [] }, { a: null }, { a: new Date() }]],
      [{ a: { $type: 5 } }, [{ a: Uint8Array.of() }], [{ a: [] }]],
      [{ a: { $type: 10 } }, [{ a: null }], [{}]],
      [{ a: { $type: "int" } }, [{ a: 1 }], [{ a: 1.5 }]],
    ]);
  });

  test("regular expressions", () => {
    check([
      [
        { a: /a/ },
        [{ a: "cat" }, { a: ["x", "cat"] }, { a: /a/ }],
        [{ a: "dog" }, { a: /b/ }, { a: 1 }, {}],
      ],
      [{ a: { $regex: "^c", $options: "i" } }, [{ a: "Cat" }], [{ a: "dog" }]],
      [{ a: { $regex: /^c/i } }, [{ a: "Cat" }], [{ a: "dog" }]],
      [{ a: { $not: /a/ } }, [{ a: "dog" }, {}], [{ a: "cat" }]],
      [{ a: { $not: { $regex: "a" } } }, [{ a: "dog" }], [{ a: "cat" }]],
    ]);
    const { matches } = compileSelector({ a: /a/g });
    expect([1, 2, 3].map(() => matches({ a: "xa" }))).toEqual([true, true, true]);
  });

  test("$and, $or, $nor, $not, $comment", () => {
    check([
      [{ $or: [{ a: 1 }, { b: 2 }] }, [{ a: 1 }, { b: 2 }], [{ a: 2, b: 1 }, {}]],
      [{ x: 1, $or: [{ a: 1 }, { b: { $gt: 1 } }] }, [{ x: 1, b: 2 }], [{ b: 2 }]],
      [{ $and: [{ a: 1 }, { a: 2 }] }, [{ a: [1, 2] }], [{ a: 1 }]],
      [{ $nor: [{ a: 1 }, { b: 2 }] }, [{}], [{ a: 1 }, { b: 2 }]],
      [{ a: { $not: { $gt: 1 } } }, [{ a: 1 }, { a: "x" }, {}], [{ a: 2 }, { a: [0, 2] }]],
      [{ $comment: "why", $or: [{ a: 1, $comment: "x" }] }, [{ a: 1 }], [{}]],
    ]);
  });

  test("$elemMatch", () => {
    check([
      [
        { a: { $elemMatch: { $gt: 1, $lt: 5 } } },
        [{ a: [9, 2] }],
        [{ a: [0, 9] }, { a: 2 }, { a: [[2]] }],
      ],
      [
        { a: { $elemMatch: { x: 1, y: 2 } } },
        [{ a: [{ x: 1, y: 2 }] }],
        [{ a: [{ x: 1 }, { y: 2 }] }, { a: { x: 1, y: 2 } }],
      ],
      [
        { a: { $elemMatch: { $or: [{ x: 1 }, { y: 1 }] } } },
        [{ a: [{ y: 1 }] }],
        [{ a: [{ z: 1 }] }],
      ],
      [
        { "a.b": { $elemMatch: { c: 1 } } },
        [{ a: [{ b: [] }, { b: [{ c: 1 }] }] }],
        [{ a: [{ b: [{ c: 2 }] }] }],
      ],
      [{ a: { $elemMatch: { $elemMatch: { $gt: 3 } } } }, [{ a: [[1], [4]] }], [{ a: [4] }]],
    ]);
  });

  test("bits", () => {
    check([
      [{ a: { $bitsAllSet: 6 } }, [{ a: 7 }], [{ a: 5 }]],
      [{ a: { $bitsAnySet: [0, 1] } }, [{ a: 2 }], [{ a: 4 }]],
      [{ a: { $bitsAllClear: 6 } }, [{ a: 1 }], [{ a: 2 }]],
      [{ a: { $bitsAnyClear: 6 } }, [{ a: 2 }], [{ a: 6 }]],
    ]);
  });
});

test("values of the application's own types match by value", () => {
  EJSON.addType("store-test-point", (json) => point(json as number));
  check([
    [{ at: point(1) }, [{ at: point(1) }], [{ at: point(2) }, { at: 1 }]],
    [{ at: { $in: [point(1)] } }, [{ at: [point(1)] }], [{ at: point(2) }]],
  ]);
});

function point(x: number): object {
  return { typeName: () => "store-test-point", toJSONValue: () => x };
}

test("what runs code is refused, and what there isn't", () => {
  const refused: object[] = [
    { $where: "true" },
    { $where: () => true },
    { $or: [{ $where: "true" }] },
    { a: { $elemMatch: { $where: "true" } } },
    { $expr: { $eq: [1, 1] } },
    { $jsonSchema: {} },
    { a: { $near: [0, 0] } },
    { a: { $gt: 1, b: 2 } },
    { a: { $gt: 1, toString: 1 } },
    { a: { $regex: "(" } },
    { a: { $in: 5 } },
    { a: { $all: 5 } },
    { a: { $mod: [0] } },
    { a: { $type: "spoon" } },
    { a: { $elemMatch: 5 } },
    { a: { $not: 5 } },
    { $or: [] },
    { $and: {} },
    { $nor: [5] },
    { a: { $constructor: 1 } },
    { $toString: 1 },
  ];
  for (const [index, selector] of refused.entries()) {
    expect(() => compileSelector(selector), `number ${index}`).toThrow(REFUSED);
  }
});

test("names that every object inherits are names like others", () => {
  const own = JSON.parse('{"constructor":{"name":5},"toString":1,"a":{"__proto__":1}}') as object;
  check([
    [{ toString: 1 }, [own], [{}]],
    [{ toString: null }, [{}], [own]],
    [{ constructor: { $exists: true } }, [own], [{}]],
    [{ "constructor.name": 5 }, [own], [{}]],
    [{ hasOwnProperty: { $type: "undefined" } }, [{}, own], [{ hasOwnProperty: 1 }]],
    [{ x: { $elemMatch: { constructor: 1 } } }, [{ x: [own, { constructor: 1 }] }], [{ x: [own] }]],
    [{ x: { $bitsAllSet: 1 } }, [], [{ x: own }]],
  ]);
  for (const json of ['{"__proto__":1}', '{"a.__proto__.b":1}', '{"a":{"__proto__":1}}']) {
    expect(() => compileSelector(JSON.parse(json))).toThrow(REFUSED);
  }
});

test("minimongo - ids matched by selector", () => {
  const cases: [unknown, unknown][] = [
    ["a", ["a"]],
    [{ _id: "a" }, ["a"]],
    [{ _id: "a", x: 1 }, ["a"]],
    [{ _id: { $in: ["a", "b"] } }, ["a", "b"]],
    [{ _id: { $eq: "a" } }, ["a"]],
    [{ $and: [{ x: 1 }, { _id: "a" }] }, ["a"]],
    [{ _id: { $in: ["a", /b/] } }, undefined],
    [{ _id: { $ne: "a" } }, undefined],
    [{ $or: [{ _id: "a" }, { _id: "b" }] }, undefined],
    [{ x: "a" }, undefined],
    [{}, undefined],
    [null, []],
  ];
  for (const [selector, ids] of cases) expect(compileSelector(selector).ids).toEqual(ids);
});
