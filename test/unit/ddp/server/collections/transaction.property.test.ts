/**
 * A transaction does to the documents what the same writes would do without one.
 *
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import type { Document, MemoryCollection, Selector } from "../../../../../src/ddp/server/index.ts";
import { Recorder } from "../../../../support/recorder.ts";

interface Thing extends Document {
  readonly _id: string;
  readonly n: number;
  readonly done?: boolean;
}

type Things = MemoryCollection<Thing>;
type Operation = (things: Things) => Promise<unknown>;

const id = fc.constantFrom("a", "b", "c", "d", "e");
const n = fc.integer({ min: 0, max: 4 });
const selector: fc.Arbitrary<Selector<Thing>> = fc.oneof(
  id,
  id.map((_id) => ({ _id })),
  n.map((limit) => ({ n: { $gte: limit } })),
  n.map((value) => ({ n: value, done: true })),
  fc.constant({}),
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ _id: id, n }).map((document) => (things: Things) => things.insert(document)),
  fc.tuple(selector, n, fc.boolean()).map(
    ([which, by, done]) =>
      (things: Things) =>
        things.update(which, { $inc: { n: by }, $set: { done } }, { multi: true }),
  ),
  fc.tuple(id, n, n).map(
    ([_id, value, next]) =>
      (things: Things) =>
        things.update({ _id, n: value }, { $set: { n: next } }, { upsert: true }),
  ),
  selector.map((which) => (things: Things) => things.remove(which)),
  fc.tuple(selector, fc.nat(2), fc.constantFrom(1, -1)).map(
    ([which, skip, order]) =>
      (things: Things) =>
        things.find(which, { sort: { n: order, _id: 1 }, skip, limit: 2 }).fetch(),
  ),
  selector.map((which) => (things: Things) => things.find(which).count()),
);

/** What came out of it, errors included. */
async function outcome(run: Operation, things: MemoryCollection<Thing>): Promise<unknown> {
  try {
    return await run(things);
  } catch (error) {
    return String(error);
  }
}

async function filled(): Promise<{ things: MemoryCollection<Thing>; seen: Recorder }> {
  const things = memoryDatabase().collection<Thing>("things");
  for (const [at, _id] of ["a", "b", "c"].entries()) await things.insert({ _id, n: at });
  const seen = new Recorder();
  await things.find().observe(seen);
  return { things, seen };
}

test("the same results, the same documents in the end, and each told of once at most", async () => {
  const property = fc.asyncProperty(fc.array(operation, { maxLength: 20 }), async (operations) => {
    const [plain, transacted] = [await filled(), await filled()];
    const expected: unknown[] = [];
    for (const run of operations) expected.push(await outcome(run, plain.things));
    transacted.seen.take();
    await transacted.things.database.transaction(async () => {
      const results: unknown[] = [];
      for (const run of operations) results.push(await outcome(run, transacted.things));
      expect(results).toEqual(expected);
      expect(transacted.seen.log).toEqual([]);
    });
    const byId = { sort: { _id: 1 } } as const;
    const documents = await transacted.things.find({}, byId).fetch();
    expect(documents).toEqual(await plain.things.find({}, byId).fetch());
    const { seen } = transacted;
    expect(seen.mistakes).toEqual([]);
    expect(seen.documents).toEqual(plain.seen.documents);
    const told = seen.log.map(([, which]) => which);
    expect(new Set(told).size).toBe(told.length);
  });
  await fc.assert(property, { numRuns: 200 });
});
