import { expect, test } from "vitest";
import { FakeClock } from "../../../src/testing/fake-clock.ts";

test("time stands still until it is moved", () => {
  const clock = new FakeClock();
  const before = clock.now();
  clock.advance(1.5);
  clock.advance(0);
  expect(clock.now() - before).toBe(1.5);
});

test("timers run when they are due, in order of time and then of their making", () => {
  const clock = new FakeClock();
  const log: [string, number][] = [];
  const add = (name: string, delay: number): unknown =>
    clock.setTimeout(() => log.push([name, clock.now()]), delay);
  add("c", 30);
  add("a", 10);
  add("b", 10);
  add("now", -5);
  expect(clock.timers).toBe(4);
  clock.advance(9);
  expect(log).toEqual([["now", 0]]);
  clock.advance(11);
  expect(log.slice(1)).toEqual([
    ["a", 10],
    ["b", 10],
  ]);
  expect([clock.timers, clock.now()]).toEqual([1, 20]);
  clock.advance(100);
  expect(log.at(-1)).toEqual(["c", 30]);
  expect([clock.timers, clock.now()]).toEqual([0, 120]);
});

test("timers that a timer starts run within the same advance", () => {
  const clock = new FakeClock();
  const times: number[] = [];
  const again = (): void => {
    times.push(clock.now());
    clock.setTimeout(again, 10);
  };
  again();
  clock.advance(35);
  expect(times).toEqual([0, 10, 20, 30]);
  expect(clock.timers).toBe(1);
});

test("a timer can be cleared, also by an earlier one, and more than once", () => {
  const clock = new FakeClock();
  const called: string[] = [];
  const late = clock.setTimeout(() => called.push("late"), 20);
  clock.setTimeout(() => clock.clearTimeout(late), 10);
  clock.advance(30);
  clock.clearTimeout(late);
  clock.clearTimeout(undefined);
  expect([called, clock.timers]).toEqual([[], 0]);
});

test("defer is a matter of turns, not of time", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const deferred = new Promise<void>((resolve) => {
    clock.defer(() => {
      log.push("deferred");
      resolve();
    });
  });
  clock.advance(1_000);
  await Promise.resolve();
  expect(log).toEqual([]);
  await deferred;
  expect(clock.timers).toBe(0);
});
