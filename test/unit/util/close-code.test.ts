import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CloseCode, isCloseCode, truncateReason } from "../../../src/util/close-code.ts";

test("the named codes are those that an endpoint may send", () => {
  for (const code of Object.values(CloseCode)) expect(isCloseCode(code)).toBe(true);
  expect(Object.values(CloseCode).length).toBe(12);
});

test("an endpoint may send 1000 to 1003, 1007 to 1014 and 3000 to 4999", () => {
  const allowed = Array.from({ length: 6_000 }, (_, code) => code).filter(isCloseCode);
  const ranges = [
    [1000, 1003],
    [1007, 1014],
    [3000, 4999],
  ] as const;
  const expected = ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  );
  expect(allowed).toEqual(expected);
});

test.each([1000.5, NaN, Infinity, -Infinity, -1000, "1000", null, undefined, {}, 1000n])(
  "%s is no close code",
  (code) => expect(isCloseCode(code as number)).toBe(false),
);

describe("a reason", () => {
  test.each([
    ["", ""],
    ["short", "short"],
    ["x".repeat(123), "x".repeat(123)],
    ["x".repeat(124), "x".repeat(123)],
    ["\u00fc".repeat(62), "\u00fc".repeat(61)],
    ["\u20ac".repeat(42), "\u20ac".repeat(41)],
    ["x".repeat(119) + "\u{1f600}", "x".repeat(119) + "\u{1f600}"],
    ["x".repeat(120) + "\u{1f600}", "x".repeat(120)],
  ])("is cut to 123 bytes, not inside of a character: %j", (reason, expected) => {
    expect(truncateReason(reason)).toBe(expected);
  });

  test("is the longest beginning that has room, whatever it is", () => {
    const text = fc.string({ unit: "binary", maxLength: 200 });
    fc.assert(
      fc.property(text, (reason) => {
        const cut = truncateReason(reason);
        expect(reason.startsWith(cut)).toBe(true);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(123);
        if (cut === reason) return;
        const next = String.fromCodePoint(reason.codePointAt(cut.length)!);
        expect(Buffer.byteLength(cut + next)).toBeGreaterThan(123);
      }),
    );
  });
});
