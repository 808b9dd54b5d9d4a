import { describe, expect, test } from "vitest";
import { ObjectId } from "../../../../src/ddp/protocol/object-id.ts";
import { modify } from "../../../../src/ddp/query/modifier.ts";

const REFUSED = expect.objectContaining({ error: 409 }) as Error;

/** A document, a modifier, and what comes of it; or nothing, when it is refused. */
type Case = readonly [document: object, modifier: unknown, result?: object];

function check(cases: readonly Case[]): void {
  for (const [document, modifier, result] of cases) {
    const before = structuredClone(document);
    const what = `${JSON.stringify(modifier)} on ${JSON.stringify(document)}`;
    if (result) expect(modify(document, modifier), what).toStrictEqual(result);
    else expect(() => modify(document, modifier), what).toThrow(REFUSED);
    expect(document, what).toEqual(before);
  }
}

describe("what a client may not do to a server", () => {
  test("gaps in arrays are filled up to a thousand elements, in all arrays together", () => {
    const positions = (count: number, step: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`a.${(at + 1) * step}`, 1]));
    check([
      [{ a: [] }, { $set: positions(3, 500) }],
      [{ a: [[], []] }, { $set: { "a.0.600": 1, "a.1.600": 1 } }],
    ]);
    const { a } = modify({ a: [] as unknown[] }, { $set: positions(2, 500) });
    expect(a.length).toBe(1_001);
    expect(modify({ a }, { $set: { "a.2000": 1 } }).a.length).toBe(2_001);
  });

  test("an element has one name", () => {
    check([
      [{ a: [[1]] }, { $push: { "a.0": 2, "a.00": 3 } }],
      [{ a: [[1]] }, { $addToSet: { "a.00": 3 } }],
      [{ a: [1] }, { $set: { "a.00": 3 } }],
      [{ a: [1, 2] }, { $unset: { "a.01": 1 } }, { a: [1, 2] }],
    ]);
  });

  test("many conditions aren't asked of many elements", () => {
    const pull = (count: number): object => ({
      $pull: { a: Object.fromEntries(Array.from({ length: count }, (_, x) => [`f${x}`, null])) },
    });
    const many = { a: Array.from({ length: 100_000 }, () => ({ x: -1 })) };
    expect(() => modify(many, pull(30))).toThrow(REFUSED);
    expect(modify(many, pull(3))).toEqual({ a: [] });
    expect(modify({ a: [{ f5: 5 }, { x: 5 }] }, pull(30))).toEqual({ a: [{ f5: 5 }] });
  });
});

