import { describe, expect, test } from "vitest";
import type { DocumentId } from "../../../../src/ddp/protocol/document-id.ts";
import { ObjectId } from "../../../../src/ddp/protocol/object-id.ts";
import { DocumentStore } from "../../../../src/ddp/store/document-store.ts";

interface Item {
  readonly _id: DocumentId;
  readonly [field: string]: unknown;
}

const REFUSED = expect.objectContaining({ error: 409 }) as Error;

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
  expect(store.remove({ _id: undefined } as never)).toBe(0);
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
  expect(() => store.insert({ _id: "a" })).toThrow(REFUSED);
  store.set({ _id: "a", y: 2 });
  expect(store.get("a")).toEqual({ _id: "a", y: 2 });
});

test("an id is a string, a number or an ObjectId", () => {
  const store = storeOf();
  for (const _id of [undefined, null, true, {}, ["a"], new Date()]) {
    expect(() => store.insert({ _id } as unknown as Item)).toThrow(REFUSED);
  }
});

test("minimongo - cannot insert using invalid field names", () => {
  const store = storeOf();
  for (const document of [
    { $x: 1 },
    { "a.b": 1 },
    { "a\0": 1 },
    { a: { $x: 1 } },
    { a: [{ "b.c": 1 }] },
  ]) {
    expect(() => store.insert({ _id: "a", ...document })).toThrow(REFUSED);
  }
  expect(store.size).toBe(0);
});

test("minimongo - objectid", () => {
  const one = new ObjectId();
  const two = new ObjectId();
  const store = storeOf({ _id: one, name: "one" }, { _id: two, name: "two" });
  expect(store.find({ _id: one.clone() }).fetch()).toEqual([{ _id: one, name: "one" }]);
  expect(store.find({ _id: { $in: [two.toHexString()] } }).count()).toBe(0);
  expect(store.update(two.clone(), { $set: { name: "2" } }).count).toBe(1);
  expect(store.update({ _id: { $ne: one } }, { $set: { x: 1 } }).count).toBe(1);
  expect(store.get(two)).toEqual({ _id: two, name: "2", x: 1 });
});

test("minimongo - update should clone", () => {
  const store = storeOf();
  const inserted = { _id: "a", list: [1] };
  store.insert(inserted);
  inserted.list.push(2);
  const value = { x: [1] };
  store.update("a", { $set: { value } });
  store.update("a", { $push: { list: value } });
  value.x.push(2);
  expect(store.get("a")).toEqual({ _id: "a", list: [1, { x: [1] }], value: { x: [1] } });
});

test("a write makes another document, and shares what is the same", () => {
  const store = storeOf({ _id: "a", big: { x: 1 }, y: 1 });
  const before = store.get("a");
  store.update("a", { $set: { y: 2 } });
  expect(before).toEqual({ _id: "a", big: { x: 1 }, y: 1 });
  expect(store.get("a")?.["big"]).toBe(before?.["big"]);
});

describe("updating", () => {
  test("one that matches, the first, or all", () => {
    const store = storeOf({ _id: "a", x: 1 }, { _id: "b", x: 1 }, { _id: "c", x: 2 });
    expect(store.update({ x: 1 }, { $set: { y: 1 } }).count).toBe(1);
    expect(store.get("a")).toEqual({ _id: "a", x: 1, y: 1 });
    expect(store.update({ x: 1 }, { $inc: { x: 5 } }, { multi: true }).count).toBe(2);
    expect(store.find({ x: 6 }).count()).toBe(2);
    expect(store.update({ x: 9 }, { $set: { y: 1 } }).count).toBe(0);
    expect(store.update(undefined, { $set: { y: 7 } }, { multi: true }).count).toBe(0);
  });

  test("all, or none when one can't be changed", () => {
    const store = storeOf({ _id: "a", x: 1 }, { _id: "b", x: "text" });
    expect(() => store.update({}, { $inc: { x: 1 } }, { multi: true })).toThrow(REFUSED);
    expect(store.get("a")).toEqual({ _id: "a", x: 1 });
  });

  test("minimongo - error - with field", () => {
    const store = storeOf({ _id: "a", s: "text" });
    expect(() => store.update("a", { $inc: { s: 1 } })).toThrow("s is no number [409]");
  });

  test("the element that the selector found", () => {
    const store = storeOf({
      _id: "a",
      list: [
        { k: 1, v: 1 },
        { k: 2, v: 2 },
      ],
      n: [1, 5, 9],
    });
    store.update({ "list.k": 2 }, { $set: { "list.$.v": 20 } });
    store.update({ list: { $elemMatch: { k: 1, v: 1 } } }, { $inc: { "list.$.v": 9 } });
    store.update({ _id: "a", n: { $gt: 3 } }, { $set: { "n.$": 0 } });
    store.update({ $and: [{ _id: "a" }, { n: 9 }] }, { $inc: { "n.$": 1 } });
    expect(store.get("a")).toEqual({
      _id: "a",
      list: [
        { k: 1, v: 10 },
        { k: 2, v: 20 },
      ],
      n: [1, 0, 10],
    });
    expect(() => store.update("a", { $set: { "n.$": 1 } })).toThrow(REFUSED);
    expect(() => store.update({ x: null }, { $set: { "x.$": 1 } })).toThrow(REFUSED);
    expect(() => store.update("a", { $set: { $: 1 } })).toThrow(REFUSED);
  });
});

