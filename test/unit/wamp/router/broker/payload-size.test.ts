import { expect, test } from "vitest";
import { payloadSize } from "../../../../../src/wamp/router/broker/payload-size.ts";

test("strings, bytes and keys count", () => {
  const nothing = payloadSize([""], 1e6);
  expect(payloadSize(["x".repeat(1000)], 1e6)).toBe(nothing + 2000);
  expect(payloadSize([new Uint8Array(1000)], 1e6)).toBe(nothing + 1000);
  expect(payloadSize({ ["x".repeat(1000)]: 1 }, 1e6)).toBeGreaterThan(2000);
  expect(payloadSize([1, null, true, undefined], 1e6)).toBeGreaterThan(nothing);
});

test("however deep it is, and with cycles, it comes to an end", () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  expect(payloadSize(deep, 1e9)).toBeGreaterThan(1_000_000);
  const cycle: unknown[] = [];
  cycle.push(cycle, cycle);
  expect(payloadSize(cycle, 1000)).toBeGreaterThan(1000);
});

test("it counts no further than to the limit", () => {
  expect(payloadSize(Array.from({ length: 1_000_000 }), 1000)).toBeGreaterThan(1000);
  const reads: string[] = [];
  const watched = new Proxy(
    {},
    {
      ownKeys: () => {
        reads.push("keys");
        return [];
      },
    },
  );
  payloadSize([watched, "x".repeat(1000)], 100);
  expect(reads).toEqual([]);
});
