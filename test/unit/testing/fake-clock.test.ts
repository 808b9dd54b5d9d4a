import { describe, expect, test } from "vitest";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { pair } from "../../../src/testing/pair.ts";

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

test("time never goes back, whoever moves it", () => {
  const clock = new FakeClock();
  const times: number[] = [];
  clock.setTimeout(() => clock.advance(100), 10);
  clock.setTimeout(() => times.push(clock.now()), 20);
  clock.setTimeout(() => times.push(clock.now()), 500);
  clock.advance(30);
  expect(times).toEqual([20]);
  expect(clock.now()).toBe(110);
});

describe("advanceAsync", () => {
  test("gives what a timer has set off its turn, before the next timer", async () => {
    const clock = new FakeClock();
    const log: string[] = [];
    clock.setTimeout(() => {
      void Promise.resolve().then(() => log.push("promise"));
      clock.defer(() => void Promise.resolve().then(() => log.push("deferred")));
    }, 10);
    clock.setTimeout(() => log.push("late"), 10);
    await clock.advanceAsync(10);
    expect(log).toEqual(["promise", "deferred", "late"]);
    expect(clock.now()).toBe(10);
  });

  test("runs timers that come of it, when they are due", async () => {
    const clock = new FakeClock();
    const sleep = (delay: number): Promise<void> =>
      new Promise((resolve) => clock.setTimeout(resolve, delay));
    const times: number[] = [];
    const running = (async () => {
      await Promise.resolve();
      for (let step = 0; step < 3; step++) {
        await sleep(10);
        times.push(clock.now());
      }
    })();
    await clock.advanceAsync(1000);
    await running;
    expect(times).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(1000);
  });

  test("lets a connection live through its pings", async () => {
    const clock = new FakeClock();
    const [client, server] = pair({ clock });
    await clock.advanceAsync(3_600_000);
    expect([client.state, server.state]).toEqual(["open", "open"]);
    await client.close();
    expect(clock.timers).toBe(0);
  });

  test("can overlap", async () => {
    const clock = new FakeClock();
    await Promise.all([clock.advanceAsync(20), clock.advanceAsync(10)]);
    expect(clock.now()).toBe(20);
  });
});
