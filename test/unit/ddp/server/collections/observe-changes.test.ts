import { describe, expect, test } from "vitest";
import { createDdp, holdUpdated, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import type {
  ChangeCallbacks,
  Document,
  DocumentId,
  Fields,
  IdGeneration,
  MemoryCollection,
  MemoryCursor,
} from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { rejection, turns } from "../../../../support/turns.ts";

type Calls = unknown[][];

interface Anything extends Document {
  readonly [name: string]: unknown;
  readonly _id: DocumentId;
}

function callbacks(calls: Calls): ChangeCallbacks {
  return {
    added: (id, fields) => void calls.push(["added", id, fields]),
    changed: (id, changes) => void calls.push(["changed", id, changes]),
    removed: (id) => void calls.push(["removed", id]),
  };
}

async function watch(cursor: MemoryCursor<Anything>): Promise<{ calls: Calls; stop: () => void }> {
  const calls: Calls = [];
  const handle = await cursor.observeChanges(callbacks(calls));
  return { calls, stop: () => handle.stop() };
}

function collection(idGeneration: IdGeneration = "STRING"): MemoryCollection<Anything> {
  return memoryDatabase().collection<Anything>("c", { idGeneration });
}

describe.each(["STRING", "MONGO"] as const)("observeChanges, %s", (idGeneration) => {
  test("single id: basics", async () => {
    const c = collection(idGeneration);
    const id = await c.insert({ noodles: "good", bacon: "bad", apples: "ok" });
    await c.insert({ noodles: "alright" });
    const { calls, stop } = await watch(c.find(id));
    expect(calls.splice(0)).toEqual([
      ["added", id, { noodles: "good", bacon: "bad", apples: "ok" }],
    ]);
    await c.update(id, { noodles: "alright", potatoes: "tasty", apples: "ok" });
    expect(calls.splice(0)).toStrictEqual([
      ["changed", id, { noodles: "alright", potatoes: "tasty", bacon: undefined }],
    ]);
    await c.remove(id);
    expect(calls.splice(0)).toEqual([["removed", id]]);
    await c.insert({ _id: id, noodles: "good" });
    expect(calls.splice(0)).toEqual([["added", id, { noodles: "good" }]]);
    await c.remove({ noodles: "alright" });
    stop();
    await c.remove(id);
    expect(calls).toEqual([]);
  });

  test("unordered: basics", async () => {
    const c = collection(idGeneration);
    const { calls, stop } = await watch(c.find());
    const bar = await c.insert({ thing: "stuff" });
    expect(calls.splice(0)).toEqual([["added", bar, { thing: "stuff" }]]);
    const foo = await c.insert({ noodles: "good" });
    await c.update(foo, { noodles: "alright", potatoes: "tasty" });
    await c.remove(bar);
    await c.insert({ _id: bar, apples: "ok" });
    expect(calls).toEqual([
      ["added", foo, { noodles: "good" }],
      ["changed", foo, { noodles: "alright", potatoes: "tasty" }],
      ["removed", bar],
      ["added", bar, { apples: "ok" }],
    ]);
    stop();
  });
});

test("single id: initial adds", async () => {
  const c = collection();
  const id = await c.insert({ noodles: "good", bacon: "bad" });
  const { calls } = await watch(c.find(id));
  expect(calls).toEqual([["added", id, { noodles: "good", bacon: "bad" }]]);
});

test("unordered: initial adds", async () => {
  const c = collection();
  const foo = await c.insert({ noodles: "good" });
  const bar = await c.insert({ noodles: "good", potatoes: "tasty" });
  const { calls } = await watch(c.find());
  expect(new Set(calls)).toEqual(
    new Set([
      ["added", foo, { noodles: "good" }],
      ["added", bar, { noodles: "good", potatoes: "tasty" }],
    ]),
  );
});

test("callback isolation", async () => {
  const c = collection();
  const scribbled: Fields[] = [];
  const scribble = (_id: DocumentId, fields: Fields): void => {
    scribbled.push(fields);
    (fields["apples"] as string[]).push("scribble");
    (fields as Record<string, unknown>)["bacon"] = "scribble";
  };
  for (let each = 0; each < 2; each++) {
    await c.find().observeChanges({ added: scribble, changed: scribble });
  }
  const { calls } = await watch(c.find());
  const id = await c.insert({ apples: ["ok"] });
  await c.update(id, { $set: { apples: ["good"] } });
  expect(scribbled).toHaveLength(4);
  for (const fields of scribbled) {
    expect(fields).toEqual({ apples: [expect.any(String), "scribble"], bacon: "scribble" });
  }
  expect(calls).toEqual([
    ["added", id, { apples: ["ok"] }],
    ["changed", id, { apples: ["good"] }],
  ]);
  expect(await c.findOne(id)).toEqual({ _id: id, apples: ["good"] });
});

test("unordered: specific fields", async () => {
  const c = collection();
  const { calls } = await watch(c.find({}, { fields: { noodles: 1, bacon: 1 } }));
  const foo = await c.insert({ noodles: "good", apples: "ok" });
  await c.update(foo, { noodles: "alright", potatoes: "tasty", apples: "ok" });
  await c.update(foo, { noodles: "alright", potatoes: "meh", apples: "ok" });
  await c.update(foo, { $set: { bacon: "bad" } });
  await c.remove(foo);
  expect(calls).toEqual([
    ["added", foo, { noodles: "good" }],
    ["changed", foo, { noodles: "alright" }],
    ["changed", foo, { bacon: "bad" }],
    ["removed", foo],
  ]);
});

test("unordered: specific fields + selector on excluded fields", async () => {
  const c = collection();
  const { calls } = await watch(
    c.find({ mac: 1, cheese: 2 }, { fields: { noodles: 1, bacon: 1 } }),
  );
  const foo = await c.insert({ noodles: "good", apples: "ok", mac: 1, cheese: 2 });
  await c.insert({ noodles: "good", mac: 1, cheese: 1 });
  await c.update(foo, { noodles: "alright", potatoes: "meh", apples: "ok", mac: 1, cheese: 2 });
  await c.update(foo, { $set: { cheese: 3 } });
  await c.update(foo, { $set: { cheese: 2 } });
  expect(calls).toEqual([
    ["added", foo, { noodles: "good" }],
    ["changed", foo, { noodles: "alright" }],
    ["removed", foo],
    ["added", foo, { noodles: "alright" }],
  ]);
});

test("unordered: specific fields + modify on excluded fields", async () => {
  const c = collection();
  const { calls } = await watch(c.find({ mac: 1 }, { fields: { noodles: 1 } }));
  const foo = await c.insert({ noodles: "good", apples: "ok", mac: 1 });
  await c.update(foo, { $set: { apples: "bad" } });
  await c.update(foo, { $unset: { apples: 1 } });
  expect(calls).toEqual([["added", foo, { noodles: "good" }]]);
});

test("unordered: unset parent of observed field", async () => {
  const c = collection();
  const { calls } = await watch(c.find({}, { fields: { "type.name": 1 } }));
  const foo = await c.insert({ type: { name: "foobar" } });
  await c.update(foo, { $unset: { type: 1 } });
  expect(calls).toStrictEqual([
    ["added", foo, { type: { name: "foobar" } }],
    ["changed", foo, { type: undefined }],
  ]);
  expect(await c.find().fetch()).toEqual([{ _id: foo }]);
});

test("unordered: enters and exits result set through change", async () => {
  const c = collection();
  const { calls } = await watch(c.find({ noodles: "good" }));
  const bar = await c.insert({ thing: "stuff" });
  const foo = await c.insert({ noodles: "good", potatoes: "tasty" });
  await c.update(foo, { noodles: "alright", potatoes: "tasty" });
  await c.remove(foo);
  await c.update(bar, { noodles: "good", potatoes: "tasty" });
  expect(calls).toEqual([
    ["added", foo, { noodles: "good", potatoes: "tasty" }],
    ["removed", foo],
    ["added", bar, { noodles: "good", potatoes: "tasty" }],
  ]);
});

test("bad query", async () => {
  const c = collection();
  const { calls } = await watch(c.find());
  expect(await rejection(c.find({ _id: { $nonsense: 1 } }).observeChanges({}))).toBeInstanceOf(
    Error,
  );
  expect(await rejection(c.find({ $where: "true" }).fetch())).toBeInstanceOf(Error);
  await c.insert({});
  expect(calls).toHaveLength(1);
});

test("callbacks that there are not, or that are none, are refused", async () => {
  const cursor = collection().find();
  for (const wrong of [{ add: () => {} }, { added: 1 }, undefined]) {
    expect(await rejection(cursor.observeChanges(wrong as never))).toBeInstanceOf(TypeError);
  }
});

test("EnvironmentVariable: callbacks run as where they were given, not in the method that writes", async () => {
  const ddp = createDdp();
  const database = memoryDatabase();
  const [source, copy] = [database.collection("source"), database.collection("copy")];
  let release = (): void => {};
  await source.find().observeChanges({
    added(id) {
      // (In the method this would keep its `updated` back.)
      release = holdUpdated();
      void copy.insert({ _id: id });
    },
  });
  ddp.methods({ write: () => source.insert({ _id: "a" }) });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "write" });
  expect(await peer.takeAll(2)).toEqual([
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1", result: "a" },
  ]);
  release();
  expect(await copy.find().count()).toBe(1);
});

