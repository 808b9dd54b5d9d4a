import { deepStrictEqual } from "node:assert";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cbor } from "../../src/wamp/cbor/cbor.ts";
import { msgpack } from "../../src/wamp/msgpack/msgpack.ts";
import { json } from "../../src/wamp/protocol/json.ts";
import { MAX_ID } from "../../src/wamp/protocol/ids.ts";
import type { List } from "../../src/wamp/protocol/messages.ts";
import { parseMessage } from "../../src/wamp/protocol/parse.ts";
import type { Serializer } from "../../src/wamp/protocol/serializer.ts";
import { message } from "../support/wamp-messages.ts";

const serializers = [json, msgpack, cbor];
const each = serializers.map((serializer) => [serializer.name, serializer] as const);

/** As it arrives at the peer. */
function sent(serializer: Serializer, value: unknown): unknown {
  return (serializer.decode(serializer.encode([value])) as List)[0];
}

/** Lists within each other, as many as that. */
function nested(depth: number): List {
  let value: List = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}

test.each(each)("%s: a message arrives as it was sent", (_name, serializer) => {
  fc.assert(
    fc.property(message, (original) => {
      const arrived = parseMessage(serializer.decode(serializer.encode(original)));
      // (vitest's own would take a key named `constructor` for the class.)
      deepStrictEqual(arrived, original);
    }),
    { numRuns: 60 },
  );
});

test.each(each)("%s: what came by it goes on by every other", (_name, serializer) => {
  fc.assert(
    fc.property(message, (original) => {
      const arrived = serializer.decode(serializer.encode(original)) as List;
      for (const next of serializers) {
        deepStrictEqual(next.decode(next.encode(arrived)), original);
      }
    }),
    { numRuns: 20 },
  );
});

test.each(each)("%s: ids are integers up to 2^53", (_name, serializer) => {
  const message_ = [36, MAX_ID, MAX_ID, { publisher: MAX_ID }, [MAX_ID, -MAX_ID, MAX_ID - 1]];
  expect(serializer.decode(serializer.encode(message_))).toStrictEqual(message_);
});

test.each(each)("%s: keys with names of prototypes are keys as any other", (_name, serializer) => {
  const dict: unknown = JSON.parse(
    '{"__proto__":{"a":1},"constructor":2,"toString":3,"toJSON":4,"valueOf":5}',
  );
  const arrived = sent(serializer, dict);
  expect(arrived).toStrictEqual(dict);
  expect(Object.keys(arrived as object)[0]).toBe("__proto__");
  expect(Object.getPrototypeOf(arrived)).toBe(Object.prototype);
  expect(({} as { a?: unknown }).a).toBe(undefined);
});

test.each(each)("%s: undefined is left out, and null in a list", (_name, serializer) => {
  const value = { a: undefined, b: [undefined, 1], c: null };
  expect(sent(serializer, value)).toStrictEqual({ b: [null, 1], c: null });
  // oxlint-disable-next-line no-sparse-arrays -- a hole is what is tested
  expect(sent(serializer, [, 1])).toStrictEqual([null, 1]);
  expect(sent(serializer, [undefined, new Uint8Array([1]), 2 ** 53])).toStrictEqual([
    null,
    new Uint8Array([1]),
    2 ** 53,
  ]);
});

test.each(each)("%s: what is no plain data is refused", (_name, serializer) => {
  class Point {
    x = 1;
  }
  const values: unknown[] = [
    new Date(0),
    new Map(),
    new Set(),
    new Point(),
    new Error("no"),
    Object(1n),
    Object("text"),
    /a/,
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
    new Float32Array(1),
    new Uint8ClampedArray(1),
    () => 1,
    Symbol("no"),
    Promise.resolve(),
  ];
  for (const value of values) {
    for (const within of [[value], [[value]], [{ a: value }]]) {
      expect(() => serializer.encode(within)).toThrow(TypeError);
    }
  }
});

test.each(each)("%s: objects without a prototype are plain", (_name, serializer) => {
  const value: unknown = Object.assign(Object.create(null) as object, { a: 1 });
  expect(sent(serializer, value)).toStrictEqual({ a: 1 });
});

test.each(each)(
  "%s: a hundred levels are sent and read, and one more is refused",
  (_n, serializer) => {
    const deepest = nested(100);
    expect(serializer.decode(serializer.encode(deepest))).toStrictEqual(deepest);
    expect(() => serializer.encode(nested(101))).toThrow(RangeError);
    expect(() => serializer.encode(nested(100_000))).toThrow(RangeError);
    const circular: unknown[] = [];
    circular.push({ circular });
    expect(() => serializer.encode(circular)).toThrow(RangeError);
  },
);

