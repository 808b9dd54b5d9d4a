import { expect, test } from "vitest";

import { JOIN_LIMIT, forgetSlab, join, joinInSlab } from "../../../src/node/slab.ts";

const chunks = [Buffer.from("ab"), Buffer.from("c")];

test("joins chunks in memory that is used again", () => {
  const first = joinInSlab(chunks, 3);
  expect(String(first)).toBe("abc");
  const second = joinInSlab([Buffer.from("x"), Buffer.from("y")], 2);
  expect(String(second)).toBe("xy");
  expect(second.buffer).toBe(first.buffer);
});

test("takes other memory after it was given away", () => {
  const first = joinInSlab(chunks, 3);
  forgetSlab(first);
  const second = joinInSlab([Buffer.from("xyz")], 3);
  expect(second.buffer).not.toBe(first.buffer);
  expect(String(first)).toBe("abc");
  // Giving away what is not there any more takes nothing from anybody.
  forgetSlab(first);
  expect(joinInSlab(chunks, 3).buffer).toBe(second.buffer);
});

test("pins not much more than what is joined", () => {
  for (const size of [1, 5_000, 40_000, JOIN_LIMIT]) {
    const { buffer } = joinInSlab([Buffer.alloc(size)], size);
    expect(buffer.byteLength).toBeGreaterThanOrEqual(size);
    expect(buffer.byteLength).toBeLessThanOrEqual(Math.max(4096, size * 8));
  }
});

test("joins in memory of the caller's too", () => {
  const target = Buffer.alloc(4);
  expect(join(chunks, target)).toBe(target);
  expect(target.toString("hex")).toBe("61626300");
});
