import { expect, test, vi } from "vitest";
import { MessageQueue } from "../../../../../src/ddp/server/session/message-queue.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { turns } from "../../../../support/turns.ts";

/** A queue, what has begun, and tasks that end when the test says so. */
function queued(onShift?: () => void) {
  const queue = new MessageQueue(onShift);
  const begun: string[] = [];
  const add = (name: string, unblocks = false): Deferred<void> => {
    const end = new Deferred<void>();
    queue.push((unblock) => {
      begun.push(name);
      if (unblocks) unblock();
      return end.promise;
    });
    return end;
  };
  return { queue, begun, add };
}

test("the next begins when the one before has ended", async () => {
  const { queue, begun, add } = queued();
  const first = add("1");
  const second = add("2");
  add("3");
  expect(begun).toEqual(["1"]);
  expect(queue.length).toBe(2);
  second.resolve();
  await turns();
  expect(begun).toEqual(["1"]);
  first.resolve();
  await turns();
  expect(begun).toEqual(["1", "2", "3"]);
  expect(queue.length).toBe(0);
});

test("or has unblocked; it doesn't let another one begin when it ends then", async () => {
  const { begun, add } = queued();
  const first = add("1", true);
  add("2");
  add("3");
  expect(begun).toEqual(["1", "2"]);
  first.resolve();
  await turns();
  expect(begun).toEqual(["1", "2"]);
});

test("tasks that unblock within each other need no stack", () => {
  const queue = new MessageQueue();
  let release: (() => void) | undefined;
  let depth = 0;
  let deepest = 0;
  let ran = 0;
  queue.push((unblock) => {
    release = unblock;
    return new Promise(() => {});
  });
  for (let task = 0; task < 100_000; task++) {
    queue.push(async (unblock) => {
      deepest = Math.max(deepest, ++depth);
      ran++;
      unblock();
      depth--;
    });
  }
  release?.();
  expect(ran).toBe(100_000);
  expect(deepest).toBe(1);
});

test("nothing begins once it is closed, and whoever waits for room hears of it", async () => {
  const onShift = vi.fn();
  const { queue, begun, add } = queued(onShift);
  const first = add("1");
  add("2");
  onShift.mockClear();
  queue.close();
  expect(onShift).toHaveBeenCalledOnce();
  expect(queue.length).toBe(0);
  first.resolve();
  add("3");
  await turns();
  expect(begun).toEqual(["1"]);
});
