import { expect, test } from "vitest";
import { pause } from "../../../src/connection/pause.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { systemClock } from "../../../src/util/clock.ts";
import type { Clock } from "../../../src/util/clock.ts";
import { isPending } from "../../support/turns.ts";

test("it is over after the delay", async () => {
  const clock = new FakeClock();
  const paused = pause(clock, 100, new AbortController().signal);
  await clock.advanceAsync(99);
  expect(await isPending(paused)).toBe(true);
  await clock.advanceAsync(1);
  await paused;
  expect(clock.timers).toBe(0);
});

test("a signal ends it, without an error", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const paused = pause(clock, 100, abort.signal);
  abort.abort();
  await paused;
  await pause(clock, 100, abort.signal);
  expect(clock.timers).toBe(0);
});

test("the process stays alive meanwhile", async () => {
  const timers: NodeJS.Timeout[] = [];
  const clock: Clock = {
    ...systemClock,
    setTimeout(callback, delay) {
      const timer = systemClock.setTimeout(callback, delay);
      timers.push(timer as NodeJS.Timeout);
      return timer;
    },
  };
  const abort = new AbortController();
  const paused = pause(clock, 1_000_000, abort.signal);
  expect(timers.map((timer) => timer.hasRef())).toEqual([true]);
  abort.abort();
  await paused;
});
