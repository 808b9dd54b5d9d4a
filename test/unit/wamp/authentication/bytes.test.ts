import { expect, test } from "vitest";
import {
  concat,
  fromBase64,
  fromHex,
  isSame,
  toBase64,
  toHex,
  xor,
} from "../../../../src/wamp/authentication/bytes.ts";

const bytes = Uint8Array.from([0, 1, 127, 128, 255]);

test("base64 is canonical, there and back", () => {
  expect(toBase64(bytes)).toBe("AAF/gP8=");
  expect(fromBase64("AAF/gP8=")).toEqual(bytes);
  for (const text of ["AAF/gP8", "AAF/gP9=", " AAF/gP8=", "AAF_gP8=", "\u{1F44B}", "A"]) {
    expect(fromBase64(text), text).toBeUndefined();
  }
});

test("hex has a length", () => {
  expect(toHex(bytes)).toBe("00017f80ff");
  expect(fromHex("00017F80ff", 5)).toEqual(bytes);
  expect(fromHex("00017f80ff", 4)).toBeUndefined();
  expect(fromHex("00017f80f ", 5)).toBeUndefined();
  expect(fromHex("0x017f80ff", 5)).toBeUndefined();
});

test("bytes are the same, or they aren't", () => {
  expect(isSame(bytes, Uint8Array.from(bytes))).toBe(true);
  expect(isSame(bytes, bytes.subarray(1))).toBe(false);
  expect(isSame(bytes, xor(bytes, Uint8Array.from([0, 0, 0, 0, 1])))).toBe(false);
  expect(concat(bytes, bytes.subarray(3))).toEqual(
    Uint8Array.from([0, 1, 127, 128, 255, 128, 255]),
  );
});
