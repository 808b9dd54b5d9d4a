import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Watchdog } from "../../../../src/hub/browser/watchdog.ts";

const ask = vi.fn<() => void>();
const dead = vi.fn<() => void>();

beforeEach(() => {
  vi.useFakeTimers();
  ask.mockClear();
  dead.mockClear();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("Watchdog", () => {
  test("asks after a while without anything, and gives up when nothing comes then", () => {
    const watchdog = new Watchdog(ask, dead);
    vi.advanceTimersByTime(29_999);
    expect(ask).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ask).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(9999);
    expect(dead).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(dead).toHaveBeenCalledOnce();
    watchdog.stop();
  });

  test("is content with whatever comes", () => {
    const watchdog = new Watchdog(ask, dead);
    for (let round = 0; round < 10; round++) {
      vi.advanceTimersByTime(29_000);
      watchdog.alive();
    }
    expect(ask).not.toHaveBeenCalled();
    vi.advanceTimersByTime(39_000);
    watchdog.alive();
    vi.advanceTimersByTime(29_000);
    expect(dead).not.toHaveBeenCalled();
    watchdog.stop();
  });

  test("asks at once when there is reason to, but not twice", () => {
    const watchdog = new Watchdog(ask, dead);
    watchdog.check();
    vi.advanceTimersByTime(9000);
    watchdog.check();
    expect(ask).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(1000);
    expect(dead).toHaveBeenCalledOnce();
    watchdog.stop();
  });

  test("does nothing once it is stopped", () => {
    new Watchdog(ask, dead).stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