test("observe sorted limited: documents come into the window and fall out of it", async () => {
  const c = collection();
  const { calls } = await watch(c.find({ foo: 22 }, { sort: { bar: 1 }, limit: 3 }));
  const ids: DocumentId[] = [];
  for (const bar of [5, 1, 3]) ids.push(await c.insert({ foo: 22, bar }));
  expect(calls.splice(0).map(([kind]) => kind)).toEqual(["added", "added", "added"]);
  const two = await c.insert({ foo: 22, bar: 2 });
  expect(new Set(calls.splice(0))).toEqual(
    new Set([
      ["removed", ids[0]],
      ["added", two, { foo: 22, bar: 2 }],
    ]),
  );
  await c.insert({ foo: 22, bar: 9 });
  expect(calls.splice(0)).toEqual([]);
  await c.remove({ bar: { $lte: 2 } });
  expect(calls.splice(0)).toHaveLength(4);
  expect((await c.find({}, { sort: { bar: 1 } }).fetch()).map(({ bar }) => bar)).toEqual([3, 5, 9]);
});

test("recursive observe: a callback observes and writes", async () => {
  const c = collection();
  const inner: Calls = [];
  const outer: Calls = [];
  let writes = 0;
  await c.find().observeChanges({
    added(id, fields) {
      outer.push(["added", id, fields]);
      void c.find({ inner: true }).observeChanges(callbacks(inner));
      if (writes++ === 0) void c.insert({ _id: "b", inner: true });
    },
  });
  await c.insert({ _id: "a", inner: true });
  await turns();
  expect(outer.map(([, id]) => id)).toEqual(["a", "b"]);
  expect(inner.filter(([, id]) => id === "a")).toHaveLength(2);
  expect(inner.filter(([, id]) => id === "b")).toHaveLength(2);
});

test("stop handle in callback", async () => {
  const c = collection();
  const calls: Calls = [];
  const handle = await c.find().observeChanges({
    added(id) {
      calls.push(["added", id]);
    },
    changed(id) {
      calls.push(["changed", id]);
      handle.stop();
    },
    removed: (id) => void calls.push(["removed", id]),
  });
  const id = await c.insert({ x: 1 });
  await c.update(id, { $set: { x: 2 } });
  await c.update(id, { $set: { x: 3 } });
  await c.remove(id);
  expect(calls).toEqual([
    ["added", id],
    ["changed", id],
  ]);
});

test("a callback that throws ends its own live query, and no other", async () => {
  const c = collection();
  const mistake = new Error("a mistake");
  const failed: unknown[] = [];
  await c.find().observeChanges({
    added() {
      throw mistake;
    },
    failed: (error) => void failed.push(error),
  });
  const { calls } = await watch(c.find());
  await c.insert({});
  await c.insert({});
  expect(failed).toEqual([mistake]);
  expect(calls).toHaveLength(2);
});
