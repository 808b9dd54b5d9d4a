import fc from "fast-check";
import { expect, test } from "vitest";
import { ObjectId } from "../../../../src/ddp/protocol/object-id.ts";
import { compareValues } from "../../../../src/ddp/query/compare.ts";

/** Each comes before the next. */
const IN_ORDER: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  -Infinity,
  -1,
  0,
  1.5,
  "",
  "A",
  "a",
  "aa",
  {},
  { a: 1 },
  { a: 2 },
  { a: 2, b: 1 },
  { a: "x" },
  { b: 1 },
  [],
  [1],
  [1, 2],
  [1, [0]],
  [2],
  Uint8Array.of(),
  Uint8Array.of(2),
  Uint8Array.of(1, 1),
  Uint8Array.of(1, 2),
  new ObjectId("0123456789abcdef01234567"),
  new ObjectId("f123456789abcdef01234567"),
  false,
  true,
  new Date(-5),
  new Date(5),
  /a/,
  /b/,
];

test("minimongo - ordering", () => {
  for (const [at, a] of IN_ORDER.entries()) {
    expect(compareValues(a, structured(a))).toBe(0);
    for (const b of IN_ORDER.slice(at + 1)) {
      expect(compareValues(a, b), `${String(a)} before ${String(b)}`).toBeLessThan(0);
      expect(compareValues(b, a), `${String(b)} after ${String(a)}`).toBeGreaterThan(0);
    }
  }
  expect(compareValues(0, -0)).toBe(0);
});

/** Another object of the same value. */
function structured(value: unknown): unknown {
  return value instanceof ObjectId ? value.clone() : structuredClone(value);
}

test("of any three values the order is one", () => {
  const any = fc.oneof(fc.constantFrom(...IN_ORDER), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      expect(Math.sign(compareValues(a, b))).toBe(0 - Math.sign(compareValues(b, a)));
      if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) {
        expect(compareValues(a, c)).toBeLessThanOrEqual(0);
      }
    }),
  );
});
