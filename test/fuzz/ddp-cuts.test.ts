/**
 * A connection that is cut at every message, one after the other: each method runs exactly once, and what the client shows in the end
 * is what the server has.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ddpClient, EJSON } from "../../src/ddp/client/index.ts";
import type { DdpClient, Document } from "../../src/ddp/client/index.ts";
import { createDdp, memoryDatabase } from "../../src/ddp/server/index.ts";
import type { Ddp, ResumeOptions } from "../../src/ddp/server/index.ts";
import { CuttingRelay } from "../support/cutting-relay.ts";
import { until } from "../support/turns.ts";

interface Item extends Document {
  readonly _id: string;
  readonly count: number;
}

/** Calls of methods, one for each name. */
const CALLS = ["a", "b", "c", "d"];

class World {
  readonly ddp: Ddp;
  /** How often each call has run. */
  readonly runs = new Map<string, number>();
  readonly #items = memoryDatabase().collection<Item>("items");

  constructor(resume: ResumeOptions) {
    this.ddp = createDdp({ logger: { error: () => {}, warn: () => {} }, resume });
    this.ddp.publish("items", () => this.#items.find({}));
    this.ddp.methods({
      count: async (_invocation, name) => {
        const id = String(name);
        this.runs.set(id, (this.runs.get(id) ?? 0) + 1);
        const found = await this.#items.update(id, { $inc: { count: 1 } });
        if (found.count === 0) await this.#items.insert({ _id: id, count: 1 });
        return `did ${id}`;
      },
    });
  }

  async documents(): Promise<Item[]> {
    return sorted(await this.#items.find({}).fetch());
  }

  /** What another client does meanwhile. */
  async disturb(round: number): Promise<void> {
    await this.#items.insert({ _id: `other${round}`, count: round });
    if (round > 0) await this.#items.remove(`other${round - 1}`);
  }
}

function sorted(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a._id < b._id ? -1 : 1));
}

/** A client with stubs for what the server does. */
function createClient(relay: CuttingRelay): DdpClient {
  const client = ddpClient(() => relay.open(), { initialDelay: 0, maxDelay: 0 });
  const items = client.collection<Item>("items");
  client.methods({
    count: (_simulation, id: string) => {
      if (items.findOne(id)) void items.update(id, { $inc: { count: 1 } });
      else void items.insert({ _id: id, count: 1 });
    },
  });
  return client;
}

/** Runs the same things with these cuts, and returns how many messages and connections it took. */
async function run(
  at: readonly number[],
  resume: ResumeOptions,
  isLate: boolean,
): Promise<{ passed: number; opened: number }> {
  const cuts = new Set(at);
  const world = new World(resume);
  await using ddp = world.ddp;
  const relay = new CuttingRelay((connection) => ddp.handler(connection), cuts, isLate);
  await using client = createClient(relay);
  const items = client.collection<Item>("items");
  const subscription = client.subscribe("items");
  const calls = CALLS.map((name) => client.call("count", name));
  for (let round = 0; round < 3; round++) {
    await world.disturb(round);
    await client.call("count", `round${round}`);
  }
  await subscription.ready;
  expect(await Promise.all(calls)).toEqual(CALLS.map((name) => `did ${name}`));
  const documents = await world.documents();
  await until(
    () => EJSON.equals(sorted(items.find({}).fetch()), documents),
    "the client to show what the server has",
  );
  const names = [...CALLS, "round0", "round1", "round2"];
  expect(Object.fromEntries(world.runs)).toEqual(
    Object.fromEntries(names.map((name) => [name, 1])),
  );
  return { passed: relay.passed, opened: relay.opened };
}

describe.each([
  ["and the session goes on", {}, false],
  ["after what has come, and the session goes on", {}, true],
  ["and the session can hardly go on", { messages: 1 }, false],
])("the connection is cut %s", (_name, resume, isLate) => {
  test("at every message", async () => {
    const { passed } = await run([], resume, isLate);
    expect(passed).toBeGreaterThan(20);
    let opened = 0;
    for (let at = 0; at < passed; at++) opened += (await run([at], resume, isLate)).opened;
    // (Those at the very end come when all is done.)
    expect(opened).toBeGreaterThan(2 * passed - 5);
  });

  test("several times", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(60), { maxLength: 6 }), async (at) => {
        await run(at, resume, isLate);
      }),
      { numRuns: 200 },
    );
  });
});
