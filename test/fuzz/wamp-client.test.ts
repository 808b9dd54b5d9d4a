/**
 * A router that sends anything, to a client that does anything: whatever comes of it, everything that was asked for is settled once,
 * nothing is rejected that nobody handles, and no timer is left.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { settled } from "../support/wamp-peer.ts";
import { isPending, unhandledRejections } from "../support/turns.ts";
import { ClientUnderTest } from "../unit/wamp/client/support/client-under-test.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 1000);

const id = fc.integer({ min: 1, max: 6 });
const details = fc.constantFrom({}, { progress: true }, { receive_progress: true });
const args = fc.constantFrom([], [1], ["a", null]);

const fromRouter = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant(50), id, details, args) },
  { weight: 4, arbitrary: fc.tuple(fc.constant(68), id, id, details, args) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(33, 65, 17), id, id) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(35, 67), id) },
  { weight: 2, arbitrary: fc.tuple(fc.constant(36), id, id, fc.constant({}), args) },
  { weight: 2, arbitrary: fc.tuple(fc.constant(69), id, fc.constant({ mode: "kill" })) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant(8),
      fc.constantFrom(16, 32, 34, 48, 64, 66),
      id,
      fc.constant({}),
      fc.constantFrom("com.error", "wamp.error.procedure_already_exists"),
    ),
  },
  fc.constantFrom(
    [35, 0, { subscription: 1 }],
    [67, 0, { registration: 1 }],
    [6, {}, "wamp.close.normal"],
    [3, {}, "wamp.error.unavailable"],
    [2, 5, { roles: {} }],
  ),
);

/** What the client does, by a letter. */
const action = fc.constantFrom(..."cCpPsSeErRuaxtw");

class Doer {
  readonly made: ClientUnderTest;
  readonly asked: Promise<unknown>[] = [];
  readonly #abort: AbortController[] = [];
  #undo: (() => Promise<void>)[] = [];

  constructor(made: ClientUnderTest) {
    this.made = made;
  }

  do(letter: string): void {
    const { client, clock } = this.made;
    const abort = new AbortController();
    const cancelMode = letter === "C" ? "kill" : "skip";
    if (letter === "c" || letter === "C") {
      this.#abort.push(abort);
      this.#ask(client.call("com.a", [], { signal: abort.signal, cancelMode, timeout: 5000 }));
    } else if (letter === "p") this.#ask(client.callProgress("com.a", [], { maxQueue: 2 }).result);
    else if (letter === "P") this.#ask(client.call("com.a", chunks()));
    else if (letter === "s" || letter === "S") {
      const options = { get_retained: letter === "S" };
      this.#keep(
        client.subscribe("com.b", () => {}, options),
        (one) => one.unsubscribe(),
      );
    } else if (letter === "e" || letter === "E") {
      const overflow = letter === "E" ? "drop" : "error";
      const events = client.events("com.b", { overflow, maxQueue: 1 });
      this.#keep(events, (one) => one.unsubscribe());
    } else if (letter === "r") {
      this.#keep(client.register("com.c", handler, { chunks: true }), (one) => one.unregister());
    } else if (letter === "R") {
      this.#keep(client.register("com.d", generator), (one) => one.unregister());
    } else if (letter === "u") for (const undo of this.#undo.splice(0)) this.#ask(undo());
    else if (letter === "a") this.#abort.shift()?.abort(new Error("aborted"));
    else if (letter === "x") this.made.routers.at(-1)?.close();
    else if (letter === "t") clock.advance(1000);
    else this.#ask(client.publish("com.e", [], { acknowledge: true }));
  }

  #ask(promise: Promise<unknown>): void {
    this.asked.push(promise);
  }

  #keep<T>(promise: Promise<T>, undo: (one: T) => Promise<void>): void {
    this.#ask(promise);
    promise.then(
      (one) => this.#undo.push(() => undo(one)),
      () => {},
    );
  }
}

async function* chunks(): AsyncGenerator<unknown[], void> {
  yield [1];
  await settled();
  yield [2];
}

async function handler({ chunks }: { chunks: AsyncIterable<unknown> }): Promise<number> {
  let count = 0;
  for await (const _ of chunks) count++;
  return count;
}

async function* generator(): AsyncGenerator<number, string> {
  yield 1;
  await settled();
  yield 2;
  return "done";
}

test("whatever a router sends, all that was asked for is settled", async () => {
  const step = fc.oneof(action, fromRouter, fc.constant("turn" as const));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const reasons = await unhandledRejections(async () => {
        const made = await ClientUnderTest.join({ initialDelay: 10 });
        const doer = new Doer(made);
        for (const one of steps) {
          if (one === "turn") {
            await settled();
            const router = made.routers.at(-1);
            if (router?.received[0]?.[0] === 1) router.send([2, 7, { roles: {} }]);
          } else if (typeof one === "string") doer.do(one);
          else made.routers.at(-1)?.send(one);
        }
        const closing = made.client.close();
        await settled();
        await made.clock.advanceAsync(60_000);
        expect(await isPending(closing)).toBe(false);
        expect(await isPending(Promise.allSettled(doer.asked))).toBe(false);
        expect(made.clock.timers).toBe(0);
      });
      expect(reasons).toEqual([]);
    }),
    { seed, numRuns },
  );
});
