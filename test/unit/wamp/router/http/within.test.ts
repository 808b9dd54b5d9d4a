import { expect, test } from "vitest";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { WampError } from "../../../../../src/wamp/protocol/errors.ts";
import { within } from "../../../../../src/wamp/router/http/within.ts";
import { rejection, unhandledRejections } from "../../../../support/turns.ts";

function start(): {
  readonly clock: FakeClock;
  readonly client: AbortController;
  readonly bounds: Parameters<typeof within>[0];
} {
  const clock = new FakeClock();
  const client = new AbortController();
  return { clock, client, bounds: { clock, timeout: 100, gone: client.signal } };
}

const never = new Promise<never>(() => {});

test("work that is done in time has its result, or its error", async () => {
  const { clock, bounds } = start();
  expect(await within(bounds, () => Promise.resolve(5))).toBe(5);
  const error = new Error("no");
  expect(await rejection(within(bounds, () => Promise.reject(error)))).toBe(error);
  expect(clock.timers).toBe(0);
});

test("work that takes too long is told, and given up", async () => {
  const { clock, bounds } = start();
  let told: AbortSignal | undefined;
  const answer = rejection(within(bounds, (signal) => ((told = signal), never)));
  clock.advance(99);
  expect(told?.aborted).toBe(false);
  clock.advance(1);
  expect(told?.aborted).toBe(true);
  expect(await answer).toBeInstanceOf(WampError);
  expect(await answer).toMatchObject({ uri: "wamp.error.timeout" });
});

test("work for a client that goes away is told, and given up", async () => {
  const { clock, client, bounds } = start();
  let told: AbortSignal | undefined;
  const answer = rejection(within(bounds, (signal) => ((told = signal), never)));
  client.abort(new Error("gone"));
  expect(told?.aborted).toBe(true);
  expect(await answer).toMatchObject({ message: "gone" });
  expect(clock.timers).toBe(0);
});

test("work for a client that has gone is not begun", async () => {
  const { client, bounds } = start();
  client.abort(new Error("gone"));
  const work = (): Promise<never> => {
    throw new Error("begun");
  };
  expect(await rejection(within(bounds, work))).toMatchObject({ message: "gone" });
});

test("what becomes of work that was given up is nobody's", async () => {
  const reasons = await unhandledRejections(async () => {
    const { client, bounds } = start();
    let fail: (error: Error) => void = () => {};
    const work = new Promise((_, reject) => (fail = reject));
    const answer = rejection(within(bounds, () => work));
    client.abort();
    await answer;
    fail(new Error("late"));
  });
  expect(reasons).toEqual([]);
});
