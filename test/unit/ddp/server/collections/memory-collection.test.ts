import { expect, test } from "vitest";
import {
  createDdp,
  DdpError,
  memoryDatabase,
  ObjectId,
} from "../../../../../src/ddp/server/index.ts";
import type { Document, Fields } from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { rejection } from "../../../../support/turns.ts";

interface Task extends Document {
  readonly _id: string;
  readonly text: string;
  readonly done?: boolean;
  readonly tags?: string[];
}

const SEED = "3ba0d8b2a1c9e4f5d6a7";

test("documents are inserted, found, updated and removed", async () => {
  const tasks = memoryDatabase().collection<Task>("tasks");
  const id = await tasks.insert({ text: "a" });
  expect(id).toMatch(/^[2-9A-HJ-NP-Za-km-z]{17}$/);
  expect(await tasks.findOne(id)).toEqual({ _id: id, text: "a" });
  expect(await tasks.insert({ _id: "b", text: "b" })).toBe("b");
  expect(await tasks.find({}, { sort: { text: -1 }, fields: { text: 1 } }).fetch()).toEqual([
    { _id: "b", text: "b" },
    { _id: id, text: "a" },
  ]);
  expect(await tasks.update("b", { $set: { done: true } })).toEqual({ count: 1 });
  expect(await tasks.find({ done: true }).count()).toBe(1);
  expect(await tasks.remove({ done: true })).toBe(1);
  expect(await tasks.find().count()).toBe(1);
  expect(await tasks.findOne("b")).toBeUndefined();
});

test("an update changes one document, or all that match", async () => {
  const tasks = memoryDatabase().collection<Task>("tasks");
  for (const _id of ["a", "b", "c"]) await tasks.insert({ _id, text: "" });
  expect(await tasks.update({}, { $set: { done: true } })).toMatchObject({ count: 1 });
  expect(await tasks.update({}, { $set: { done: true } }, { multi: true })).toMatchObject({
    count: 3,
  });
  expect(await tasks.update({ text: "none" }, { $set: { done: true } })).toMatchObject({
    count: 0,
  });
});

test("upsert: what it returns", async () => {
  const tasks = memoryDatabase().collection<Task>("tasks");
  const { count, insertedId } = await tasks.update(
    { text: "a" },
    { $set: { done: false } },
    { upsert: true },
  );
  expect(count).toBe(1);
  expect(await tasks.findOne({ text: "a" })).toEqual({ _id: insertedId, text: "a", done: false });
  const again = { $set: { done: true } };
  expect(await tasks.update({ text: "a" }, again, { upsert: true })).toEqual({ count: 1 });
  expect(await tasks.update({ _id: "b" }, again, { upsert: true })).toEqual({
    count: 1,
    insertedId: "b",
  });
  expect(await tasks.update("c", again, { upsert: true })).toEqual({ count: 1, insertedId: "c" });
});

test("the same name is the same collection, and other kinds of ids are refused", () => {
  const database = memoryDatabase();
  const tasks = database.collection("tasks", { idGeneration: "MONGO" });
  expect(database.collection("tasks")).toBe(tasks);
  expect(() => database.collection("tasks", { idGeneration: "STRING" })).toThrow(TypeError);
  expect(() => database.collection("")).toThrow(TypeError);
  expect(() => database.collection("x", { idGenerator: "STRING" } as never)).toThrow(
    /idGeneration/,
  );
  expect(() => database.collection("x", { idGeneration: "UUID" as never })).toThrow(TypeError);
});

test("names of prototypes are names like others", async () => {
  const database = memoryDatabase();
  for (const name of ["__proto__", "constructor", "toString"]) {
    const collection = database.collection(name);
    await collection.insert(JSON.parse(`{"_id":"${name}","${name}":1}`) as Document & Fields);
    expect(await collection.find({ _id: name }).count()).toBe(1);
    const [document] = await collection.find().fetch();
    expect(Object.keys(document as Document & Fields)).toEqual(["_id", name]);
    expect(await collection.update(name, { $set: { x: 1 } })).toMatchObject({ count: 1 });
  }
});

test("consistent _id generation: what a client draws for a seed, a method draws too", async () => {
  const ddp = createDdp();
  const database = memoryDatabase();
  const todos = database.collection("todos");
  const objects = database.collection("todos2", { idGeneration: "MONGO" });
  ddp.methods({
    async add() {
      const ids = [await todos.insert({}), await todos.insert({})];
      // (An upsert draws, whether it inserts or not.)
      await todos.update({}, { $set: { x: 1 } }, { upsert: true });
      const upserted = await todos.update({ y: 1 }, { $set: { x: 1 } }, { upsert: true });
      return [...ids, upserted.insertedId, await objects.insert({})];
    },
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "add", randomSeed: SEED });
  peer.send({ msg: "method", id: "2", method: "add", randomSeed: SEED });
  const [, first] = await peer.takeAll(2);
  const ids = (first as { result: unknown[] }).result;
  expect(ids.slice(0, 2)).toEqual(["hXrwKFLbKm8jdqR9A", "2TKBvKfEDJC94Fb4f"]);
  expect(ids[3]).toEqual({ $type: "oid", $value: expect.stringMatching(/^[0-9a-f]{24}$/) });
  // The same ids again: they are taken.
  const [, second] = await peer.takeAll(2);
  expect(second).toMatchObject({ id: "2", error: { error: 409 } });
});

