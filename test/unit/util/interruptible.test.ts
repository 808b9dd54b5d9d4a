import { describe, expect, test, vi } from "vitest";
import { TimeoutError } from "../../../src/errors.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { interruptible } from "../../../src/util/interruptible.ts";
import { isPending, rejection } from "../../support/turns.ts";

/** A wait whose every part can be looked at. */
function wait(options: { timeout?: number } = {}): {
  clock: FakeClock;
  controller: AbortController;
  removed: ReturnType<typeof vi.spyOn>;
  over: ReturnType<typeof vi.fn>;
  promise: Promise<string>;
  resolve: (value: string) => void;
  reject: (error: unknown) => void;
} {
  const clock = new FakeClock();
  const controller = new AbortController();
  const removed = vi.spyOn(controller.signal, "removeEventListener");
  const over = vi.fn();
  let settle!: { resolve: (value: string) => void; reject: (error: unknown) => void };
  const interruption = { clock, signal: controller.signal, ...options };
  const promise = interruptible<string>("waiting", interruption, (resolve, reject) => {
    settle = { resolve, reject };
    return over;
  });
  return { clock, controller, removed, over, promise, ...settle };
}

describe("a wait", () => {
  test("is settled by what it waits for, and leaves nothing behind", async () => {
    const { clock, removed, over, promise, resolve } = wait({ timeout: 100 });
    expect(await isPending(promise)).toBe(true);
    expect([clock.timers, over.mock.calls.length]).toEqual([1, 0]);
    resolve("value");
    expect([clock.timers, over.mock.calls.length, removed.mock.calls.length]).toEqual([0, 1, 1]);
    expect(await promise).toBe("value");
  });

  test("can be rejected by what it waits for", async () => {
    const { clock, removed, over, promise, reject } = wait({ timeout: 100 });
    reject(new Error("failed"));
    expect([clock.timers, over.mock.calls.length, removed.mock.calls.length]).toEqual([0, 1, 1]);
    await expect(promise).rejects.toThrow("failed");
  });

  test("ends with the timeout", async () => {
    const { clock, removed, over, promise } = wait({ timeout: 100 });
    clock.advance(99);
    expect(await isPending(promise)).toBe(true);
    clock.advance(1);
    expect([clock.timers, over.mock.calls.length, removed.mock.calls.length]).toEqual([0, 1, 1]);
    const error = await rejection(promise);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ message: "waiting took longer than 100 ms" });
  });

  test("ends with the signal, and its reason", async () => {
    const { clock, controller, over, promise } = wait({ timeout: 100 });
    const reason = { any: "thing" };
    controller.abort(reason);
    expect([clock.timers, over.mock.calls.length]).toEqual([0, 1]);
    expect(await rejection(promise)).toBe(reason);
  });

  test("has no timer without a timeout, but a timeout of 0 is one", () => {
    expect(wait().clock.timers).toBe(0);
    const { clock, promise } = wait({ timeout: 0 });
    promise.catch(() => {});
    expect(clock.timers).toBe(1);
  });

  test("does not begin when the signal is aborted already", async () => {
    const clock = new FakeClock();
    const begin = vi.fn();
    const signal = AbortSignal.abort(new Error("before"));
    const promise = interruptible("waiting", { clock, signal, timeout: 1 }, begin);
    await expect(promise).rejects.toThrow("before");
    expect([begin.mock.calls.length, clock.timers]).toEqual([0, 0]);
  });

  test("leaves nothing behind when it can't begin", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, "addEventListener");
    const interruption = { clock, signal: controller.signal, timeout: 100 };
    const promise = interruptible("waiting", interruption, () => {
      throw new SyntaxError("no URL");
    });
    await expect(promise).rejects.toThrow("no URL");
    expect([clock.timers, added.mock.calls.length]).toEqual([0, 0]);
    expect(() => clock.advance(100)).not.toThrow();
    expect(() => controller.abort()).not.toThrow();
  });

  test("is not changed by what comes later", async () => {
    const { controller, over, promise, resolve, reject } = wait();
    resolve("first");
    reject(new Error("second"));
    controller.abort();
    expect(await promise).toBe("first");
    expect(over.mock.calls.length).toBeGreaterThanOrEqual(1);
  });
});
