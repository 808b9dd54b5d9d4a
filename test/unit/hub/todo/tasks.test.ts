import { expect, test } from "vitest";
import { MAX_TITLE } from "../../../../src/hub/todo/limits.ts";
import { cleanTitle, nextPosition } from "../../../../src/hub/todo/tasks.ts";

test("a title is one line of text, of bounded length", () => {
  expect(cleanTitle("  Buy\n\tmilk\u0000 ")).toBe("Buy milk");
  expect(cleanTitle(" \n ")).toBeUndefined();
  expect(cleanTitle("x".repeat(MAX_TITLE))).toBe("x".repeat(MAX_TITLE));
  expect(cleanTitle("x".repeat(MAX_TITLE + 1))).toBeUndefined();
});

test("a new task goes after all others", () => {
  const task = (position: number) => ({ _id: String(position), title: "", done: false, position });
  expect(nextPosition([])).toBe(1);
  expect(nextPosition([task(7), task(3)])).toBe(8);
});
