import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EJSON } from "../../../../../src/ddp/protocol/ejson/ejson.ts";
import { ObjectId } from "../../../../../src/ddp/protocol/object-id.ts";
import { NO_VECTORS, vectors } from "../../../../support/ddp-vectors.ts";

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  typeName(): string {
    return "test.point";
  }
  toJSONValue(): unknown {
    return { x: this.x };
  }
}

EJSON.addType("test.point", (json) => new Point((json as { x: number }).x));

const encodings: readonly (readonly [name: string, value: unknown, json: string])[] = [
  ["a date", new Date(5), '{"$date":5}'],
  ["a date that is none", new Date(Number.NaN), '{"$date":null}'],
  ["bytes", new Uint8Array([1, 2, 255]), '{"$binary":"AQL/"}'],
  ["no bytes", new Uint8Array(), '{"$binary":""}'],
  ["infinity", Infinity, '{"$InfNaN":1}'],
  ["minus infinity", -Infinity, '{"$InfNaN":-1}'],
  ["not a number", Number.NaN, '{"$InfNaN":0}'],
  ["a regular expression", /a/gi, '{"$regexp":"a","$flags":"gi"}'],
  ["an id", new ObjectId("a".repeat(24)), `{"$type":"oid","$value":"${"a".repeat(24)}"}`],
  ["a type of one's own", new Point(3), '{"$type":"test.point","$value":{"x":3}}'],
  ["what looks like a date", { $date: 5 }, '{"$escape":{"$date":5}}'],
  [
    "what looks like an escape",
    { $escape: { $date: 1 } },
    '{"$escape":{"$escape":{"$escape":{"$date":1}}}}',
  ],
  ["what looks like a type", { $type: "x", $value: 1 }, '{"$escape":{"$type":"x","$value":1}}'],
  [
    "what looks like a type, the other way round",
    { $value: 1, $type: "x" },
    '{"$escape":{"$value":1,"$type":"x"}}',
  ],
  ["what doesn't look like a date", { $date: 5, $x: 1 }, '{"$date":5,"$x":1}'],
  ["nested", { a: { $date: { $date: 1 } } }, '{"a":{"$escape":{"$date":{"$escape":{"$date":1}}}}}'],
  ["lists", [1, [new Date(1)], "a", null], '[1,[{"$date":1}],"a",null]'],
  ["ordinary objects", { a: { b: [{ c: 1 }] } }, '{"a":{"b":[{"c":1}]}}'],
];

describe("ejson - nesting and literal", () => {
  test.each(encodings)("%s", (_name, value, json) => {
    expect(EJSON.stringify(value)).toBe(json);
    expect(EJSON.equals(EJSON.parse(json), value)).toBe(true);
    expect(EJSON.stringify(EJSON.parse(json))).toBe(json);
  });

  test("nothing is nothing: undefined fields are left out, in lists they are null", () => {
    expect(EJSON.stringify({ a: undefined, b: new Date(1) })).toBe('{"b":{"$date":1}}');
    expect(EJSON.stringify([undefined, 1])).toBe("[null,1]");
  });

  test("the argument stays as it is", () => {
    const value = { a: [new Date(1)], b: { c: 1 } };
    const json = EJSON.toJSONValue(value);
    expect(value.a[0]).toBeInstanceOf(Date);
    expect(EJSON.fromJSONValue(json)).toEqual(value);
    expect((json as typeof value).b).toBe(value.b);
  });

  test.each([
    ["a BigInt", 1n],
    ["a function", () => {}],
    ["a symbol", Symbol("s")],
  ])("%s can't be written", (_name, value) => {
    expect(() => EJSON.stringify({ value })).toThrow(TypeError);
  });

  test("prototype names are names", () => {
    const text = '{"a":{"$date":1},"__proto__":{"x":{"$date":2}},"constructor":1}';
    const value = EJSON.parse(text) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(EJSON.stringify(value)).toBe(text);
    const copy = EJSON.clone(value);
    expect(Object.keys(copy)).toEqual(["a", "__proto__", "constructor"]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(EJSON.equals(copy, value)).toBe(true);
    expect(EJSON.equals(JSON.parse('{"toString":1}'), { x: 1 })).toBe(false);
  });

  test("what is nested too deep is refused, whichever way", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(() => EJSON.parse(nested(101))).not.toThrow();
    expect(() => EJSON.parse(nested(102))).toThrow(RangeError);
    const deep: unknown = JSON.parse(nested(100_000));
    for (const use of [EJSON.fromJSONValue, EJSON.toJSONValue, EJSON.clone, EJSON.stringify]) {
      expect(() => use(deep)).toThrow(RangeError);
    }
    expect(() => EJSON.equals(deep, JSON.parse(nested(100_000)))).toThrow(RangeError);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => EJSON.stringify(circle)).toThrow(RangeError);
  });

  test.each([
    ["base64 that is none", '{"$binary":"!!!"}'],
    ["bytes that are a number", '{"$binary":5}'],
    ["a type that nobody knows", '{"$type":"nope","$value":1}'],
    ["a type called __proto__", '{"$type":"__proto__","$value":1}'],
    ["a regular expression that is none", '{"$regexp":"(","$flags":""}'],
    ["an id that is none", '{"$type":"oid","$value":5}'],
  ])("%s can't be read", (_name, text) => {
    expect(() => EJSON.parse(text)).toThrow();
  });
});

test.each([
  ['{"$regexp":"a","$flags":"gxg"}', /a/g],
  ['{"$date":"x"}', new Date(Number.NaN)],
  ['{"$escape":5}', {}],
  ['{"$date":1,"a":2}', { $date: 1, a: 2 }],
  ['{"$InfNaN":"x"}', Number.NaN],
])("%s is read", (text, value) => {
  expect(EJSON.equals(EJSON.parse(text), value)).toBe(true);
});

