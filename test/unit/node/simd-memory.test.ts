import { beforeAll, expect, test } from "vitest";

import { createSimdMemory, maskWithSimd } from "../../../src/node/simd-memory.ts";
import { applyMask } from "../../../src/protocol/mask.ts";

const pattern = Buffer.from(Array.from({ length: 64 * 1024 }, (_, at) => at % 251));
let memory: Buffer;

beforeAll(() => {
  const created = createSimdMemory(64 * 1024);
  if (!created) throw new Error("no vectors in WebAssembly");
  memory = created;
});

test("masks as the loops do, for every alignment and length, and nothing else", () => {
  const lengths = [...Array.from({ length: 140 }, (_, length) => length), 1000, 65_000];
  for (const start of [0, 1, 2, 3, 13, 64]) {
    for (const length of lengths) {
      for (const key of [0x01020304, 0xfffefdfc, 0x80000000, 0x37fa213d]) {
        memory.set(pattern);
        const expected = Buffer.from(pattern);
        applyMask(expected, start, start + length, key);
        expect(maskWithSimd(memory, start, start + length, key)).toBe(true);
        if (!expected.equals(memory)) expect.fail(`start ${start}, length ${length}, key ${key}`);
      }
    }
  }
});

test("is only for its own memory", () => {
  const bytes = Buffer.from("abc");
  expect(maskWithSimd(bytes, 0, 3, 0x01020304)).toBe(false);
  expect(bytes.toString()).toBe("abc");
});

test("has the size that was asked for", () => {
  expect(memory.length).toBe(64 * 1024);
});

test("is not there where WebAssembly is not", () => {
  const { WebAssembly } = globalThis;
  Object.assign(globalThis, { WebAssembly: undefined });
  try {
    expect(createSimdMemory(64 * 1024)).toBeUndefined();
    expect(maskWithSimd(memory, 0, 3, 0x01020304)).toBe(false);
  } finally {
    Object.assign(globalThis, { WebAssembly });
  }
});
