import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Deque } from "../../../src/util/deque.ts";

test("a deque behaves as an array does", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.nat({ max: 60 }).map((count) => ["push", count] as const) },
    { weight: 5, arbitrary: fc.nat({ max: 60 }).map((count) => ["shift", count] as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const deque = new Deque<number>();
      const model: number[] = [];
      let next = 0;
      for (const [name, count] of steps) {
        for (let index = 0; index < count; index++) {
          if (name === "push") {
            deque.push(next);
            model.push(next++);
          } else expect(deque.shift()).toBe(model.shift());
        }
        expect(deque.length).toBe(model.length);
      }
    }),
  );
});

test("an empty deque gives nothing, again and again", () => {
  const deque = new Deque<number>();
  expect([deque.shift(), deque.shift(), deque.length]).toEqual([undefined, undefined, 0]);
  deque.push(1);
  expect([deque.shift(), deque.shift(), deque.length]).toEqual([1, undefined, 0]);
});

test("a long queue costs linear time", () => {
  // With `Array.prototype.shift` this takes minutes.
  const deque = new Deque<number>();
  const count = 1_000_000;
  for (let index = 0; index < count; index++) deque.push(index);
  for (let index = 0; index < count; index++) {
    deque.push(index);
    deque.shift();
  }
  expect(deque.length).toBe(count);
  expect(deque.shift()).toBe(0);
});
