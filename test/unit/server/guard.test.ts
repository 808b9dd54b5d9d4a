import { describe, expect, test } from "vitest";
import { Guard } from "../../../src/server/guard.ts";
import type { GuardLimits } from "../../../src/server/guard.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";

const INFO = { code: 1000, reason: "", wasClean: true, initiator: "remote" } as const;

/** When what was deferred has happened. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A guard, what reached the connection behind it, and how the connection was closed. */
function setup(limits: Partial<GuardLimits>) {
  const clock = new FakeClock();
  const events: unknown[][] = [];
  const sink = {
    borrows: false,
    message: (...args: unknown[]) => void events.push(["message", ...args]),
    part: (...args: unknown[]) => void events.push(["part", ...args]),
    progress: (...args: unknown[]) => void events.push(["progress", ...args]),
    pong: (...args: unknown[]) => void events.push(["pong", ...args]),
    drain: () => void events.push(["drain"]),
    closing: () => void events.push(["closing"]),
    closed: (...args: unknown[]) => void events.push(["closed", ...args]),
  };
  const none = { maxMessagesPerSecond: undefined, idleTimeout: undefined, maxLifetime: undefined };
  const guard = new Guard(sink, { ...none, ...limits }, clock, (code, reason) => {
    events.push(["CLOSE", code, reason]);
  });
  return { clock, events, guard };
}

test("everything passes, in order", () => {
  const { events, guard } = setup({ maxLifetime: 1000 });
  const payload = Uint8Array.of(1);
  guard.message("a");
  guard.part("b", false);
  guard.part("c", true);
  guard.progress(3);
  guard.pong(payload);
  guard.drain();
  guard.closing();
  guard.closed(INFO);
  expect(events).toEqual([
    ["message", "a"],
    ["part", "b", false],
    ["part", "c", true],
    ["progress", 3],
    ["pong", payload],
    ["drain"],
    ["closing"],
    ["closed", INFO],
  ]);
});

describe("maxMessagesPerSecond", () => {
  test("lets a burst of that many pass, then closes with 1008, and nothing more passes", async () => {
    const { events, guard } = setup({ maxMessagesPerSecond: 3 });
    for (const message of ["1", "2", "3", "4", "5"]) guard.message(message);
    guard.part("6", true);
    expect(events).toHaveLength(3);
    await turn();
    expect(events).toEqual([
      ["message", "1"],
      ["message", "2"],
      ["message", "3"],
      ["CLOSE", 1008, "too many messages"],
    ]);
  });

  test("lets that many pass in every second after it", async () => {
    const { clock, events, guard } = setup({ maxMessagesPerSecond: 4 });
    for (let count = 0; count < 4; count++) guard.message("burst");
    for (let count = 0; count < 40; count++) {
      clock.advance(250);
      guard.message("steady");
    }
    expect(events).toHaveLength(44);
    guard.message("one more");
    await turn();
    expect(events.at(-1)).toEqual(["CLOSE", 1008, "too many messages"]);
  });

  test("saves up no more than one burst", async () => {
    const { clock, events, guard } = setup({ maxMessagesPerSecond: 2 });
    clock.advance(60_000);
    for (const message of ["1", "2", "3"]) guard.message(message);
    await turn();
    expect(events.at(-1)).toEqual(["CLOSE", 1008, "too many messages"]);
  });

  test("counts a message in parts once, when it is complete", async () => {
    const { events, guard } = setup({ maxMessagesPerSecond: 1 });
    guard.part("a", false);
    guard.part("b", false);
    guard.part("c", true);
    expect(events).toHaveLength(3);
    guard.part("d", false);
    guard.part("e", true);
    await turn();
    expect(events.at(-1)).toEqual(["CLOSE", 1008, "too many messages"]);
  });

  test("may be less than one", async () => {
    const { clock, events, guard } = setup({ maxMessagesPerSecond: 0.5 });
    guard.message("1");
    clock.advance(2000);
    guard.message("2");
    clock.advance(1000);
    guard.message("3");
    await turn();
    expect(events.map(([name]) => name)).toEqual(["message", "message", "CLOSE"]);
  });
});

describe("idleTimeout", () => {
  test("closes with 1001 after so long without a message", () => {
    const { clock, events, guard } = setup({ idleTimeout: 1000 });
    clock.advance(900);
    guard.message("x");
    clock.advance(900);
    guard.part("y", false);
    clock.advance(999);
    expect(events).toHaveLength(2);
    clock.advance(1);
    expect(events.at(-1)).toEqual(["CLOSE", 1001, "idle for too long"]);
  });

  test("is not put off by pings and pongs", () => {
    const { clock, events, guard } = setup({ idleTimeout: 1000 });
    clock.advance(900);
    guard.progress(0);
    guard.pong(Uint8Array.of());
    clock.advance(100);
    expect(events.at(-1)).toEqual(["CLOSE", 1001, "idle for too long"]);
  });

  test("does not run while reading is paused because the application is slow", () => {
    const { clock, events, guard } = setup({ idleTimeout: 1000 });
    guard.isPaused = true;
    clock.advance(5500);
    guard.isPaused = false;
    clock.advance(999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([["CLOSE", 1001, "idle for too long"]]);
  });
});

test("maxLifetime closes with 1001, however busy the connection is", () => {
  const { clock, events, guard } = setup({ maxLifetime: 1000 });
  clock.advance(999);
  guard.message("x");
  clock.advance(1);
  expect(events.at(-1)).toEqual(["CLOSE", 1001, "lifetime is over"]);
});

test("no timer is left behind, however the connection ends", () => {
  const limits = { idleTimeout: 1000, maxLifetime: 1000, maxMessagesPerSecond: 1 };
  const ends: ((guard: Guard) => void)[] = [
    (guard) => guard.closing(),
    (guard) => guard.closed(INFO),
    (guard) => {
      guard.message("1");
      guard.message("2");
    },
  ];
  for (const end of ends) {
    const { clock, guard } = setup(limits);
    expect(clock.timers).toBe(2);
    end(guard);
    expect(clock.timers).toBe(0);
  }
});
