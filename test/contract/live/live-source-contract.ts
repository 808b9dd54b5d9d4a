/**
 * The contract of live sources: every one passes it.
 *
 * @module
 */

import { describe, expect, test } from "vitest";
import { idStringify } from "../../../src/ddp/protocol/document-id.ts";
import type { DocumentId } from "../../../src/ddp/protocol/document-id.ts";
import { Recorder } from "../../support/recorder.ts";
import { rejection } from "../../support/turns.ts";
import { LiveFixture } from "./live-case.ts";
import type { LiveCase, OpenLiveCase, Thing } from "./live-case.ts";

export function liveSourceContract(name: string, open: OpenLiveCase): void {
  describe(`live source: ${name}`, () => {
    const fixture = new LiveFixture(open);
    observing(fixture);
    joining(fixture);
    ending(fixture);
    outside(fixture);
  });
}

/** Observes, and returns who is told. */
async function watch(fixture: LiveFixture, query: unknown): Promise<Recorder> {
  const recorder = new Recorder();
  await fixture.observe(query, recorder);
  return recorder;
}

/** Documents of a group, numbered from 1 on. */
function insertMany(at: LiveCase, group: string, count: number): Promise<DocumentId[]> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Promise.all(numbers.map((n) => at.insert({ group, n })));
}

function expectDocuments(recorder: Recorder, things: Iterable<readonly [DocumentId, Thing]>): void {
  expect(recorder.mistakes).toEqual([]);
  const expected = Array.from(things, ([id, thing]) => [idStringify(id), thing] as const);
  expect(new Map(recorder.documents)).toEqual(new Map(expected));
}

