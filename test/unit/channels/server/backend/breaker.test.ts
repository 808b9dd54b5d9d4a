import { beforeEach, expect, test } from "vitest";
import { Breaker } from "../../../../../src/channels/server/backend/breaker.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";

let clock: FakeClock;
let changes: string[];
let breaker: Breaker;

beforeEach(() => {
  clock = new FakeClock();
  changes = [];
  const options = { failures: 3, retryAfter: 1_000 };
  breaker = new Breaker(clock, options, (change) => changes.push(change));
});

function fail(times: number): void {
  for (let count = 0; count < times; count++) {
    expect(breaker.tryEnter()).toBe(true);
    breaker.left(true);
  }
}

test("it opens after so many failures in a row", () => {
  fail(2);
  breaker.tryEnter();
  breaker.left(false);
  fail(2);
  expect(breaker.isOpen).toBe(false);
  fail(1);
  expect(breaker.isOpen).toBe(true);
  expect(breaker.tryEnter()).toBe(false);
  expect(changes).toEqual(["opened"]);
});

test("after a while one is let through, and decides", () => {
  fail(3);
  clock.advance(999);
  expect(breaker.tryEnter()).toBe(false);
  clock.advance(1);
  expect(breaker.tryEnter()).toBe(true);
  expect(breaker.tryEnter()).toBe(false);
  breaker.left(true);
  expect(breaker.tryEnter()).toBe(false);
  clock.advance(1_000);
  expect(breaker.tryEnter()).toBe(true);
  breaker.left(false);
  expect(breaker.isOpen).toBe(false);
  expect(changes).toEqual(["opened", "closed"]);
  fail(2);
  expect(breaker.isOpen).toBe(false);
});

test("it holds no timer", () => {
  fail(3);
  expect(clock.timers).toBe(0);
});
