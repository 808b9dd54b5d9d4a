import { expect, test } from "vitest";
import { Windows } from "../../../../../src/ddp/server/rate-limits/windows.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";

test("each key has a window of its own, from when it is first met", () => {
  const clock = new FakeClock();
  const windows = new Windows(clock, 1, 100);
  expect(windows.count("a")).toBeUndefined();
  clock.advance(60);
  expect(windows.count("b")).toBeUndefined();
  expect(windows.count("a")).toBe(40);
  clock.advance(40);
  expect(windows.count("a")).toBeUndefined();
  expect(windows.count("b")).toBe(60);
});

test("names from the network are keys like others", () => {
  const windows = new Windows(new FakeClock(), 1, 100);
  for (const key of ["__proto__", "constructor", "toString"]) {
    expect(windows.count(key)).toBeUndefined();
    expect(windows.count(key)).toBe(100);
  }
});

test("keys are bounded: the first ones are forgotten", () => {
  const windows = new Windows(new FakeClock(), 1, 100);
  windows.count("first");
  for (let key = 0; key < 100_000; key++) windows.count(String(key));
  expect(windows.count("first")).toBeUndefined();
  expect(windows.count("99999")).toBe(100);
});
