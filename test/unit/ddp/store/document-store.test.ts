import { expect, test } from "vitest";
import type { DocumentId } from "../../../../src/ddp/protocol/document-id.ts";
import { ObjectId } from "../../../../src/ddp/protocol/object-id.ts";
import { DocumentStore } from "../../../../src/ddp/store/document-store.ts";

interface Item {
  readonly _id: DocumentId;
  readonly [field: string]: unknown;
}

function storeOf(...items: Item[]): DocumentStore<Item> {
  const store = new DocumentStore<Item>();
  for (const item of items) store.insert(item);
  return store;
}

function ids(items: readonly Item[]): DocumentId[] {
  return items.map(({ _id }) => _id);
}

test("minimongo - basics", () => {
  const store = storeOf(
    { _id: "fluff", type: "kitten", name: "fluffy" },
    { _id: "snook", type: "kitten", name: "snookums" },
    { _id: "tob", type: "cryptographer", name: "alice" },
    { _id: "bob", type: "cryptographer", name: "bob" },
    { _id: "cara", type: "cryptographer", name: "cara" },
  );
  expect(store.size).toBe(5);
  expect(store.find().count()).toBe(5);
  expect(store.find({ type: "kitten" }).count()).toBe(2);
  expect(store.find({ type: "cryptographer" }).fetch()).toHaveLength(3);
  expect(store.remove({ name: "cara" })).toBe(1);
  expect(store.find({ type: "cryptographer" }).count()).toBe(2);
  expect(store.update({ name: "snookums" }, { $set: { type: "cryptographer" } })).toEqual({
    count: 1,
    insertedId: undefined,
  });
  expect(store.find({ type: "kitten" }).count()).toBe(1);
  expect(store.remove(null)).toBe(0);
  expect(store.remove(undefined)).toBe(0);
  expect(store.remove("")).toBe(0);
  expect(store.remove({ _id: undefined })).toBe(0);
  expect(store.find(undefined).count()).toBe(0);
  expect(store.remove({})).toBe(4);
  expect(store.size).toBe(0);
});

test("documents are there by their id, of whatever type it is", () => {
  const id = new ObjectId("0123456789abcdef01234567");
  const store = storeOf({ _id: "1" }, { _id: 1 }, { _id: id, x: 1 });
  expect(store.get(new ObjectId("0123456789ABCDEF01234567"))).toEqual({ _id: id, x: 1 });
  expect(store.find({ _id: 1 }).fetch()).toEqual([{ _id: 1 }]);
  expect(store.find({ _id: { $in: ["1", id, "absent", "1"] } }).count()).toBe(2);
  expect(store.delete(1)).toBe(true);
  expect(store.delete(1)).toBe(false);
  expect(store.has("1")).toBe(true);
  expect(ids(Array.from(store.values()))).toEqual(["1", id]);
});

test("an id is taken once", () => {
  const store = storeOf({ _id: "a", x: 1 });
  expect(() => store.insert({ _id: "a" })).toThrow(
    expect.objectContaining({ error: 409 }) as Error,
  );
  store.set({ _id: "a", y: 2 });
  expect(store.get("a")).toEqual({ _id: "a", y: 2 });
});

test("minimongo - observe ordered", () => {
  const store = storeOf({ _id: "b", rank: 2 }, { _id: "c", rank: 3 });
  const log: unknown[] = [];
  const handle = store.find({}, { sort: { rank: 1 }, limit: 2 }).observe({
    addedAt: ({ _id }, index) => log.push(["added", _id, index]),
    changedAt: ({ _id }, _before, index) => log.push(["changed", _id, index]),
    movedTo: ({ _id }, from, to) => log.push(["moved", _id, from, to]),
    removedAt: ({ _id }, index) => log.push(["removed", _id, index]),
  });
  expect(log.splice(0)).toEqual([
    ["added", "b", 0],
    ["added", "c", 1],
  ]);
  store.insert({ _id: "a", rank: 1 });
  expect(log.splice(0)).toEqual([
    ["removed", "c", 1],
    ["added", "a", 0],
  ]);
  store.update("a", { $set: { rank: 2.5 } });
  expect(log.splice(0)).toEqual([
    ["moved", "a", 0, 1],
    ["changed", "a", 1],
  ]);
  store.remove("b");
  expect(log.splice(0)).toEqual([
    ["removed", "b", 0],
    ["added", "c", 1],
  ]);
  handle.stop();
  store.remove({});
  expect(log).toEqual([]);
});

test("observeChanges - unordered - basics", () => {
  const store = storeOf({ _id: "a", x: 1, y: 1 });
  const log: unknown[] = [];
  store.find({ x: 1 }).observeChanges({
    added: (...args) => log.push(["added", ...args]),
    changed: (...args) => log.push(["changed", ...args]),
    removed: (...args) => log.push(["removed", ...args]),
    failed: () => log.push("failed"),
  });
  store.update("a", { $set: { y: 2 }, $unset: { z: 1 } });
  store.update("a", { $unset: { y: 1 } });
  store.update("a", { $set: { x: 2 } });
  store.insert({ _id: "b", x: 1 });
  expect(log).toEqual([
    ["added", "a", { x: 1, y: 1 }],
    ["changed", "a", { y: 2 }, { x: 1, y: 2 }],
    ["changed", "a", { y: undefined }, { x: 1 }],
    ["removed", "a"],
    ["added", "b", { x: 1 }],
  ]);
});
