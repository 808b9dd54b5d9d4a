import { expect, test } from "vitest";
import { FakeClock } from "../../../../../../src/testing/fake-clock.ts";
import { EventHistory } from "../../../../../../src/wamp/router/broker/history/event-history.ts";
import { Publication } from "../../../../../../src/wamp/router/broker/publication.ts";
import type { HistoryOptions } from "../../../../../../src/wamp/router/options.ts";

function keep(options: Partial<HistoryOptions> = {}) {
  const clock = new FakeClock();
  let forgotten = 0;
  const history = new EventHistory({ uri: "a", limit: 100, ...options }, clock, (count) => {
    forgotten += count;
  });
  return {
    clock,
    forgotten: () => forgotten,
    add: (arg: unknown, options_ = {}) => history.add(new Publication("a", [arg], {}, options_)),
    args: () => history.events().map(({ publication }) => publication.args?.[0]),
  };
}

test("the oldest make room", () => {
  const { add, args } = keep({ limit: 3 });
  for (let n = 0; n < 1000; n++) {
    add(n);
    if (n > 2) expect(args()).toEqual([n - 2, n - 1, n]);
  }
});

test("they make room when all together are too large, and what is too large alone isn't kept", () => {
  const { add, args, forgotten } = keep({ maxBytes: 1000 });
  for (let n = 0; n < 100; n++) add(n);
  expect(args().length).toBeGreaterThan(3);
  expect(args().length).toBeLessThan(20);
  expect(args().at(-1)).toBe(99);
  expect(forgotten()).toBe(0);
  add("x".repeat(1000));
  expect(args().at(-1)).toBe(99);
  expect(forgotten()).toBe(1);
});

test("they are gone when their time is over, also where nothing comes after them", () => {
  const { clock, add, args } = keep({ ttl: 1000 });
  add(1);
  clock.advance(600);
  add(2);
  expect(args()).toEqual([1, 2]);
  clock.advance(400);
  expect(args()).toEqual([2]);
  clock.advance(600);
  expect(args()).toEqual([]);
  expect(clock.timers).toBe(0);
});

test("what names sessions isn't kept, neither way", () => {
  const { add, args } = keep();
  add(1, { exclude: [5] });
  add(2, { eligible: [5] });
  add(3, { exclude_authid: ["joe"] });
  add(4, { eligible: [], eligible_authrole: ["user"] });
  expect(args()).toEqual([3]);
});
