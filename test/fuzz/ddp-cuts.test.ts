/**
 * A connection that is cut at every message, one after the other: each method runs exactly once, and what the client shows in the end
 * is what the server has.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ddpClient } from "../../src/ddp/client/index.ts";
import type { DdpClient, Document } from "../../src/ddp/client/index.ts";
import { createDdp, memoryDatabase } from "../../src/ddp/server/index.ts";
import type { Ddp } from "../../src/ddp/server/index.ts";
import { CuttingRelay } from "../support/cutting-relay.ts";
import type { Cuts } from "../support/cutting-relay.ts";
import { until } from "../support/turns.ts";

interface Item extends Document {
  readonly _id: string;
  readonly count: number;
}

/** Calls of methods, one for each name. */
const CALLS = ["a", "b", "c", "d"];

class World {
  readonly ddp: Ddp = createDdp({ logger: { error: () => {}, warn: () => {} } });
  /** How often each call has run. */
  readonly runs = new Map<string, number>();
  readonly #items = memoryDatabase().collection<Item>("items");

  constructor() {
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

/** Runs the same things with these cuts, and returns how many messages it took. */
async function run(cuts: Cuts): Promise<number> {
  const world = new World();
  await using ddp = world.ddp;
  const relay = new CuttingRelay((connection) => ddp.handler(connection), cuts);
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
    () => JSON.stringify(sorted(items.find({}).fetch())) === JSON.stringify(documents),
    "the client to show what the server has",
  );
  const names = [...CALLS, "round0", "round1", "round2"];
  expect(Object.fromEntries(world.runs)).toEqual(
    Object.fromEntries(names.map((name) => [name, 1])),
  );
  expect(relay.opened).toBeGreaterThan(Math.min(1, cuts.at.size));
  return relay.passed;
}

/** A client that has lost count: its session can't be gone on with. */
function forget(text: string): string {
  return text.replace(/"receivedCount":\d+/, '"receivedCount":999999');
}

describe.each([
  ["and the session goes on", undefined],
  ["and the session can't go on", forget],
])("the connection is cut %s", (_name, forge) => {
  const cuts = (...at: readonly number[]): Cuts => ({ at: new Set(at), ...(forge && { forge }) });

  test("at every message", async () => {
    const total = await run(cuts());
    expect(total).toBeGreaterThan(20);
    for (let at = 0; at < total; at++) await run(cuts(at));
  });

  test("several times", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(60), { maxLength: 6 }), async (at) => {
        await run({ ...cuts(), at: new Set(at) });
      }),
      { numRuns: 200 },
    );
  });
});
