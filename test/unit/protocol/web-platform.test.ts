import { expect, test } from "vitest";
import { webPlatform } from "../../../src/protocol/web-platform.ts";
import { bytes, hex } from "./support.ts";

test("encodes and decodes UTF-8", () => {
  expect(hex(webPlatform.encodeUtf8("é\ud83d"))).toBe("c3 a9 ef bf bd");
  expect(webPlatform.decodeUtf8(bytes("ff c3 a9 ff"), 1, 3)).toBe("é");
});

test("keeps a byte-order mark", () => {
  expect(webPlatform.decodeUtf8(bytes("ef bb bf 41"), 0, 4)).toBe("\ufeffA");
});

test("allocates memory", () => {
  expect(webPlatform.allocate(3)).toHaveLength(3);
});

test("makes a new masking key each time, of 32 bits", () => {
  const keys = Array.from({ length: 1000 }, () => webPlatform.maskingKey());
  // Two of a thousand are the same once in ten thousand runs, three once in a billion.
  expect(new Set(keys).size).toBeGreaterThan(997);
  expect(keys.every((key) => Number.isInteger(key) && key >= 0 && key < 2 ** 32)).toBe(true);
  expect(keys.some((key) => key >= 2 ** 31)).toBe(true);
});
