import { expect, test } from "vitest";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { Lane } from "../../../../../src/wamp/router/session/lane.ts";
import { isPending } from "../../../../support/turns.ts";

const MIB = 1_048_576;

/** A lane whose first work isn't done until it is told so. */
function busyLane(): { lane: Lane; done: Deferred<void> } {
  const lane = new Lane();
  const done = new Deferred<void>();
  expect(lane.run(() => done.promise)).toBeUndefined();
  return { lane, done };
}

test("work is done in order, and much that waits makes whoever brings it wait", async () => {
  const { lane, done } = busyLane();
  const order: number[] = [];
  const waits = Array.from({ length: 300 }, (_, at) => lane.run(() => void order.push(at)));
  expect(waits.findIndex((wait) => wait !== undefined)).toBe(255);
  done.resolve();
  await waits[299];
  expect(order).toEqual(Array.from({ length: 300 }, (_, at) => at));
  expect(lane.run(() => {})).toBeUndefined();
});

test.each([
  [false, 1],
  [true, 16],
])("so does work that holds much memory (needed: %j)", async (needed, mebibytes) => {
  const { lane, done } = busyLane();
  const message = [48, 1, {}, "com.call", [new Uint8Array(MIB - 1024)]];
  const waits: unknown[] = [];
  while (waits.at(-1) === undefined) waits.push(lane.run(() => {}, message, needed));
  // (What it holds beside the bytes doesn't matter.)
  expect(waits.length).toBe(mebibytes + 1);
  expect(await isPending(waits.at(-1) as Promise<void>)).toBe(true);
  done.resolve();
  await waits.at(-1);
});

test("when it has ended, nobody waits and nothing more is done", async () => {
  const { lane, done } = busyLane();
  let count = 0;
  const waits = Array.from({ length: 300 }, () => lane.run(() => void count++));
  lane.end();
  await waits[299];
  done.resolve();
  await done.promise;
  expect(count).toBe(0);
});