test("what was written comes back", () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.date(),
    fc.uint8Array(),
    fc.constantFrom(/a/, /b/gi),
  );
  const name = fc.constantFrom(
    "a",
    "b",
    "$date",
    "$escape",
    "$type",
    "$value",
    "$binary",
    "$regexp",
    "$flags",
    "$InfNaN",
    "__proto__",
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("tree")),
      fc.dictionary(name, tie("tree")),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const text = EJSON.stringify(value);
      expect(EJSON.equals(EJSON.parse(text), value)).toBe(true);
      expect(EJSON.stringify(EJSON.parse(text))).toBe(text);
      expect(EJSON.equals(EJSON.clone(value), value)).toBe(true);
    }),
  );
});

describe("ejson - equality", () => {
  test.each([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{ a: undefined }, { b: undefined }, false],
    [{}, [], false],
    [[], [], true],
    [[1, 2], [2, 1], false],
    [null, {}, false],
    [0, -0, true],
    [0, false, false],
    ["", null, false],
    [Number.NaN, Number.NaN, true],
    [new Date(1), new Date(1), true],
    [new Date(1), 1, false],
    [new Uint8Array([1]), new Uint8Array([1]), true],
    [new Uint8Array([1]), [1], false],
    [/a/g, /a/g, true],
    [/a/g, /a/i, false],
    [/a/, {}, false],
    [new Point(1), new Point(1), true],
    [new Point(1), new Point(2), false],
    [new Point(1), { x: 1 }, false],
    [{ length: 0 }, [], false],
  ])("%j and %j: %s", (a, b, same) => {
    expect(EJSON.equals(a, b)).toBe(same);
    expect(EJSON.equals(b, a)).toBe(same);
  });

  test("ejson - keyOrderSensitive", () => {
    const ordered = { keyOrderSensitive: true };
    expect(EJSON.equals({ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, ordered)).toBe(false);
    expect(EJSON.equals({ a: { b: 1, c: 2 } }, { a: { b: 1, c: 2 } }, ordered)).toBe(true);
    expect(EJSON.equals({ a: 1 }, { a: 1, b: 2 }, ordered)).toBe(false);
  });
});

describe("ejson - clone", () => {
  test.each([
    [null],
    [5],
    ["x"],
    [new Date(1)],
    [[1, [2]]],
    [{ a: { b: 1 } }],
    [new Point(1)],
    [new Uint8Array([1])],
  ])("%j", (value) => {
    const copy = EJSON.clone(value);
    expect(EJSON.equals(copy, value)).toBe(true);
    if (typeof value === "object" && value !== null) expect(copy).not.toBe(value);
  });
});

describe("ejson - stringify", () => {
  test("canonical", () => {
    const value = { b: [{ d: 1, c: 2 }], a: new Date(1) };
    expect(EJSON.stringify(value, { canonical: true })).toBe(
      '{"a":{"$date":1},"b":[{"c":2,"d":1}]}',
    );
    expect(EJSON.stringify(value)).toBe('{"b":[{"d":1,"c":2}],"a":{"$date":1}}');
  });

  test.each([
    [true, '{\n  "a": 1\n}'],
    [1, '{\n "a": 1\n}'],
    ["-", '{\n-"a": 1\n}'],
    [false, '{"a":1}'],
  ])("indent %j", (indent, text) => {
    expect(EJSON.stringify({ a: 1 }, { indent })).toBe(text);
  });

  test("ejson - parse takes text only", () => {
    expect(() => EJSON.parse(5 as never)).toThrow(TypeError);
    expect(() => EJSON.parse("{")).toThrow(SyntaxError);
  });
});

test("ejson - custom types: a name is taken once", () => {
  expect(() => EJSON.addType("test.point", () => 1)).toThrow(TypeError);
});

test.each([
  { length: 0 },
  { length: 3, 0: "a" },
  { length: "long" },
  { length: { length: 1 } },
  [{ length: 2 }],
])('ejson - handle objects with properties named "length": %j', (value) => {
  expect(EJSON.clone(value)).toStrictEqual(value);
  expect(EJSON.parse(EJSON.stringify(value))).toStrictEqual(value);
  expect(EJSON.equals(value, EJSON.clone(value))).toBe(true);
  expect(EJSON.equals(value, [])).toBe(false);
});

test("binary", () => {
  expect(EJSON.isBinary(EJSON.newBinary(3))).toBe(true);
  expect(EJSON.newBinary(3)).toHaveLength(3);
  expect(EJSON.isBinary([1])).toBe(false);
});

const text = vectors("ejson-vectors.txt");

const VALUES: Readonly<Record<string, unknown>> = {
  date: new Date(5),
  badDate: new Date(Number.NaN),
  bin: new Uint8Array([1, 2, 255]),
  inf: Infinity,
  ninf: -Infinity,
  nan: Number.NaN,
  re: /a/gi,
  esc: { $date: 5 },
  esc2: { $escape: { $date: 1 } },
  typ: { $type: "x", $value: 1 },
  two: { $date: 5, $x: 1 },
  nested: { a: { $date: { $date: 1 } } },
  u: { a: undefined },
};

test.skipIf(!text)(`recorded values are written as Meteor does (or ${NO_VECTORS})`, () => {
  for (const [name, value] of Object.entries(VALUES)) {
    const line = (text ?? "")
      .split("\n")
      .find((candidate) => candidate.startsWith(`${name} ejson: `));
    expect(EJSON.stringify(value)).toBe(line?.split("meteor3: ")[1]);
  }
});
