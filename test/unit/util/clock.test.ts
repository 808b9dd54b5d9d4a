import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../../src/util/clock.ts";

test("time goes forward, in milliseconds", () => {
  const before = performance.now();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(performance.now());
});

test("a timer does not keep the process alive", () => {
  const timer = systemClock.setTimeout(() => {}, 1_000_000) as NodeJS.Timeout;
  expect(timer.hasRef()).toBe(false);
  systemClock.clearTimeout(timer);
});

describe("on a platform whose timers are numbers", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test("timers run and can be cleared", () => {
    const called: number[] = [];
    systemClock.setTimeout(() => called.push(1), 10);
    systemClock.clearTimeout(systemClock.setTimeout(() => called.push(2), 10));
    systemClock.clearTimeout(undefined);
    vi.advanceTimersByTime(9);
    expect(called).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(called).toEqual([1]);
  });

  test("a timer without unref is none the worse", () => {
    vi.stubGlobal("setTimeout", () => 7);
    expect(systemClock.setTimeout(() => {}, 10)).toBe(7);
  });

  test.each([Infinity, 2 ** 31, Number.MAX_VALUE])(
    "a timer of %d ms doesn't fire at once",
    (delay) => {
      const delays: number[] = [];
      vi.stubGlobal("setTimeout", (_: unknown, given: number) => delays.push(given));
      systemClock.setTimeout(() => {}, delay);
      expect(delays).toEqual([2 ** 31 - 1]);
    },
  );
});

describe("defer", () => {
  afterEach(() => void vi.unstubAllGlobals());

  test("waits for what the turn of the event loop still brings", async () => {
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.defer(() => {
        log.push("deferred");
        resolve();
      });
      queueMicrotask(() => log.push("microtask"));
      process.nextTick(() => log.push("tick"));
    });
    expect(log.at(-1)).toBe("deferred");
    expect(log.length).toBe(3);
  });

  test("makes do with a timer", async () => {
    vi.stubGlobal("setImmediate", undefined);
    await new Promise<void>((resolve) => systemClock.defer(resolve));
    expect(globalThis.setImmediate).toBeUndefined();
  });
});
