import { deepStrictEqual } from "node:assert";
import { encode } from "@msgpack/msgpack";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readMsgpack } from "../../../../src/wamp/msgpack/reader.ts";
import { data } from "../../../support/wamp-messages.ts";

function read(hex: string): unknown {
  return readMsgpack(Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex")));
}

test.each([
  ["00", 0],
  ["7f", 127],
  ["e0", -32],
  ["ff", -1],
  ["c0", null],
  ["c2", false],
  ["c3", true],
  ["cc ff", 255],
  ["cd 0100", 256],
  ["ce ffffffff", 2 ** 32 - 1],
  ["d0 80", -128],
  ["d1 8000", -32_768],
  ["d2 80000000", -(2 ** 31)],
  ["cf 0000000000000001", 1],
  ["cf 001fffffffffffff", 2 ** 53 - 1],
  ["cf 0020000000000000", 2 ** 53],
  ["cf 0020000000000001", 2n ** 53n + 1n],
  ["cf ffffffffffffffff", 2n ** 64n - 1n],
  ["d3 ffffffffffffffff", -1],
  ["d3 ffe0000000000000", -(2 ** 53)],
  ["d3 8000000000000000", -(2n ** 63n)],
  ["ca 3f800000", 1],
  ["cb 3ff0000000000000", 1],
  ["cb 7ff0000000000000", Infinity],
  ["a0", ""],
  ["a1 61", "a"],
  ["a2 c3a4", "ä"],
  ["d9 01 61", "a"],
  ["da 0001 61", "a"],
  ["db 00000001 61", "a"],
  ["a3 efbbbf", "\ufeff"],
  ["c4 02 0001", new Uint8Array([0, 1])],
  ["c5 0001 ff", new Uint8Array([255])],
  ["c6 00000000", new Uint8Array()],
  ["90", []],
  ["91 90", [[]]],
  ["dc 0001 01", [1]],
  ["dd 00000002 01 02", [1, 2]],
  ["80", {}],
  ["81 a1 61 01", { a: 1 }],
  ["de 0001 a1 61 01", { a: 1 }],
  ["df 00000001 a1 61 01", { a: 1 }],
  // Of a key that comes twice, the last one counts.
  ["82 a1 61 01 a1 61 02", { a: 2 }],
])("%s is read", (hex, value) => {
  expect(read(hex)).toStrictEqual(value);
});

test.each([
  ["", "ends too early"],
  ["91", "ends too early"],
  ["cd 01", "ends too early"],
  ["cb 0000", "ends too early"],
  ["a2 61", "ends too early"],
  ["c4 05 00", "ends too early"],
  ["c6 ffffffff", "ends too early"],
  ["db ffffffff 61", "ends too early"],
  ["dd ffffffff 01", "ends too early"],
  ["81 a1 61", "ends too early"],
  ["00 00", "bytes after the end"],
  ["81 01 01", "a key that is no string"],
  ["81 c0 01", "a key that is no string"],
  ["81 c4 01 61 01", "a key that is no string"],
  ["81 90 01", "a key that is no string"],
  ["c1", "0xc1"],
  ["c7 00 01", "extension types"],
  ["d6 ff 00000000", "extension types"],
  ["d4 00 01", "extension types"],
  ["d4 01 00", "extension types"],
  ["d4 00", "too early"],
  // What is no UTF-8: a lone byte, an overlong form, a surrogate, a letter that is cut, and one that reaches beyond.
  ["a1 ff", "utf-8"],
  ["a2 c080", "utf-8"],
  ["a3 eda080", "utf-8"],
  ["a1 c3", "utf-8"],
  ["92 a1 c3 a4", "utf-8"],
  ["81 a1 ff 01", "utf-8"],
  ["d9 21 ff 6161616161616161616161616161616161616161616161616161616161616161", "utf-8"],
])("%s is refused", (hex, reason) => {
  expect(() => read(hex)).toThrow(reason);
});

test("a hundred levels are read, and one more is not", () => {
  expect(() => read(`${"91".repeat(99)}90`)).not.toThrow();
  expect(() => read(`${"91".repeat(100)}90`)).toThrow(RangeError);
  expect(() => read(`${"81 a1 61".repeat(100)}80`)).toThrow(RangeError);
  expect(() => read("91".repeat(500_000))).toThrow(RangeError);
});

test("a list that only claims to be long costs nothing", () => {
  // (A hundred of these with a million elements each would be 800 MB where they are reserved.)
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 20; round++) {
    expect(() => read("dd 000f4240".repeat(99))).toThrow("ends too early");
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
});

test("it reads what the library writes", () => {
  fc.assert(
    fc.property(data, (value) => {
      const bytes = encode(value);
      deepStrictEqual(readMsgpack(bytes), value);
    }),
    { numRuns: 60 },
  );
});

test("what one library writes for undefined is undefined", () => {
  expect(readMsgpack(Uint8Array.of(0x81, 0xa1, 0x61, 0xd4, 0, 0))).toEqual({ a: undefined });
});
