/**
 * A client with stubs, calls that wait, subscriptions that come and go, and a user who logs in, on a line that is cut: each method runs
 * exactly once, nothing that was shown flickers, and in the end everybody sees what the server has.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { EJSON } from "../../src/ddp/client/index.ts";
import type { ResumeOptions } from "../../src/ddp/server/index.ts";
import { CuttingRelay } from "../support/cutting-relay.ts";
import { CutClient, CutServer } from "../support/ddp-cut-world.ts";
import type { Step } from "../support/ddp-cut-world.ts";
import { until } from "../support/turns.ts";

const id = fc.constantFrom("x", "y", "z");
const call = fc.record({
  kind: fc.constantFrom("write" as const, "slow" as const, "unblocked" as const),
  id,
  wait: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: call },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("toggle" as const),
      group: fc.constantFrom("a", "b"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("notes" as const),
      count: fc.constantFrom(1, 3, 150),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("turns" as const),
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("kick" as const, "leave" as const, "login" as const, "who" as const),
    }),
  },
);

function byId<T extends { readonly _id: string }>(documents: readonly T[]): T[] {
  return documents.toSorted((a, b) => (a._id < b._id ? -1 : 1));
}

async function run(
  steps: readonly Step[],
  cuts: readonly number[],
  resume: ResumeOptions,
  isLate: boolean,
): Promise<void> {
  const server = new CutServer(resume);
  await using ddp = server.ddp;
  const relay = new CuttingRelay((connection) => ddp.handler(connection), new Set(cuts), isLate);
  const world = new CutClient(server, relay);
  await using client = world.client;
  // (Before that, what is simulated may be gone before it comes from the server.)
  await client.subscribe("items").ready;
  for (const one of steps) {
    await world.step(one);
    expect(world.replayed).toEqual(world.items.find({}, { sort: { _id: 1 } }).fetch());
  }
  await Promise.all(world.pending);
  await Promise.all(Array.from(world.groups.values(), ({ ready }) => ready));
  expect(world.faults).toEqual([]);
  expect(Object.fromEntries(server.runs)).toEqual(
    Object.fromEntries(world.ops.map((op) => [op, 1])),
  );
  const items = byId(await server.items.find({}).fetch());
  const notes = byId(await server.notes.find({ group: { $in: [...world.groups.keys()] } }).fetch());
  await until(
    () =>
      EJSON.equals(byId(world.items.find({}).fetch()), items) &&
      EJSON.equals(byId(world.notes.find({}).fetch()), notes),
    "the client to show what the server has",
  );
  expect(world.replayed).toEqual(items);
  expect(world.faults).toEqual([]);
}

test("whatever happens, and wherever the line is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 20 }),
      fc.uniqueArray(fc.nat(80), { maxLength: 6 }),
      fc.constantFrom<ResumeOptions>({}, { messages: 1 }, { messages: 4 }),
      fc.boolean(),
      run,
    ),
    { numRuns: Number(process.env["FUZZ_RUNS"] ?? 100) },
  );
});
