import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Lull } from "../../../src/cli/lull.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("ends when there was no message for the duration", async () => {
  const lull = new Lull(100);
  let over = false;
  lull.message();
  void lull.wait().then(() => (over = true));
  await vi.advanceTimersByTimeAsync(80);
  lull.message();
  await vi.advanceTimersByTimeAsync(99);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(over).toBe(true);
  expect(lull.messages).toBe(2);
});

test("leaves no timer when it is stopped, nor when nobody waits", async () => {
  const lull = new Lull(100);
  lull.message();
  expect(vi.getTimerCount()).toBe(0);
  const wait = lull.wait();
  lull.stop();
  await wait;
  lull.message();
  expect(vi.getTimerCount()).toBe(0);
});
