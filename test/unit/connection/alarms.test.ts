import { expect, test } from "vitest";
import { Alarm, Line } from "../../../src/connection/alarms.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";

class Bell extends Alarm {
  readonly #rung: () => void;

  constructor(rung: () => void) {
    super();
    this.#rung = rung;
  }

  override ring(): void {
    this.#rung();
  }
}

function bells(clock: FakeClock): { rung: string[]; bell: (name: string) => Bell } {
  const rung: string[] = [];
  return { rung, bell: (name) => new Bell(() => rung.push(`${name} ${clock.now()}`)) };
}

test("each rings after the delay, to the millisecond, with one timer for all", () => {
  const clock = new FakeClock();
  const line = Line.of(clock, 100);
  const { rung, bell } = bells(clock);
  for (const name of ["a", "b", "c"]) {
    line.add(bell(name));
    clock.advance(7);
  }
  expect(clock.timers).toBe(1);
  clock.advance(1000);
  expect(rung).toEqual(["a 100", "b 107", "c 114"]);
  expect(clock.timers).toBe(0);
});

test("one that is taken out doesn't ring, wherever it stands, and the last one takes the timer with it", () => {
  const clock = new FakeClock();
  const line = Line.of(clock, 100);
  const { rung, bell } = bells(clock);
  const all = ["a", "b", "c", "d"].map(bell);
  for (const one of all) line.add(one);
  for (const index of [1, 0, 3]) line.delete(all[index] as Bell);
  clock.advance(99);
  expect([rung, clock.timers]).toEqual([[], 1]);
  line.delete(all[2] as Bell);
  expect(clock.timers).toBe(0);
  line.delete(all[2] as Bell);
  clock.advance(1000);
  expect(rung).toEqual([]);
  line.add(all[1] as Bell);
  clock.advance(1000);
  expect(rung).toEqual(["b 1199"]);
});

test("one that rings may stand again, and may take out others that are due", () => {
  const clock = new FakeClock();
  const line = Line.of(clock, 100);
  const rung: number[] = [];
  const other = new Bell(() => rung.push(-1));
  const again: Bell = new Bell(() => {
    rung.push(clock.now());
    line.delete(other);
    line.add(again);
  });
  line.add(again);
  line.add(other);
  clock.advance(350);
  expect(rung).toEqual([100, 200, 300]);
  expect(clock.timers).toBe(1);
  line.delete(again);
  expect(clock.timers).toBe(0);
});

test("one that throws keeps nobody else from ringing", () => {
  const clock = new FakeClock();
  const line = Line.of(clock, 100);
  const { rung, bell } = bells(clock);
  line.add(
    new Bell(() => {
      throw new Error("no");
    }),
  );
  line.add(bell("b"));
  expect(() => clock.advance(100)).toThrow("no");
  clock.advance(1);
  expect(rung.length).toBe(1);
  expect(clock.timers).toBe(0);
});

test("a line is shared by those of the same clock and delay, while anybody stands in it", () => {
  const clock = new FakeClock();
  const line = Line.of(clock, 100);
  const { bell } = bells(clock);
  const one = bell("a");
  line.add(one);
  expect(Line.of(clock, 100)).toBe(line);
  expect(Line.of(clock, 101)).not.toBe(line);
  expect(Line.of(new FakeClock(), 100)).not.toBe(line);
  line.delete(one);
  expect(Line.of(clock, 100)).not.toBe(line);
});