describe("minimongo - upsert", () => {
  test("updates what matches", () => {
    const store = storeOf({ _id: "a", x: 1 });
    const result = store.update(
      { x: 1 },
      { $set: { x: 2 }, $setOnInsert: { y: 1 } },
      { upsert: true },
    );
    expect(result).toEqual({ count: 1, insertedId: undefined });
    expect(store.get("a")).toEqual({ _id: "a", x: 2 });
  });

  test("inserts what the selector and the modifier say", () => {
    const cases: [selector: object | string, modifier: object, inserted: object][] = [
      [{ x: 1 }, { $set: { y: 2 } }, { _id: "new", x: 1, y: 2 }],
      [{ x: 1 }, { y: 2 }, { _id: "new", y: 2 }],
      ["mine", { $set: { y: 2 } }, { _id: "mine", y: 2 }],
      [{ _id: "mine", x: 1 }, { y: 2 }, { _id: "mine", y: 2 }],
      [{ x: 1 }, { $set: { _id: "mine" } }, { _id: "mine", x: 1 }],
      [{ x: 1 }, { $setOnInsert: { _id: "mine", z: 3 } }, { _id: "mine", x: 1, z: 3 }],
      [{ x: 1 }, { _id: "mine", z: 3 }, { _id: "mine", z: 3 }],
      [
        { "a.b": 1, c: { $gt: 5 }, d: { $eq: 2 }, e: /x/ },
        { $set: {} },
        { _id: "new", a: { b: 1 }, d: 2 },
      ],
      [{ $and: [{ x: 1 }, { y: 2 }], $or: [{ z: 1 }] }, { $set: {} }, { _id: "new", x: 1, y: 2 }],
      [{ x: { k: 1 } }, { $inc: { "x.k": 1 } }, { _id: "new", x: { k: 2 } }],
    ];
    for (const [selector, modifier, inserted] of cases) {
      const store = storeOf();
      const insertedId = (): DocumentId => "new";
      const result = store.update(selector, modifier, {
        upsert: true,
        insertedId,
      });
      expect(Array.from(store.values()), JSON.stringify(selector)).toEqual([inserted]);
      expect(result).toEqual({ count: 1, insertedId: store.find().fetch()[0]?._id });
    }
  });

  test("makes an id, and refuses one that contradicts", () => {
    const store = storeOf();
    const { insertedId } = store.update({ x: 1 }, { $set: { y: 1 } }, { upsert: true });
    expect(insertedId).toMatch(/^\w{17}$/);
    expect(() => store.update("a", { $set: { _id: "b" } }, { upsert: true })).toThrow(REFUSED);
    expect(() => store.update({ x: { $bad: 1 } }, {}, { upsert: true })).toThrow(REFUSED);
    expect(store.size).toBe(1);
  });
});

test("minimongo - saveOriginals: each change is announced with what was there", () => {
  const store = storeOf(
    { _id: "foo", x: "untouched" },
    { _id: "bar", x: "updateme" },
    { _id: "baz", x: "removeme" },
  );
  const originals = new Map<DocumentId, Item | undefined>();
  store.onWrite = (id, before) => {
    expect(store.get(id)).toBe(before);
    if (!originals.has(id)) originals.set(id, before);
  };
  store.insert({ _id: "hooray", z: "insertme" });
  store.update({ x: "updateme" }, { $set: { z: 5 } });
  store.update("hooray", { $set: { z: 6 } });
  store.remove({ y: 1, x: "removeme" });
  store.remove("baz");
  store.delete("absent");
  expect(Object.fromEntries(originals)).toEqual({
    hooray: undefined,
    bar: { _id: "bar", x: "updateme" },
    baz: { _id: "baz", x: "removeme" },
  });
});

test("ids and fields may have the names of what every object has", () => {
  const store = storeOf({ _id: "__proto__", x: 1 }, { _id: "constructor" }, { _id: "toString" });
  expect(store.get("__proto__")).toEqual({ _id: "__proto__", x: 1 });
  expect(store.get("hasOwnProperty")).toBeUndefined();
  const own = JSON.parse('{"_id":"a","__proto__":{"x":1}}') as Item;
  store.insert(own);
  expect(JSON.stringify(store.get("a"))).toBe('{"_id":"a","__proto__":{"x":1}}');
  store.update("a", { $set: { toString: 1 } });
  expect(store.find({ ["toString" as string]: 1 }).count()).toBe(1);
});