describe("minimongo - modify", () => {
  test("replacing a document", () => {
    check([
      [{ _id: "1", x: 12 }, { y: 13 }, { _id: "1", y: 13 }],
      [{ _id: "1", x: 12 }, {}, { _id: "1" }],
      [
        { _id: "1", x: 12 },
        { _id: "1", y: 13 },
        { _id: "1", y: 13 },
      ],
      [{ _id: "1" }, { _id: "2" }],
      [{ a: 12 }, { a: 13, $set: { b: 1 } }],
      [{ a: 12 }, { $set: { b: 1 }, a: 13 }],
      [{ a: 12 }, { "a.b": 1 }],
      [{ a: 12 }, { a: { $b: 1 } }],
      [{ a: 12 }, null],
      [{ a: 12 }, []],
      [{ a: 12 }, "x"],
    ]);
  });

  test("$set", () => {
    check([
      [{ a: 1, b: 2 }, { $set: { a: 10 } }, { a: 10, b: 2 }],
      [{ a: 1 }, { $set: { c: { d: 1 } } }, { a: 1, c: { d: 1 } }],
      [{ a: [1, 2] }, { $set: { a: [3] } }, { a: [3] }],
      [{ a: 1 }, { $set: { a: undefined } }, {}],
      [{}, { $set: { a: undefined } }, {}],
      [{ a: 1 }, { $set: {} }, { a: 1 }],
      [{ a: 1 }, { $set: { a: () => 1 } }],
      [{ a: 1 }, { $set: 5 }],
      [{ _id: "1" }, { $set: { _id: "1" } }, { _id: "1" }],
      [{ _id: "1" }, { $set: { _id: "2" } }],
      [{ _id: "1" }, { $unset: { _id: 1 } }],
      [{ _id: "1" }, { $set: { "_id.x": "2" } }],
      [{ a: 1 }, { $set: { a: { $b: 1 } } }],
      [{ a: 1 }, { $set: { a: { "b.c": 1 } } }],
      [{ a: 1 }, { $set: { $a: 1 } }],
      [{ a: 1 }, { $set: { "b.$x": 1 } }],
      [{ a: 1 }, { $set: { "": 1 } }],
      [{ a: 1 }, { $set: { ".a": 1 } }],
      [{ a: 1 }, { $set: { "a.": 1 } }],
      [{ a: 1 }, { $set: { "a..b": 1 } }],
    ]);
  });

  test("paths into documents", () => {
    check([
      [{ a: { b: 1 } }, { $set: { "a.c": 2 } }, { a: { b: 1, c: 2 } }],
      [{}, { $set: { "a.b.c": 2 } }, { a: { b: { c: 2 } } }],
      [{ a: null }, { $set: { "a.b": 2 } }, { a: { b: 2 } }],
      [{ a: 5 }, { $set: { "a.b": 2 } }],
      [{ a: "x" }, { $set: { "a.0": 2 } }],
      [{ a: new Date(0) }, { $set: { "a.b": 2 } }],
      [{ a: [1, 2, 3] }, { $set: { "a.1": 9 } }, { a: [1, 9, 3] }],
      [{ a: [1] }, { $set: { "a.3": 9 } }, { a: [1, null, null, 9] }],
      [{ a: [{ b: 1 }, { b: 2 }] }, { $set: { "a.1.b": 9 } }, { a: [{ b: 1 }, { b: 9 }] }],
      [{ a: [] }, { $set: { "a.0.b": 9 } }, { a: [{ b: 9 }] }],
      [{ a: [1] }, { $set: { "a.b": 9 } }],
      [{ a: [1] }, { $set: { "a.-1": 9 } }],
      [{ a: [1] }, { $set: { "a.999999999": 9 } }],
      [{ a: [1] }, { $set: { "a.99999999999999999999999": 9 } }],
      [{ a: {} }, { $set: { "a.999999999": 9 } }, { a: { 999999999: 9 } }],
    ]);
  });

  test("$unset", () => {
    check([
      [{ a: 1, b: 2 }, { $unset: { a: 1 } }, { b: 2 }],
      [{ a: { b: 1, c: 2 } }, { $unset: { "a.b": 1 } }, { a: { c: 2 } }],
      [{ a: 1 }, { $unset: { b: 1, "c.d": 1, "a.x": 1 } }, { a: 1 }],
      [{ a: [1, 2, 3] }, { $unset: { "a.1": 1 } }, { a: [1, null, 3] }],
      [{ a: [1] }, { $unset: { "a.5": 1, "a.x": 1 } }, { a: [1] }],
    ]);
  });

  test("$inc and $mul", () => {
    check([
      [{ a: 1 }, { $inc: { a: 10 } }, { a: 11 }],
      [{ a: 1 }, { $inc: { b: 2, "c.d": 3 } }, { a: 1, b: 2, c: { d: 3 } }],
      [{ a: [1, 2] }, { $inc: { "a.1": -5 } }, { a: [1, -3] }],
      [{ a: "x" }, { $inc: { a: 1 } }],
      [{ a: null }, { $inc: { a: 1 } }],
      [{ a: 1 }, { $inc: { a: "1" } }],
      [{ _id: 1 }, { $inc: { _id: 1 } }],
      [{ a: 3 }, { $mul: { a: 4, b: 2 } }, { a: 12, b: 0 }],
      [{ a: "x" }, { $mul: { a: 1 } }],
    ]);
  });

  test("$min, $max, $currentDate", () => {
    check([
      [{ a: 5 }, { $min: { a: 3, b: 1 } }, { a: 3, b: 1 }],
      [{ a: 5 }, { $min: { a: 7 } }, { a: 5 }],
      [{ a: 5 }, { $max: { a: 7, "b.c": 1 } }, { a: 7, b: { c: 1 } }],
      [{ a: 5 }, { $max: { a: 3 } }, { a: 5 }],
      [{ a: new Date(5) }, { $max: { a: new Date(6) } }, { a: new Date(6) }],
      [{}, { $currentDate: { a: 5 } }],
      [{}, { $currentDate: { a: { $type: "timestamp" } } }],
    ]);
    for (const how of [true, { $type: "date" }]) {
      expect(modify({}, { $currentDate: { "a.b": how } })).toEqual({
        a: { b: expect.any(Date) as Date },
      });
    }
  });

  test("$rename", () => {
    check([
      [{ a: 1 }, { $rename: { a: "b" } }, { b: 1 }],
      [{ a: { b: 1 } }, { $rename: { "a.b": "c.d" } }, { a: {}, c: { d: 1 } }],
      [{ a: 1 }, { $rename: { x: "y" } }, { a: 1 }],
      [{ a: 1 }, { $rename: { a: "a" } }],
      [{ a: 1 }, { $rename: { a: 5 } }],
      [{ a: 1 }, { $rename: { a: "$b" } }],
      [{ a: 1 }, { $rename: { a: "" } }],
      [{ _id: "1", a: 1 }, { $rename: { a: "_id" } }],
    ]);
  });

  test("$push", () => {
    check([
      [{}, { $push: { a: 1 } }, { a: [1] }],
      [{ a: [1] }, { $push: { a: 2 } }, { a: [1, 2] }],
      [{ a: [1] }, { $push: { a: [2] } }, { a: [1, [2]] }],
      [{ a: [] }, { $push: { "a.1": 9 } }, { a: [null, [9]] }],
      [{ a: true }, { $push: { a: 1 } }],
      [{ a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
      [{ a: [1] }, { $push: { a: { $each: 5 } } }],
      [{ a: [1] }, { $push: { a: { $each: [2], $bogus: 1 } } }],
      [{ a: [1] }, { $push: { a: { $each: [{ $x: 1 }] } } }],
      [{ a: [1] }, { $push: { a: { $x: 1 } } }],
      [{ a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
      [{ a: [1, 4] }, { $push: { a: { $each: [2], $position: -1 } } }, { a: [1, 2, 4] }],
      [{ a: [1] }, { $push: { a: { $each: [2], $position: 99 } } }, { a: [1, 2] }],
      [{ a: [1] }, { $push: { a: { $each: [2], $position: "x" } } }],
      [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } }, { a: [2, 3] }],
      [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: 2 } } }, { a: [1, 2] }],
      [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, { a: [] }],
      [{ a: [1, 2] }, { $push: { a: { $each: [3], $slice: 1.5 } } }],
      [{ a: [3] }, { $push: { a: { $each: [1, 2], $sort: -1 } } }, { a: [3, 2, 1] }],
      [
        { a: [{ x: 2 }] },
        { $push: { a: { $each: [{ x: 3 }, { x: 1 }], $sort: { x: 1 }, $slice: -2 } } },
        { a: [{ x: 2 }, { x: 3 }] },
      ],
      [{ a: [3] }, { $push: { a: { $each: [], $sort: "x" } } }],
    ]);
  });

  test("$addToSet", () => {
    check([
      [{}, { $addToSet: { a: 1 } }, { a: [1] }],
      [{ a: [1] }, { $addToSet: { a: 1 } }, { a: [1] }],
      [{ a: [1] }, { $addToSet: { a: [1] } }, { a: [1, [1]] }],
      [{ a: [{ x: 1, y: 2 }] }, { $addToSet: { a: { x: 1, y: 2 } } }, { a: [{ x: 1, y: 2 }] }],
      [
        { a: [{ x: 1, y: 2 }] },
        { $addToSet: { a: { y: 2, x: 1 } } },
        {
          a: [
            { x: 1, y: 2 },
            { y: 2, x: 1 },
          ],
        },
      ],
      [{ a: [1, 2] }, { $addToSet: { a: { $each: [2, 3, 3] } } }, { a: [1, 2, 3] }],
      [{ a: [new Date(1)] }, { $addToSet: { a: new Date(1) } }, { a: [new Date(1)] }],
      [{ a: 1 }, { $addToSet: { a: 1 } }],
    ]);
  });

  test("$pop, $pull, $pullAll", () => {
    check([
      [{ a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
      [{ a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
      [{ a: [] }, { $pop: { a: 1 } }, { a: [] }],
      [{}, { $pop: { a: 1 } }, {}],
      [{ a: 1 }, { $pop: { a: 1 } }],
      [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
      [{ a: [1, 5, 9] }, { $pull: { a: { $gt: 3 } } }, { a: [1] }],
      [{ a: [[1], [2]] }, { $pull: { a: [1] } }, { a: [[2]] }],
      [{ a: [{ x: 1, y: 2 }, { x: 2 }] }, { $pull: { a: { x: 1 } } }, { a: [{ x: 2 }] }],
      [{ a: [{ x: 1 }, 5, { x: 7 }] }, { $pull: { a: { x: { $gt: 3 } } } }, { a: [{ x: 1 }, 5] }],
      [{}, { $pull: { a: 1 } }, {}],
      [{ a: true }, { $pull: { a: 1 } }],
      [{ a: ["x"] }, { $pull: { a: /x/ } }],
      [{ a: ["x"] }, { $pull: { a: { $regex: "x" } } }],
      [{ a: ["x"] }, { $pull: { a: { $not: /x/ } } }],
      [{ a: ["x"] }, { $pull: { a: { $in: [/x/] } } }],
      [{ a: [{ b: "x" }] }, { $pull: { a: { $or: [{ b: { $regex: "x" } }] } } }],
      [{ a: [1] }, { $pull: { a: Array.from({ length: 2000 }, () => 1) } }],
      [{ a: [1] }, { $pull: { a: { $where: "1" } } }],
      [{ a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
      [{ a: [{ x: 1 }, { x: 2 }] }, { $pullAll: { a: [{ x: 1 }] } }, { a: [{ x: 2 }] }],
      [{ a: [1] }, { $pullAll: { a: 1 } }],
      [{ a: 1 }, { $pullAll: { a: [1] } }],
    ]);
  });

  test("$setOnInsert, and operators that there aren't", () => {
    check([
      [{ a: 1 }, { $setOnInsert: { a: 2 } }, { a: 1 }],
      [{ a: 1 }, { $bit: { a: 1 } }],
      [{ a: 1 }, { $foo: { a: 1 } }],
      [{ a: 1 }, { $where: { a: 1 } }],
    ]);
    expect(modify({}, { $setOnInsert: { a: 2 } }, { isInsert: true })).toEqual({ a: 2 });
  });
});

test("minimongo - cannot $set with null bytes, cannot $rename with null bytes", () => {
  check([
    [{}, { $set: { "a\0b": 1 } }],
    [{}, { $set: { a: { "b\0": 1 } } }],
    [{ a: 1 }, { $rename: { a: "b\0" } }],
    [{}, { "a\0": 1 }],
    [{ a: "\0" }, { $set: { b: "\0" } }, { a: "\0", b: "\0" }],
  ]);
});

test("names that every object inherits are names like others", () => {
  const modifier = JSON.parse(
    '{"$set":{"__proto__.x":1,"constructor.prototype.y":2,"toString":3,"o":{"__proto__":4}}}',
  ) as object;
  const result = modify({ _id: "1" }, modifier);
  expect(JSON.stringify(result)).toBe(
    '{"_id":"1","__proto__":{"x":1},"constructor":{"prototype":{"y":2}},"toString":3,"o":{"__proto__":4}}',
  );
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  expect([({} as { x?: unknown }).x, ({} as { y?: unknown }).y]).toEqual([undefined, undefined]);
  check([[{}, { $inc: { valueOf: 1 } }, Object.assign({}, { valueOf: 1 })]]);
  const removed = modify(result, { $unset: { ["__proto__"]: 1, "o.__proto__": 1 } });
  expect(Object.keys(removed)).toEqual(["_id", "constructor", "toString", "o"]);
});

test("what doesn't change is shared, and values are copied", () => {
  const document = { a: { b: { x: 1 }, c: { y: 1 } }, d: [{ z: 1 }] };
  const value = { list: [1] };
  const result = modify(document, { $set: { "a.b.x": 2, "a.b.v": value } });
  expect(result.a.c).toBe(document.a.c);
  expect(result.d).toBe(document.d);
  value.list.push(2);
  expect(result).toEqual({ a: { b: { x: 2, v: { list: [1] } }, c: { y: 1 } }, d: [{ z: 1 }] });
  const id = new ObjectId();
  expect(modify({}, { $set: { id } })).toEqual({ id });
});

test("documents stay within the depth that messages can have", () => {
  const path = Array.from({ length: 99 }, () => "a").join(".");
  const deep = modify({}, { $set: { [path]: {} } });
  check([
    [deep, { $set: { [path]: { a: { a: {} } } } }],
    [{}, { $set: { [`${path}.a.a`]: 1 } }],
    [{}, { $set: { a: JSON.parse("[".repeat(101) + "]".repeat(101)) } }],
  ]);
});

test("many fields, and many elements, take time in proportion", () => {
  const fields = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`a.f${index}`, index]),
  );
  const numbers = Array.from({ length: 10_000 }, (_, index) => index);
  // (Of this process, however busy the machine is.)
  const start = process.cpuUsage();
  const result = modify(
    { a: {}, set: numbers },
    { $set: fields, $addToSet: { set: { $each: numbers } }, $push: { list: { $each: numbers } } },
  );
  const objects = numbers.map((number) => ({ number }));
  modify(result, { $pullAll: { list: numbers }, $pull: { set: { $in: objects } } });
  const emptied = modify({ objects }, { $pull: { objects: { $in: objects } } });
  expect(emptied).toEqual({ objects: [] });
  // (Quadratic time would be minutes.)
  expect(process.cpuUsage(start).user).toBeLessThan(5_000_000);
  expect(Object.keys(result.a)).toHaveLength(10_000);
});
