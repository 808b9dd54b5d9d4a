import { expect, test } from "vitest";
import { Tally } from "../../../src/server/tally.ts";

test("a tally that is zero says so at once", async () => {
  await new Tally().whenZero();
});

test("a tally says when it has come to zero, each time", async () => {
  const tally = new Tally();
  for (const round of [1, 2]) {
    const log: string[] = [];
    tally.increment();
    tally.increment();
    const zero = tally.whenZero().then(() => log.push("zero"));
    expect(tally.whenZero()).toBe(tally.whenZero());
    tally.decrement();
    await Promise.resolve();
    expect([log, tally.count], `round ${round}`).toEqual([[], 1]);
    tally.decrement();
    await zero;
    expect(log).toEqual(["zero"]);
  }
});
