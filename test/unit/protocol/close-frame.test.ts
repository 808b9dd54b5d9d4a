import { describe, expect, test } from "vitest";
import type { ProtocolError } from "../../../src/errors.ts";
import { decodeClose, encodeClose } from "../../../src/protocol/close-frame.ts";
import { bytes, hex, testPlatform } from "./support.ts";

function payloadOf(code: number): Uint8Array {
  return Uint8Array.of(code >>> 8, code);
}

function closeCodeOf(action: () => unknown): number | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as ProtocolError).closeCode;
  }
}

describe("the payload of a close frame", () => {
  test("may be empty", () => {
    expect(decodeClose(testPlatform, new Uint8Array())).toEqual({ code: 1005, reason: "" });
  });

  test("is a code and a reason", () => {
    expect(decodeClose(testPlatform, bytes("03 e9"))).toEqual({ code: 1001, reason: "" });
    expect(decodeClose(testPlatform, bytes("0b b8 6f 6b e2 82 ac"))).toEqual({
      code: 3000,
      reason: "ok€",
    });
  });

  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    "may have code %i",
    (code) => {
      expect(decodeClose(testPlatform, payloadOf(code)).code).toBe(code);
    },
  );

  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])(
    "must not have code %i",
    (code) => {
      expect(closeCodeOf(() => decodeClose(testPlatform, payloadOf(code)))).toBe(1002);
    },
  );

  test("must not be half a code", () => {
    expect(closeCodeOf(() => decodeClose(testPlatform, bytes("03")))).toBe(1002);
  });

  test("must have a reason of UTF-8", () => {
    expect(closeCodeOf(() => decodeClose(testPlatform, bytes("03 e8 c3")))).toBe(1007);
    expect(closeCodeOf(() => decodeClose(testPlatform, bytes("03 e8 ed a0 80")))).toBe(1007);
  });
});

describe("a close status is written", () => {
  test("as nothing for 1005", () => {
    const { payload, status } = encodeClose(testPlatform, { code: 1005, reason: "" });
    expect(payload.length).toBe(0);
    expect(status).toEqual({ code: 1005, reason: "" });
  });

  test("as code and reason", () => {
    const { payload, status } = encodeClose(testPlatform, { code: 1000, reason: "bye" });
    expect(hex(payload)).toBe("03 e8 62 79 65");
    expect(status).toEqual({ code: 1000, reason: "bye" });
  });

  test.each([
    ["a".repeat(123), 123],
    ["a".repeat(124), 123],
    ["é".repeat(62), 122],
    ["€".repeat(42), 123],
    [`${"€".repeat(40)}aa😀`, 122],
    [`${"a".repeat(122)}😀`, 122],
    [`${"a".repeat(119)}😀`, 123],
    ["😀".repeat(1000), 120],
  ])("with its reason cut at a whole character: %s", (reason, length) => {
    const { payload, status } = encodeClose(testPlatform, { code: 1000, reason });
    expect(payload.length).toBe(2 + length);
    expect(reason.startsWith(status.reason)).toBe(true);
    expect(Buffer.byteLength(status.reason)).toBe(length);
    expect(decodeClose(testPlatform, payload)).toEqual(status);
  });
});
