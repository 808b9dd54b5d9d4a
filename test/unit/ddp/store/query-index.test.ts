import fc from "fast-check";
import { expect, test } from "vitest";
import { compilePlan, keysOf } from "../../../../src/ddp/store/plan.ts";
import { observeInNoOrder } from "../../../../src/ddp/store/observe-in-no-order.ts";
import { DocumentStore } from "../../../../src/ddp/store/document-store.ts";
import { QueryIndex } from "../../../../src/ddp/store/query-index.ts";
import type { LiveQuery } from "../../../../src/ddp/store/live-queries.ts";
import type { Document } from "../../../../src/ddp/live/documents.ts";
import { Recorder } from "../../../support/recorder.ts";

interface Item extends Document {
  readonly owner?: unknown;
  readonly type?: unknown;
}

interface Named extends LiveQuery {
  readonly name: string;
}

function query(name: string, selector: object, index: QueryIndex): () => void {
  const plan = compilePlan(selector, {});
  const named: Named = { name, keys: keysOf(plan), update: () => false, settle: () => {} };
  return index.add(named, plan.equalities);
}

const found = (index: QueryIndex, id: string, ...states: object[]): string[] =>
  Array.from(index.find(id, states), (one) => (one as Named).name).toSorted();

test("found are the queries for its id, for a value that it has or had, and those for anything", () => {
  const index = new QueryIndex();
  const removers = [
    query("all", {}, index),
    query("more", { owner: { $gt: "" } }, index),
    query("id a", { _id: "a", owner: "y" }, index),
    query("x", { owner: "x" }, index),
    query("y", { owner: "y" }, index),
    query("z", { owner: "z", type: { $ne: 1 } }, index),
  ];
  expect(found(index, "b", { owner: "x" })).toEqual(["all", "more", "x"]);
  expect(found(index, "a", { owner: "x" }, { owner: ["y", "z"] })).toEqual([
    "all",
    "id a",
    "more",
    "x",
    "y",
    "z",
  ]);
  expect(found(index, "b", {})).toEqual(["all", "more"]);
  expect(found(index, "b")).toEqual(["all", "more"]);
  for (const remove of removers) remove();
  expect(found(index, "a", { owner: "x" })).toEqual([]);
});

test("of several values, the one that fewest ask for leads to the query", () => {
  const index = new QueryIndex();
  for (const owner of ["x", "y", "z"]) query(owner, { type: "task", owner }, index);
  // (The first was as good as any.)
  expect(found(index, "a", { type: "task", owner: "y" })).toEqual(["x", "y"]);
});

test("names of prototypes are fields", () => {
  const index = new QueryIndex();
  query("t", { toString: "x" }, index);
  query("c", { constructor: "x" }, index);
  expect(found(index, "a", { x: 1 })).toEqual([]);
  expect(found(index, "a", { toString: "x" })).toEqual(["t"]);
});

test("a query that begins in the midst of a batch hears of what it has seen in between", () => {
  const store = new DocumentStore<Item>();
  const seen = new Recorder();
  store.set({ _id: "a", owner: "x" });
  store.batch(() => {
    store.set({ _id: "a", owner: "y" });
    observeInNoOrder(store.find({ owner: "y" }), seen);
    store.set({ _id: "a", owner: "z" });
  });
  expect(seen.log).toEqual([
    ["added", "a", { owner: "y" }],
    ["removed", "a"],
  ]);
});

test("queries by value know what they would find, whatever is written", () => {
  const value = fc.constantFrom<unknown>(
    1,
    "1",
    0,
    -0,
    null,
    [1],
    ["1", 2],
    [[1]],
    new Date(1),
    true,
  );
  const write = fc.record({ _id: fc.constantFrom("a", "b"), owner: value, type: value });
  const property = fc.property(
    fc.array(fc.array(write, { maxLength: 3 }), { maxLength: 8 }),
    (batches) => {
      const store = new DocumentStore<Item>();
      const selectors = [{ owner: 1 }, { owner: "1" }, { owner: 0, type: 1 }, { type: { $eq: 2 } }];
      const seen = selectors.map((selector) => {
        const recorder = new Recorder();
        observeInNoOrder(store.find(selector), recorder);
        return recorder;
      });
      for (const batch of batches) {
        store.batch(() => {
          for (const { _id, ...fields } of batch) {
            if (fields.type === null) store.delete(_id);
            else store.set({ _id, ...fields });
          }
        });
        selectors.forEach((selector, at) => {
          const ids = store
            .find(selector)
            .fetch()
            .map(({ _id }) => _id);
          expect(new Set(seen[at]?.documents.keys())).toEqual(new Set<unknown>(ids));
          expect(seen[at]?.mistakes).toEqual([]);
        });
      }
    },
  );
  fc.assert(property, { numRuns: 100 });
});
