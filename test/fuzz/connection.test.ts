/**
 * Two connections in memory, and everything that both sides may do to them in any order. `FUZZ_SEED` and `FUZZ_RUNS`
 * change the fixed seed and the effort.
 *
 * @module
 */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Connection } from "../../src/connection/connection.ts";
import type { Message } from "../../src/connection/transport.ts";
import { ClosedError, StateError, TimeoutError } from "../../src/errors.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { pair } from "../../src/testing/pair.ts";
import { turns, unhandledRejections } from "../support/turns.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 500);

/** One thing that one side does. */
type Step =
  | { readonly do: "send" | "sendParts" | "recv" | "recvStream"; readonly size: number }
  | { readonly do: "forEach" | "ping" | "close" | "terminate" | "abort" }
  | { readonly do: "turns"; readonly count: number }
  | { readonly do: "advance"; readonly by: number };

const size = fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(600, 1_000, 3_000, 70_000, 140_000));

const READS: ReadonlySet<string> = new Set(["recv", "recvStream", "forEach"]);

/** What ends no connection. */
const peaceful: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("send" as const), size }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("sendParts" as const), size }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("recv" as const), size }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("recvStream" as const), size: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "forEach" }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: "ping" }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: "abort" }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("turns" as const), count: fc.nat(3) }) },
);

const anything: fc.Arbitrary<Step> = fc.oneof(
  { weight: 40, arbitrary: peaceful },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "close" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "terminate" }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("advance" as const), by: fc.nat(15_000) }) },
);

function textOf(message: Message): string {
  return typeof message === "string" ? message : Buffer.from(message).toString();
}

type Steps = readonly (readonly [isFirst: boolean, action: Step])[];

/** One side: what it sent, what it received, and what it still waits for. */
class Side {
  readonly connection: Connection;
  /** The messages that the other side may receive, by their numbers. */
  readonly sent: string[] = [];
  /** Those that were received: `undefined` for one that was left early or broke off. */
  readonly received: (string | undefined)[] = [];
  readonly promises: Promise<unknown>[] = [];
  #abort = new AbortController();

  constructor(connection: Connection) {
    this.connection = connection;
    this.promises.push(connection.closed);
  }

  do(action: Step): void {
    switch (action.do) {
      case "send":
        this.#send(action.size);
        break;
      case "sendParts":
        this.#sendParts(action.size);
        break;
      case "recv":
        this.#watch(this.#recv(action.size > 10 ? {} : { timeout: 1_000 }));
        break;
      case "recvStream":
        this.#watch(this.#recvStream(action.size));
        break;
      case "forEach":
        this.#watch(this.#forEach());
        break;
      case "ping":
        this.#watch(this.connection.ping());
        break;
      case "abort":
        this.#abort.abort(new TimeoutError("patience", 0));
        this.#abort = new AbortController();
        break;
      case "close":
        this.#watch(this.connection.close(3000));
        break;
      case "terminate":
        this.connection.terminate();
        break;
      case "turns":
      case "advance":
    }
  }

  /** Every promise, which has to settle; and only with errors that are to be expected. */
  #watch(promise: Promise<unknown>): void {
    this.promises.push(
      promise.catch((error: unknown) => {
        const isExpected = [ClosedError, StateError, TimeoutError].some(
          (type) => error instanceof type,
        );
        if (!isExpected) throw error;
      }),
    );
  }

  #send(length: number): void {
    const text = `${this.sent.length}:${"x".repeat(length)}`;
    this.sent.push(text);
    this.#watch(this.connection.send(length % 2 === 0 ? text : Buffer.from(text)));
  }

  #sendParts(length: number): void {
    const parts = [`${this.sent.length}:`, "y".repeat(length), "", "end"];
    this.sent.push(parts.join(""));
    this.#watch(
      this.connection.send(
        (async function* () {
          for (const part of parts) {
            if (length % 3 === 0) await turns();
            yield part;
          }
        })(),
      ),
    );
  }

  async #recv(options: { timeout?: number }): Promise<void> {
    const { signal } = this.#abort;
    this.received.push(textOf(await this.connection.recv({ ...options, signal })));
  }

  /** Reads at most so many parts. */
  async #recvStream(most: number): Promise<void> {
    let text: string | undefined;
    let hasBegun = false;
    try {
      for await (const part of this.connection.recvStream({ signal: this.#abort.signal })) {
        hasBegun = true;
        text = (text ?? "") + textOf(part);
        if (--most < 0) {
          text = undefined;
          break;
        }
      }
    } catch (error) {
      text = undefined;
      throw error;
    } finally {
      if (hasBegun || text !== undefined) this.received.push(text);
    }
  }

  /** Reads three messages. */
  #forEach(): Promise<void> {
    let count = 0;
    return this.connection.forEach((message: Message) => {
      this.received.push(textOf(message));
      if (++count === 3) throw new TimeoutError("patience", 0);
      return count === 2 ? turns() : undefined;
    });
  }
}

