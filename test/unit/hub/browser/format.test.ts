import { expect, test } from "vitest";
import {
  formatDay,
  formatDuration,
  formatTime,
  midnight,
  plural,
} from "../../../../src/hub/browser/format.ts";

const noon = new Date(2026, 10, 23, 12, 5).getTime();

test("a time is hours and minutes", () => {
  expect(formatTime(noon)).toMatch(/12.05/);
});

test.each([
  [new Date(2026, 10, 23, 0, 0), "Today"],
  [new Date(2026, 10, 23, 23, 59), "Today"],
  [new Date(2026, 10, 22, 23, 59), "Yesterday"],
])("%s is %s", (date, day) => {
  expect(formatDay(date.getTime(), noon)).toBe(day);
});

test("another day is given by its date", () => {
  expect(formatDay(new Date(2026, 10, 20).getTime(), noon)).toMatch(/20/);
});

test("midnight is the same all day", () => {
  expect(midnight(noon)).toBe(midnight(noon + 3_600_000));
  expect(midnight(noon)).not.toBe(midnight(noon + 24 * 3_600_000));
});

test.each([
  [0, "0 s"],
  [59_999, "59 s"],
  [61_000, "1 min 1 s"],
  [3_600_000 * 5 + 60_000, "5 h 1 min"],
  [86_400_000, "1 day 0 h"],
  [86_400_000 * 3 + 3_600_000 * 2, "3 days 2 h"],
])("%d ms are %s", (duration, text) => {
  expect(formatDuration(duration)).toBe(text);
});

test("a number of things is in the right number", () => {
  expect(plural(1, "person", "people")).toBe("1 person");
  expect(plural(0, "person", "people")).toBe("0 people");
  expect(plural(2, "room")).toBe("2 rooms");
});
