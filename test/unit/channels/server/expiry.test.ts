/**
 * Tests of what expires.
 *
 * @module
 */

import { expect, test } from "vitest";
import { jsonCodec } from "../../../../src/channels/protocol/json-codec.ts";
import { protobufCodec } from "../../../../src/channels/protocol/protobuf-codec.ts";
import { Expiry, ttlOf } from "../../../../src/channels/server/expiry.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";

const now = (): number => Date.now() / 1000;

test("what is left is at least a second", () => {
  expect(ttlOf(undefined)).toEqual({});
  expect(ttlOf(now() - 100)).toEqual({ expires: true, ttl: 1 });
  expect(ttlOf(now() + 100)).toEqual({ expires: true, ttl: 100 });
});

test("what is left fits into the protocol's 32 bits, also where a backend meant milliseconds", () => {
  for (const expireAt of [Date.now() * 10, 1e300, Infinity]) {
    const sub_refresh = ttlOf(expireAt);
    for (const codec of [jsonCodec, protobufCodec]) {
      expect(codec.decodeReplies(codec.encodeReplies([{ id: 1, sub_refresh }]))).toEqual([
        { id: 1, sub_refresh: { expires: true, ttl: 2 ** 32 - 1 } },
      ]);
    }
  }
});

test("it expires once, after its grace; what is set or cleared later counts", () => {
  const clock = new FakeClock();
  let count = 0;
  const expiry = new Expiry(clock, () => void count++);
  expiry.set(now() - 5, 1_000);
  clock.advance(999);
  expect(count).toBe(0);
  clock.advance(1);
  expect(count).toBe(1);
  expiry.set(now() + 10, 0);
  expiry.set(undefined, 0);
  expiry.set(now() + 20, 0);
  expiry.clear();
  expect(clock.timers).toBe(0);
  clock.advance(60_000);
  expect(count).toBe(1);
});

test("no wait is longer than platforms can wait, and none is cut short", () => {
  const clock = new FakeClock();
  const delays: number[] = [];
  const watched = {
    now: () => clock.now(),
    setTimeout(callback: () => void, delay: number) {
      delays.push(delay);
      return clock.setTimeout(callback, delay);
    },
    clearTimeout: (timer: unknown) => clock.clearTimeout(timer),
    defer: (callback: () => void) => clock.defer(callback),
  };
  let count = 0;
  const expiry = new Expiry(watched, () => void count++);
  const DAY = 86_400_000;
  expiry.set(now() + (60 * DAY) / 1000, 0);
  clock.advance(59 * DAY);
  expect(count).toBe(0);
  clock.advance(2 * DAY);
  expect(count).toBe(1);
  expect(Math.max(...delays)).toBeLessThan(2 ** 31);
});