test.each(each)("%s: data of another context of the program is data", (_name, serializer) => {
  const value: unknown = runInNewContext("({ a: [{ b: new Uint8Array([1, 2]) }], c: 1 })");
  expect(sent(serializer, value)).toStrictEqual({ a: [{ b: new Uint8Array([1, 2]) }], c: 1 });
  const date: unknown = runInNewContext("new Date()");
  expect(() => serializer.encode([date])).toThrow("can't send a Date");
});

test.each(each)("%s: bytes are copied, and a view's own", (_name, serializer) => {
  const view = new Uint8Array([0, 1, 2, 3, 255]).subarray(1, 4);
  const arrived = sent(serializer, view) as Uint8Array;
  expect(arrived).toStrictEqual(new Uint8Array([1, 2, 3]));
  // (A Buffer is an Uint8Array, and arrives as one.)
  expect(sent(serializer, Buffer.from([7]))).toStrictEqual(new Uint8Array([7]));
  const encoded = serializer.encode([view]);
  if (typeof encoded !== "string") {
    const again = serializer.decode(Buffer.from(encoded)) as [Uint8Array];
    expect(again[0].buffer.byteLength).toBe(3);
    expect(again[0]).toStrictEqual(arrived);
  }
});

test.each(each)("%s: a bigint is written with all its digits", (_name, serializer) => {
  const values = [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 64n - 1n, -(2n ** 63n)];
  const encoded = serializer.encode(values);
  if (serializer === json) {
    expect(encoded).toBe(`[${values.join(",")}]`);
    expect(serializer.decode(encoded)).toStrictEqual(values.map(Number));
  } else {
    expect(serializer.decode(encoded)).toStrictEqual(values);
  }
  expect(sent(serializer, 5n)).toBe(5);
  expect(sent(serializer, { a: [2n ** 53n] })).toStrictEqual({ a: [2 ** 53] });
  expect(() => serializer.encode([2n ** 64n])).toThrow(RangeError);
  expect(() => serializer.encode([-(2n ** 63n) - 1n])).toThrow(RangeError);
});

test.each(each)("%s: numbers beside a bigint stay what they are", (_name, serializer) => {
  const value = [1n, 2 ** 40, -(2 ** 40), 1.5, 2 ** 60, 1e300, -0, "a", null, true];
  expect(sent(serializer, value)).toStrictEqual([1, ...value.slice(1, 6), 0, "a", null, true]);
});

test.each(each)(
  "%s: half a surrogate pair is replaced at the latest where it is read",
  (_n, serializer) => {
    const arrived = sent(serializer, ["\ud800", "a\udc00", { "\ud800": "\ud83d\ude00" }]);
    const again = msgpack.decode(msgpack.encode([arrived])) as List;
    expect(again[0]).toStrictEqual(["\ufffd", "a\ufffd", { "\ufffd": "😀" }]);
  },
);

test("what isn't finite is null in JSON", () => {
  expect(sent(json, [Number.NaN, Infinity])).toStrictEqual([null, null]);
  expect(sent(msgpack, [Number.NaN, -Infinity])).toStrictEqual([Number.NaN, -Infinity]);
  expect(sent(cbor, [Number.NaN, -Infinity])).toStrictEqual([Number.NaN, -Infinity]);
});

test("a string that begins with U+0000 goes where it isn't taken for bytes", () => {
  expect(() => json.encode(["\0AAEC"])).toThrow(TypeError);
  expect(() => json.encode([{ a: ["\0"] }])).toThrow("U+0000");
  expect(sent(json, { "\0a": "b\0" })).toStrictEqual({ "\0a": "b\0" });
  expect(sent(msgpack, "\0AAEC")).toBe("\0AAEC");
  expect(sent(cbor, "\0AAEC")).toBe("\0AAEC");
});

test.each(each)("%s: the order of keys is the sender's", (_name, serializer) => {
  const value = { zebra: 1, a: 2, long_name: 3, b: 4 };
  expect(Object.keys(sent(serializer, value) as object)).toEqual(Object.keys(value));
});

test.each([msgpack, cbor].map((one) => [one.name, one] as const))("%s is binary", (_name, one) => {
  expect(() => one.decode("[1]")).toThrow(TypeError);
  expect(one.encode([1])).toBeInstanceOf(Uint8Array);
});

test("JSON is text", () => {
  expect(() => json.decode(new Uint8Array([0x5b, 0x5d]))).toThrow(TypeError);
  expect(json.encode([1])).toBe("[1]");
});

test("the names on the wire are the specification's", () => {
  expect(serializers.map((one) => [one.subprotocol, one.rawSocketId])).toEqual([
    ["wamp.2.json", 1],
    ["wamp.2.msgpack", 2],
    ["wamp.2.cbor", 3],
  ]);
});
