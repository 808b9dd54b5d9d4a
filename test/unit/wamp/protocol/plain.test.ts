import { expect, test } from "vitest";
import * as Found from "../../../../src/wamp/protocol/found.ts";
import {
  checkDepth,
  inspect,
  isBytes,
  isWellFormed,
  narrow,
  widen,
} from "../../../../src/wamp/protocol/plain.ts";

test.each([
  ["nothing", [1, "a", true, null, [], {}, { a: undefined }, 2 ** 60], 0],
  ["bytes", [{ a: new Uint8Array() }], Found.Bytes],
  ["a bigint", [[1n]], Found.Bigint],
  ["2^53", [2 ** 53], Found.Edge],
  ["-2^53", [{ a: -(2 ** 53) }], Found.Edge],
  ["undefined in a list", [[undefined]], Found.Hole],
  ["U+0000 at the beginning", ["\0a"], Found.Null],
  ["U+0000 elsewhere, and in a key", ["a\0", { "\0a": 1 }], 0],
  ["half a surrogate pair", ["a\udc00"], Found.Surrogate],
  ["half a surrogate pair in a key", [{ "\ud800": 1 }], Found.Surrogate],
  ["a whole one", ["\ud83d\ude00"], 0],
  ["all of them", ["\0\ud800", 1n, [undefined]], 16 | 32 | 2 | 8],
])("%s is found", (_name, list, found) => {
  expect(inspect(list, isWellFormed)).toBe(found);
});

test("strings are looked at for surrogates only where it matters", () => {
  expect(inspect(["\0\ud800", { "\ud800": 1 }])).toBe(Found.Null);
});

test("a value is named when it is refused", () => {
  expect(() => inspect([new Map()])).toThrow("a Map");
  expect(() => inspect([() => 1])).toThrow("a function");
  expect(() => inspect([Symbol("a")])).toThrow("a symbol");
});

test("only an Uint8Array is bytes", () => {
  expect([new Uint8Array(), Buffer.alloc(0)].every(isBytes)).toBe(true);
  const others = [new Uint8ClampedArray(), new DataView(new ArrayBuffer(0)), { length: 0 }];
  expect(others.some(isBytes)).toBe(false);
});

test("integers are numbers up to 2^53", () => {
  expect([narrow(0n), narrow(2n ** 53n), narrow(-(2n ** 53n))]).toEqual([0, 2 ** 53, -(2 ** 53)]);
  expect(narrow(2n ** 53n + 1n)).toBe(2n ** 53n + 1n);
  expect(narrow(-(2n ** 63n))).toBe(-(2n ** 63n));
  expect(() => narrow(-(2n ** 63n) - 1n)).toThrow(RangeError);
});

test("only integers beyond 32 bits become bigints", () => {
  const numbers = [1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), 2 ** 53, 2 ** 54, 0.5, 2 ** 33 + 0.5];
  expect(widen(numbers)).toEqual([
    1,
    2 ** 32 - 1,
    2n ** 32n,
    -(2n ** 32n),
    2n ** 53n,
    2 ** 54,
    0.5,
    2 ** 33 + 0.5,
  ]);
});

test("the hundredth level is the last", () => {
  expect(() => checkDepth(100)).not.toThrow();
  expect(() => checkDepth(101)).toThrow(RangeError);
});