function observing(fixture: LiveFixture): void {
  test("what matches at first has been delivered when observe resolves", async () => {
    const at = fixture.current;
    const a = await at.insert({ group: "a", n: 1 });
    const b = await at.insert({ group: "a", n: 2 });
    await at.insert({ group: "b", n: 3 });
    const seen = await watch(fixture, at.inGroup("a"));
    expectDocuments(seen, [
      [a, { group: "a", n: 1 }],
      [b, { group: "a", n: 2 }],
    ]);
    expect(seen.log).toHaveLength(2);
  });

  test("a query that nothing matches resolves too", async () => {
    const seen = await watch(fixture, fixture.current.inGroup("nobody"));
    expect(seen.log).toEqual([]);
  });

  test("writes have been delivered when a barrier that came after them resolves", async () => {
    const at = fixture.current;
    const seen = await watch(fixture, at.inGroup("a"));
    const id = await at.insert({ group: "a", n: 1 });
    await at.source.barrier();
    expect(seen.take()).toEqual([["added", id, { group: "a", n: 1 }]]);
    await at.update(id, { n: 2 });
    await at.source.barrier();
    expect(seen.take()).toEqual([["changed", id, { n: 2 }]]);
    expectDocuments(seen, [[id, { group: "a", n: 2 }]]);
    await at.remove(id);
    await at.source.barrier();
    expect(seen.take()).toEqual([["removed", id]]);
  });

  test("a document comes into a query and leaves it by a change", async () => {
    const at = fixture.current;
    const [left, right] = [
      await watch(fixture, at.inGroup("a")),
      await watch(fixture, at.inGroup("b")),
    ];
    const id = await at.insert({ group: "a", n: 1 });
    await at.source.barrier();
    expect(left.take()).toEqual([["added", id, { group: "a", n: 1 }]]);
    await at.update(id, { group: "b" });
    await at.source.barrier();
    expect(left.log).toEqual([["removed", id]]);
    expect(right.log).toEqual([["added", id, { group: "b", n: 1 }]]);
  });

  test("a write that changes nothing is no change", async () => {
    const at = fixture.current;
    const id = await at.insert({ group: "a", n: 1 });
    const seen = await watch(fixture, at.inGroup("a"));
    seen.take();
    await at.update(id, { n: 1 });
    await at.source.barrier();
    expect(seen.log).toEqual([]);
  });

  test("the changes of a document come in the order in which they were committed", async () => {
    const at = fixture.current;
    const id = await at.insert({ group: "a", n: 0 });
    const seen = await watch(fixture, at.byId(id));
    for (let n = 1; n <= 50; n++) await at.update(id, { n });
    await at.source.barrier();
    // (Two commits may be delivered as one change.)
    const numbers = seen.log.map(([, , fields]) => (fields as Partial<Thing>).n as number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expectDocuments(seen, [[id, { group: "a", n: 50 }]]);
  });

  test("a query with a limit is filled up, and passes on what falls out of it", async () => {
    const at = fixture.current;
    const ids = await insertMany(at, "a", 4);
    const seen = await watch(fixture, at.lowest("a", 2));
    const things = ids.map((id, index) => [id, { group: "a", n: index + 1 }] as const);
    expectDocuments(seen, things.slice(0, 2));
    await at.remove(ids[0] as DocumentId);
    await at.source.barrier();
    expectDocuments(seen, things.slice(1, 3));
    const lowest = await at.insert({ group: "a", n: 0 });
    await at.source.barrier();
    expectDocuments(seen, [[lowest, { group: "a", n: 0 }], ...things.slice(1, 2)]);
  });

  test("values are data, whatever they are", async () => {
    const at = fixture.current;
    for (const group of ["", "__proto__", "'; --", "$where", "👩‍🚀", "a.b"]) {
      const id = await at.insert({ group, n: 1 });
      const seen = await watch(fixture, at.inGroup(group));
      expectDocuments(seen, [[id, { group, n: 1 }]]);
    }
  });
}

function joining(fixture: LiveFixture): void {
  test("observers of the same query get the same objects, not copies", async () => {
    const at = fixture.current;
    const id = await at.insert({ group: "a", n: 1 });
    const seen = [await watch(fixture, at.inGroup("a")), await watch(fixture, at.inGroup("a"))];
    const same = (): void => {
      const [one, two] = seen.map(({ documents }) => documents.get(idStringify(id)));
      expect(one).toBeDefined();
      expect(one).toBe(two);
    };
    same();
    await at.update(id, { n: 2 });
    await at.source.barrier();
    same();
    const [first, second] = seen.map(({ log }) => log.at(-1)?.[2]);
    expect(first).toEqual({ n: 2 });
    expect(first).toBe(second);
  });

  test("what was delivered stays as it is", async () => {
    const at = fixture.current;
    const id = await at.insert({ group: "a", n: 1 });
    const seen = await watch(fixture, at.inGroup("a"));
    const delivered = seen.documents.get(idStringify(id));
    await at.update(id, { n: 2, group: "a" });
    await at.source.barrier();
    expect(delivered).toEqual({ group: "a", n: 1 });
  });

  test("who joins in the midst of writes gets each document once, and no change twice", async () => {
    const at = fixture.current;
    const ids = await insertMany(at, "a", 5);
    const seen: Promise<Recorder>[] = [];
    const writes: Promise<unknown>[] = [];
    for (let round = 1; round <= 10; round++) {
      for (const id of ids) writes.push(at.update(id, { n: 10 * round }));
      seen.push(watch(fixture, at.inGroup("a")));
      writes.push(at.insert({ group: "a", n: -round }));
      seen.push(watch(fixture, at.inGroup("a")));
      if (round % 3 === 0) await Promise.race(writes);
    }
    const recorders = await Promise.all(seen);
    await Promise.all(writes);
    await at.source.barrier();
    const [first] = recorders;
    expect(first?.documents.size).toBe(15);
    for (const recorder of recorders) {
      expect(recorder.mistakes).toEqual([]);
      expect(recorder.documents).toEqual(first?.documents);
    }
  });

  test("a sink may observe and write: everybody is told in the same order", async () => {
    const at = fixture.current;
    const late: Promise<Recorder>[] = [];
    const writes: Promise<void>[] = [];
    const busy = new Recorder(([kind, id]) => {
      if (kind !== "added" || writes.length > 0) return;
      late.push(watch(fixture, at.inGroup("a")));
      writes.push(at.update(id, { n: 2 }));
    });
    await fixture.observe(at.inGroup("a"), busy);
    const other = await watch(fixture, at.inGroup("a"));
    const id = await at.insert({ group: "a", n: 1 });
    await at.source.barrier();
    await Promise.all(writes);
    await at.source.barrier();
    for (const recorder of [busy, other, ...(await Promise.all(late))]) {
      expectDocuments(recorder, [[id, { group: "a", n: 2 }]]);
    }
    expect(other.log.map(([kind]) => kind)).toEqual(["added", "changed"]);
  });
}

function ending(fixture: LiveFixture): void {
  test("nothing is delivered after stop, and others go on", async () => {
    const at = fixture.current;
    const [ended, going] = [new Recorder(), new Recorder()];
    const handle = await fixture.observe(at.inGroup("a"), ended);
    await fixture.observe(at.inGroup("a"), going);
    handle.stop();
    handle.stop();
    await at.insert({ group: "a", n: 1 });
    await at.source.barrier();
    expect(ended.log).toEqual([]);
    expect(going.log).toHaveLength(1);
  });

  test("stop may come from within a callback", async () => {
    const at = fixture.current;
    const seen = new Recorder(() => handle.stop());
    const handle = await fixture.observe(at.inGroup("a"), seen);
    await insertMany(at, "a", 3);
    await at.source.barrier();
    expect(seen.log).toHaveLength(1);
  });

  test("a query that all have left can be observed again", async () => {
    const at = fixture.current;
    (await fixture.observe(at.inGroup("a"), new Recorder())).stop();
    const id = await at.insert({ group: "a", n: 1 });
    const seen = await watch(fixture, at.inGroup("a"));
    await at.update(id, { n: 2 });
    await at.source.barrier();
    expectDocuments(seen, [[id, { group: "a", n: 2 }]]);
  });

  test("a query that can't be run rejects, each time, and nobody else notices", async () => {
    const at = fixture.current;
    const seen = await watch(fixture, at.inGroup("a"));
    const failing = new Recorder();
    for (let time = 0; time < 2; time++) {
      expect(await rejection(fixture.observe(at.impossible, failing))).toBeInstanceOf(Error);
    }
    await at.insert({ group: "a", n: 1 });
    await at.source.barrier();
    expect(seen.log).toHaveLength(1);
    expect(failing.documents.size).toBe(0);
  });

  test("a sink that throws hurts nobody else", async () => {
    const at = fixture.current;
    const broken = new Recorder(() => {
      throw new Error("a sink's mistake");
    });
    await fixture.observe(at.inGroup("a"), broken);
    const seen = await watch(fixture, at.inGroup("a"));
    await insertMany(at, "a", 2);
    await at.source.barrier();
    expect(seen.documents.size).toBe(2);
    expect(broken.documents.size).toBe(1);
  });
}

function outside(fixture: LiveFixture): void {
  test("a barrier resolves without writes, without observers, and many at once", async () => {
    const at = fixture.current;
    await Promise.all([1, 2, 3].map(() => at.source.barrier()));
    const seen = await watch(fixture, at.inGroup("a"));
    const inserted = at.insert({ group: "a", n: 1 }).then(() => at.source.barrier());
    await Promise.all([at.source.barrier(), inserted, at.source.barrier()]);
    expect(seen.log).toHaveLength(1);
  });

  test("invalidate changes nothing where nothing is different, and for what nobody knows", async () => {
    const at = fixture.current;
    const id = await at.insert({ group: "a", n: 1 });
    const seen = await watch(fixture, at.inGroup("a"));
    seen.take();
    await at.source.invalidate(at.collection);
    await at.source.invalidate(at.collection, [id, "no such document"]);
    await at.source.invalidate("no such collection");
    expect(seen.log).toEqual([]);
  });

  test("what was written past the source is delivered when invalidate resolves", async (context) => {
    const at = fixture.current;
    const { updatePast } = at;
    context.skip(!updatePast, "nobody can write past this source");
    if (!updatePast) return;
    const id = await at.insert({ group: "a", n: 1 });
    const seen = await watch(fixture, at.inGroup("a"));
    seen.take();
    await updatePast(id, { n: 2 });
    await at.source.invalidate(at.collection, [id]);
    expect(seen.take()).toEqual([["changed", id, { n: 2 }]]);
    await updatePast(id, { group: "b" });
    await at.source.invalidate(at.collection);
    expect(seen.take()).toEqual([["removed", id]]);
  });
}
