import { expect, test } from "vitest";
import { applyMask, rotateKey } from "../../../src/protocol/mask.ts";
import { bytes, hex } from "./support.ts";

const KEY = 0x37fa213d;

test("masks the example of RFC 6455 section 5.7", () => {
  const data = bytes("48 65 6c 6c 6f");
  applyMask(data, 0, 5, KEY);
  expect(hex(data)).toBe("7f 9f 4d 51 58");
});

test("masks from any start to any end, in memory of any alignment", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 47, 48, 49, 50, 51, 52, 63, 200, 1001]) {
    for (let offset = 0; offset < 4; offset++) {
      for (let start = 0; start < 4; start++) {
        const memory = new Uint8Array(offset + start + length + 5).fill(0x55);
        const data = memory.subarray(offset);
        applyMask(data, start, start + length, KEY);
        const expected = Array.from(data, (_, at) => {
          const inside = at >= start && at < start + length;
          return inside ? 0x55 ^ ((KEY >>> (24 - 8 * ((at - start) & 3))) & 0xff) : 0x55;
        });
        expect([...data]).toEqual(expected);
        expect([...memory.subarray(0, offset)].every((byte) => byte === 0x55)).toBe(true);
      }
    }
  }
});

test("rotates the key to the byte that comes next", () => {
  expect([0, 1, 2, 3, 4, 5].map((count) => rotateKey(KEY, count).toString(16))).toEqual([
    "37fa213d",
    "fa213d37",
    "213d37fa",
    "3d37fa21",
    "37fa213d",
    "fa213d37",
  ]);
});

test("masks in pieces as in one", () => {
  const whole = Uint8Array.from({ length: 300 }, (_, at) => at & 0xff);
  const pieces = whole.slice();
  applyMask(whole, 0, 300, KEY);
  let at = 0;
  for (const size of [1, 2, 3, 5, 50, 101, 138]) {
    applyMask(pieces, at, at + size, rotateKey(KEY, at));
    at += size;
  }
  expect(at).toBe(300);
  expect(pieces).toEqual(whole);
});
