import { deepStrictEqual } from "node:assert";
import { encode } from "cborg";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cbor } from "../../../../src/wamp/cbor/cbor.ts";
import { data } from "../../../support/wamp-messages.ts";

function hex(...values: unknown[]): string {
  return Buffer.from(cbor.encode(values) as Uint8Array).toString("hex");
}

function read(text: string): unknown {
  return cbor.decode(Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex")));
}

test.each([
  [1, "8101"],
  [2 ** 32, "811b0000000100000000"],
  [2 ** 53, "811b0020000000000000"],
  [-(2 ** 53), "813b001fffffffffffff"],
  [2n ** 64n - 1n, "811bffffffffffffffff"],
  [0.5, "81fb3fe0000000000000"],
  [2 ** 54, "81fb4350000000000000"],
  ["a", "816161"],
  [new Uint8Array([1]), "814101"],
  [[undefined], "8181f6"],
  [{ a: undefined }, "81a0"],
  [{ long: 1, a: 2 }, "81a2646c6f6e6701616102"],
  ["\ud800", "8163efbfbd"],
])("%# is written", (value, expected) => {
  expect(hex(value)).toBe(expected);
});

test.each([
  ["00", 0],
  ["18 ff", 255],
  ["1b 0020000000000000", 2 ** 53],
  ["1b 0020000000000001", 2n ** 53n + 1n],
  ["1b ffffffffffffffff", 2n ** 64n - 1n],
  ["3b 001fffffffffffff", -(2 ** 53)],
  ["3b 0020000000000000", -(2n ** 53n) - 1n],
  ["3b 7fffffffffffffff", -(2n ** 63n)],
  ["f9 3c00", 1],
  ["fa 3f800000", 1],
  ["fb 3ff0000000000000", 1],
  ["f9 7c00", Infinity],
  ["f4", false],
  ["f6", null],
  ["f7", undefined],
  ["81 f7", [undefined]],
  ["63 efbbbf", "\ufeff"],
  ["64 efbbbf61", "\ufeffa"],
  ["63 efbfbd", "\ufffd"],
  [
    "78 23 efbbbf 6161616161616161616161616161616161616161616161616161616161616161",
    `\ufeff${"a".repeat(32)}`,
  ],
  ["42 0001", new Uint8Array([0, 1])],
  ["81 80", [[]]],
  ["a1 61 61 01", { a: 1 }],
  ["a2 61 61 01 61 61 02", { a: 2 }],
  // Without lengths, and in parts.
  ["9f ff", []],
  ["9f 01 9f ff 02 ff", [1, [], 2]],
  ["bf ff", {}],
  ["bf 61 61 9f 01 ff 61 62 bf ff ff", { a: [1], b: {} }],
  ["82 9f 01 ff 02", [[1], 2]],
  ["7f ff", ""],
  ["7f 61 61 62 c3a4 ff", "aä"],
  ["a1 7f 61 61 61 62 ff 01", { ab: 1 }],
  ["5f ff", new Uint8Array()],
  ["5f 41 01 42 0203 ff", new Uint8Array([1, 2, 3])],
])("%s is read", (text, value) => {
  expect(read(text)).toStrictEqual(value);
});

test.each([
  ["", "any content"],
  ["81", "not enough"],
  ["18", "not enough"],
  ["62 61", "not enough"],
  ["45 00", "not enough"],
  ["5b ffffffffffffffff 00", "64-bit"],
  ["9b ffffffffffffffff 00", "64-bit"],
  ["9a ffffffff 01", "not enough"],
  ["9f 01", "not enough"],
  ["00 00", "too many"],
  ["a1 01 01", "non-string keys"],
  ["a1 41 61 01", "non-string keys"],
  ["c0 61 61", "tag not supported"],
  ["c2 41 01", "tag not supported"],
  ["d9 d9f7 80", "tag not supported"],
  ["3b 8000000000000000", "beyond 64 bits"],
  ["f8 ff", "simple"],
  ["e0", "simple"],
  ["1c", "minor"],
  ["ff", "unexpected break"],
  ["81 ff", "unexpected break"],
  ["a1 ff", "unexpected break"],
  ["a1 61 61 ff", "unexpected break"],
  // (The library alone would make a symbol of the break.)
  ["bf 61 61 ff", "unexpected break"],
  ["9f 81 ff ff", "unexpected break"],
  ["9f 9f ff 81 ff", "unexpected break"],
  ["7f 41 61 ff", "a part that is no string"],
  ["5f 61 61 ff", "a part that is no bytes"],
  ["7f 7f ff ff", "indefinite length"],
  ["7f 61 61", "ends too early"],
  ["61 ff", "utf-8"],
  ["62 c080", "utf-8"],
  ["63 eda080", "utf-8"],
  ["61 c3", "utf-8"],
  ["a1 61 ff 01", "utf-8"],
  // Each part is UTF-8 by itself.
  ["7f 61 c3 61 a4 ff", "utf-8"],
  [`78 21 ff ${"61".repeat(32)}`, "utf-8"],
])("%s is refused", (text, reason) => {
  expect(() => read(text)).toThrow(reason);
});

test("a hundred levels are read, and one more is not", () => {
  expect(() => read(`${"81".repeat(99)}80`)).not.toThrow();
  expect(() => read(`${"81".repeat(100)}80`)).toThrow(RangeError);
  expect(() => read("9f".repeat(101))).toThrow(RangeError);
  expect(() => read(`${"a1 61 61".repeat(100)}a0`)).toThrow(RangeError);
  // Beside each other there may be more.
  expect(() => read(`99 03e8 ${"80".repeat(1000)}`)).not.toThrow();
  expect(() => read(`9f ${"9fff".repeat(1000)} ff`)).not.toThrow();
});

test("it reads what the library writes", () => {
  fc.assert(
    fc.property(data, (value) => {
      deepStrictEqual(cbor.decode(encode([value])), [value]);
    }),
    { numRuns: 60 },
  );
});
