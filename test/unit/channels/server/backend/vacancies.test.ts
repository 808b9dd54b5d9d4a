import { expect, test } from "vitest";
import { Vacancies } from "../../../../../src/channels/server/backend/vacancies.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";

function make(limit = 10): { clock: FakeClock; told: string[]; vacancies: Vacancies } {
  const clock = new FakeClock();
  const told: string[] = [];
  const tell = (channel: string): void => void told.push(`${channel}@${clock.now()}`);
  return { clock, told, vacancies: new Vacancies(clock, 1_000, limit, tell) };
}

test("each is told after the delay, with one timer", () => {
  const { clock, told, vacancies } = make();
  vacancies.add("a");
  clock.advance(400);
  vacancies.add("b");
  vacancies.add("c");
  expect(clock.timers).toBe(1);
  clock.advance(10_000);
  expect(told).toEqual(["a@1000", "b@1400", "c@1400"]);
  expect(clock.timers).toBe(0);
});

test("what is occupied again is not told, and begins anew", () => {
  const { clock, told, vacancies } = make();
  vacancies.add("a");
  vacancies.add("b");
  clock.advance(500);
  expect(vacancies.cancel("a")).toBe(true);
  expect(vacancies.cancel("a")).toBe(false);
  vacancies.add("a");
  clock.advance(10_000);
  expect(told).toEqual(["b@1000", "a@1500"]);
});

test("when too many wait the first is told at once", () => {
  const { told, vacancies } = make(2);
  for (const channel of ["a", "b", "c"]) vacancies.add(channel);
  expect(told).toEqual(["a@0"]);
});

test("all can be told at once, and no timer is left", () => {
  const { clock, told, vacancies } = make();
  vacancies.add("a");
  vacancies.add("b");
  vacancies.flush();
  expect(told).toEqual(["a@0", "b@0"]);
  expect(clock.timers).toBe(0);
});