/** What was received is the beginning of what was sent, in order, without a gap. */
function expectPrefix(received: readonly (string | undefined)[], sent: readonly string[]): void {
  expect(received.length).toBeLessThanOrEqual(sent.length);
  received.forEach((message, index) => {
    if (message !== undefined && message !== sent[index]) {
      expect([index, message.slice(0, 20)]).toEqual([index, sent[index]?.slice(0, 20)]);
      expect(message.length).toBe(sent[index]?.length);
    }
  });
}

/** Reads until `side` has received all that `other` sent. */
async function receiveRest(side: Side, other: Side): Promise<void> {
  for (let round = 0; side.received.length < other.sent.length; round++) {
    expect(round).toBeLessThan(1_000);
    side.do({ do: "recv", size: 20 });
    await turns(2);
    side.do({ do: "abort" });
    await turns();
  }
}

async function play(steps: Steps, isPeaceful: boolean): Promise<void> {
  const clock = new FakeClock();
  const options = { clock, highWaterMark: 1_000, receiveHighWaterMark: 1_000 };
  const [first, second] = pair(options).map((connection) => new Side(connection)) as [Side, Side];
  for (const [isFirst, action] of steps) {
    if (action.do === "turns") await turns(action.count);
    else if (action.do === "advance") clock.advance(action.by);
    else {
      // (Who has just received something writes that down before the next one reads.)
      if (READS.has(action.do)) await turns();
      (isFirst ? first : second).do(action);
    }
  }
  await turns();
  if (isPeaceful) {
    await receiveRest(first, second);
    await receiveRest(second, first);
    expect([first.connection.state, second.connection.state]).toEqual(["open", "open"]);
  }
  expectPrefix(first.received, second.sent);
  expectPrefix(second.received, first.sent);

  // The end: both read what is left.
  void first.connection.close();
  for (let round = 0; round < 3; round++) {
    await turns(5);
    clock.advance(10_000);
  }
  await Promise.all([...first.promises, ...second.promises]);
  for (const { connection } of [first, second]) {
    expect(connection.state).toBe("closed");
    expect(connection.bufferedAmount).toBe(0);
    await connection.forEach(() => {}).catch(() => {});
  }
  expectPrefix(first.received, second.sent);
  expectPrefix(second.received, first.sent);
  expect(clock.timers).toBe(0);
}

/** Plays many games, in which nobody may leave a rejection unhandled. */
async function playAll(step: fc.Arbitrary<Step>, isPeaceful: boolean): Promise<void> {
  const steps = fc.array(fc.tuple(fc.boolean(), step), { maxLength: 80, size: "max" });
  const game = fc.asyncProperty(steps, (taken) => play(taken, isPeaceful));
  const rejected = await unhandledRejections(() => fc.assert(game, { seed, numRuns }));
  expect(rejected).toEqual([]);
}

test("while nobody closes, all that is sent is received, in order", () => playAll(peaceful, true));

test("whatever both do, what is received is what was sent first, and every promise settles", () =>
  playAll(anything, false));
