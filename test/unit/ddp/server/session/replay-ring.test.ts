import { expect, test } from "vitest";
import fc from "fast-check";
import { PreparedMessage } from "../../../../../src/connection/prepared-message.ts";
import { ReplayRing } from "../../../../../src/ddp/server/session/replay-ring.ts";

const LIMITS = { messages: 8, bytes: 40 };

test("a ring holds the last messages that there is room for", () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ drop: fc.nat(10) }),
    fc.record({ first: fc.integer({ min: 0, max: 5 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ring = new ReplayRing(LIMITS);
      let model: string[] = [];
      for (const [index, each] of steps.entries()) {
        const text = (length: number): string => String(index % 10).repeat(length);
        if ("push" in each) {
          ring.push(text(each.push));
          model.push(text(each.push));
          while (model.length > 8 || model.join("").length > 40) model.shift();
        } else if ("drop" in each) {
          const count = Math.min(each.drop, model.length);
          ring.dropFirst(count);
          model = model.slice(count);
        } else {
          ring.unshift(text(each.first));
          model.unshift(text(each.first));
        }
        expect(ring.items).toEqual(model);
        expect(ring.length).toBe(model.length);
        expect(ring.isHalfFull).toBe(model.length >= 4 || model.join("").length >= 20);
      }
    }),
  );
});

test("messages for many are counted by their text", () => {
  const ring = new ReplayRing(LIMITS);
  const message = new PreparedMessage("x".repeat(30), true);
  ring.push(message);
  expect(ring.items).toEqual([message]);
  ring.push("x".repeat(11));
  expect(ring.length).toBe(1);
  ring.clear();
  expect(ring.items).toEqual([]);
});