test("an ObjectId finds its document by value", async () => {
  const collection = memoryDatabase().collection("c", { idGeneration: "MONGO" });
  const id = (await collection.insert({})) as ObjectId;
  expect(id).toBeInstanceOf(ObjectId);
  expect(await collection.find({ _id: new ObjectId(id.toHexString()) }).count()).toBe(1);
  expect(await collection.find(new ObjectId(id.toHexString())).count()).toBe(1);
  expect(await collection.find(id.toHexString()).count()).toBe(0);
});

test("scribbling: documents go in and come out as copies", async () => {
  const tasks = memoryDatabase().collection<Task>("tasks");
  const tags = ["a"];
  const given = { _id: "a", text: "a", tags };
  await tasks.insert(given);
  tags.push("scribble");
  (given as { text: string }).text = "scribble";
  const expected = { _id: "a", text: "a", tags: ["a"] };
  const found = await tasks.findOne("a");
  expect(found).toEqual(expected);
  found?.tags?.push("scribble");
  expect(await tasks.findOne("a")).toEqual(expected);
  const modifier = { $set: { tags: ["b"] } };
  await tasks.update("a", modifier);
  modifier.$set.tags.push("scribble");
  expect(await tasks.findOne("a")).toMatchObject({ tags: ["b"] });
  const selector = { _id: "a" };
  const cursor = tasks.find(selector);
  selector._id = "scribble";
  expect(await cursor.count()).toBe(1);
});

test("an update or a removal doesn't accept a list as its selector", async () => {
  const tasks = memoryDatabase().collection<Task>("tasks");
  await tasks.insert({ _id: "a", text: "a" });
  for (const selector of [[], ["a"], [{ _id: "a" }]]) {
    expect(
      await rejection(tasks.update(selector as never, { $set: { text: "b" } })),
    ).toBeInstanceOf(TypeError);
    expect(await rejection(tasks.remove(selector as never))).toBeInstanceOf(TypeError);
    expect(() => tasks.find(selector as never)).toThrow(TypeError);
  }
  expect(await tasks.find().fetch()).toEqual([{ _id: "a", text: "a" }]);
});

test("a selector that was forgotten matches nothing", async () => {
  const tasks = memoryDatabase().collection<Task>("tasks");
  await tasks.insert({ _id: "a", text: "a" });
  const forgotten = undefined as never;
  expect(await tasks.find(forgotten).count()).toBe(0);
  expect(await tasks.findOne(forgotten)).toBeUndefined();
  expect(await tasks.remove(forgotten)).toBe(0);
  expect(await tasks.update(forgotten, { $set: { text: "b" } })).toMatchObject({ count: 0 });
  expect(await tasks.find().count()).toBe(1);
});

test("what can't be done is refused, and changes nothing", async () => {
  const tasks = memoryDatabase().collection<Task>("tasks");
  await tasks.insert({ _id: "a", text: "a" });
  const taken = await rejection(tasks.insert({ _id: "a", text: "b" }));
  expect(taken).toBeInstanceOf(DdpError);
  expect(taken).toMatchObject({ error: 409 });
  for (const _id of ["", null, {}, Number.NaN, true]) {
    expect(await rejection(tasks.insert({ _id, text: "b" } as never))).toBeInstanceOf(TypeError);
  }
  const number = await rejection(tasks.update({}, { $inc: { text: 1 } }));
  expect(number).toMatchObject({ error: 409 });
  const option = tasks.update("a", { $set: { text: "b" } }, { upset: true } as never);
  expect(() => tasks.find({}, { limits: 1 } as never)).toThrow(/"limit"/);
  expect(await rejection(option)).toMatchObject({ message: expect.stringContaining("upsert") });
  expect(await tasks.find().fetch()).toEqual([{ _id: "a", text: "a" }]);
});

test("empty string _id: is none", async () => {
  const things = memoryDatabase().collection("things");
  expect(await rejection(things.insert({ _id: "" }))).toBeInstanceOf(TypeError);
  expect(await things.findOne("")).toBeUndefined();
});

test("undefined find options", async () => {
  const things = memoryDatabase().collection("things");
  for (const _id of ["b", "a"]) await things.insert({ _id });
  const none = { sort: undefined, skip: undefined, limit: undefined, fields: undefined };
  expect(await things.find({}, none).fetch()).toEqual([{ _id: "b" }, { _id: "a" }]);
  expect(await things.find({}, undefined).fetch()).toEqual([{ _id: "b" }, { _id: "a" }]);
  expect(await things.findOne("a", none)).toEqual({ _id: "a" });
});

test("empty documents, document with length, a date, binary data: they reach clients", async () => {
  const ddp = createDdp({ heartbeat: false });
  const things = memoryDatabase().collection("things");
  ddp.publish("things", () => things.find());
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "1", name: "things" });
  expect(await peer.rest()).toEqual([{ msg: "ready", subs: ["1"] }]);
  const documents: (Fields & { readonly _id: string })[] = [
    { _id: "empty" },
    { _id: "length", foo: "foo", length: 0 },
    { _id: "date", at: new Date(5) },
    { _id: "binary", bytes: new Uint8Array([1, 2, 255]) },
    { _id: "oid", ref: new ObjectId("0123456789abcdef01234567") },
  ];
  for (const document of documents) {
    expect(await things.insert(document)).toBe(document._id);
    expect(await things.findOne(document._id)).toEqual(document);
  }
  const added = (id: string, fields?: Fields): unknown => ({
    msg: "added",
    collection: "things",
    id,
    ...(fields && { fields }),
  });
  expect(await peer.rest()).toEqual([
    added("empty"),
    added("length", { foo: "foo", length: 0 }),
    added("date", { at: { $date: 5 } }),
    added("binary", { bytes: { $binary: "AQL/" } }),
    added("oid", { ref: { $type: "oid", $value: "0123456789abcdef01234567" } }),
  ]);
});
