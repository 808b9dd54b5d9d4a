import { expect, test } from "vitest";
import { EventQueue } from "../../../src/protocol/event-queue.ts";
import type { CloseEvent, MessageEvent } from "../../../src/protocol/events.ts";

const message: MessageEvent = { type: "message", data: "a" };
const close: CloseEvent = { type: "close", code: 1000, reason: "" };

test("gives each event once, in order", () => {
  const queue = new EventQueue();
  queue.push(message);
  queue.end(close);
  expect(queue.take()).toEqual([message, close]);
  expect(queue.take()).toEqual([]);
});

test("ends once", () => {
  const queue = new EventQueue();
  expect(queue.last).toBeUndefined();
  queue.end(close);
  queue.end({ ...close, code: 1001 });
  expect(queue.take()).toEqual([close]);
  expect(queue.last).toBe(close);
});

test("leaves alone what it gave", () => {
  const queue = new EventQueue();
  const taken = queue.take();
  queue.push(message);
  expect(taken).toEqual([]);
});
