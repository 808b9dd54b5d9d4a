import { expect, test } from "vitest";
import { EventQueue } from "../../../../../src/channels/server/backend/event-queue.ts";

const event = (channel: string) => ({ type: "vacated", channel }) as const;
const json = (seq: number, channel: string): string =>
  `{"seq":${seq},"time":5,"type":"vacated","channel":"${channel}"}`;

function make(limits: object = {}): EventQueue {
  return new EventQueue({
    maxEvents: 3,
    maxBytes: 1_000,
    batchEvents: 2,
    batchBytes: 1_000,
    ...limits,
  });
}

function push(queue: EventQueue, ...channels: string[]): void {
  for (const channel of channels) queue.push(event(channel), 5);
}

test("events are numbered, and come in batches", () => {
  const queue = make();
  push(queue, "a", "b", "c");
  const first = queue.cut();
  expect(first).toMatchObject({ events: `${json(1, "a")},${json(2, "b")}`, count: 2, dropped: 0 });
  expect(queue.cut()).toMatchObject({ events: json(3, "c"), count: 1 });
  expect(queue.cut()).toBeUndefined();
});

test("a batch ends with the event that makes it long enough", () => {
  const queue = make({ batchEvents: 10, batchBytes: 60 });
  push(queue, "a", "b", "c");
  expect(queue.cut()?.count).toBe(2);
});

test("what doesn't fit is dropped, and the next batch that is cut says so, until it has arrived", () => {
  const queue = make();
  push(queue, "a", "b", "c", "d", "e");
  expect(queue.size).toBe(3);
  const first = queue.cut();
  expect(first?.dropped).toBe(2);
  push(queue, "f");
  queue.settle(first as never, true);
  push(queue, "g");
  const second = queue.cut();
  expect(second).toMatchObject({ events: `${json(3, "c")},${json(7, "g")}`, dropped: 1 });
  queue.settle(second as never, true);
  expect(queue.dropped).toBe(3);
  expect(queue.size).toBe(0);
});

test("bytes count too, those of UTF-8", () => {
  const queue = make({ maxBytes: 100 });
  push(queue, "é".repeat(25));
  push(queue, "b");
  expect([queue.size, queue.dropped]).toEqual([1, 1]);
  const batch = queue.cut();
  queue.settle(batch as never, true);
  push(queue, "c");
  expect([queue.size, queue.dropped]).toEqual([1, 1]);
});

test("a batch that nobody wants is dropped, and told of with what it would have told", () => {
  const queue = make();
  push(queue, "a", "b", "c", "d");
  queue.settle(queue.cut() as never, false);
  expect(queue.cut()).toMatchObject({ dropped: 3 });
});

test("all that is left can be given up, what is under way included", () => {
  const queue = make();
  push(queue, "a", "b", "c");
  queue.cut();
  expect(queue.abandon()).toBe(3);
  expect([queue.size, queue.dropped]).toEqual([0, 3]);
  expect(queue.cut()).toBeUndefined();
});
