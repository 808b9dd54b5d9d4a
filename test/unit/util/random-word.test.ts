import { expect, test } from "vitest";
import { randomWord } from "../../../src/util/random-word.ts";

test("words have 32 bits, and are drawn anew each time", () => {
  const words = Array.from({ length: 1_000 }, randomWord);
  expect(words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32)).toBe(true);
  expect(new Set(words).size).toBeGreaterThan(990);
  // (Each bit is set about as often as not.)
  for (let bit = 0; bit < 32; bit++) {
    const set = words.filter((word) => (word >>> bit) & 1).length;
    expect(set > 350 && set < 650).toBe(true);
  }
});
