import { expect, test } from "vitest";
import { ObjectId } from "../../../../src/ddp/client/index.ts";
import type { Simulation } from "../../../../src/ddp/client/index.ts";
import { seededRandom } from "../../../../src/ddp/protocol/random/random.ts";
import { connected, trace } from "../../../support/ddp-client-fixture.ts";
import type { Thing } from "../../../support/ddp-client-fixture.ts";
import { isPending, rejection, turns } from "../../../support/turns.ts";

const data = (msg: string, id: string, rest: object = {}): Record<string, unknown> => ({
  msg,
  collection: "things",
  id,
  ...rest,
});

test("whatever doesn't fit what is there is read in the way that makes sense", async () => {
  await using made = await connected();
  const { server, things } = made;
  const events = trace(things);
  await server.say(data("changed", "a", { fields: { x: 1 } }));
  await server.say(data("added", "a", { fields: { y: 2 } }));
  await server.say(data("changed", "a", { cleared: ["x", "nothing"] }));
  await server.say(data("removed", "b"), data("removed", "a"), data("removed", "a"));
  await server.say(data("added", "c"), data("movedBefore", "c", { before: null }));
  await server.say(data("addedBefore", "d", { fields: { z: 1 }, before: "c" }));
  expect(events).toEqual(["+a x=1", "~a x=1 y=2", "~a y=2", "-a", "+c", "+d z=1"]);
});

test("duplicate added with a pending write", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({ touch: () => void things.update("a", { $set: { x: 9 } }) });
  await server.say(data("added", "a", { fields: { x: 1 } }));
  const events = trace(things);
  void client.call("touch").done.catch(() => {});
  await server.say(data("added", "a", { fields: { x: 2, y: 2 } }), data("removed", "b"));
  await server.say(data("removed", "a"), data("removed", "a"));
  await server.say(data("changed", "a", { fields: { z: 3 } }));
  expect(events).toEqual(["+a x=1", "~a x=9"]);
  await server.say({ msg: "updated", methods: ["1"] });
  expect(events).toEqual(["+a x=1", "~a x=9", "~a z=3"]);
});

test("a document that a stub has removed, and one that it has made, when the method fails", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({
    replace: () => {
      void things.remove("a");
      void things.insert({ _id: "b" });
    },
  });
  await server.say(data("added", "a", { fields: { x: 1 } }));
  const events = trace(things);
  const call = client.call("replace");
  await server.say(
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1", error: { error: 403, reason: "no" } },
  );
  expect(await rejection(call.done)).toMatchObject({ error: 403, reason: "no" });
  expect(events.slice(0, 3)).toEqual(["+a x=1", "-a", "+b"]);
  expect(events.slice(3).toSorted()).toEqual(["+a x=1", "-b"]);
});

test("a stub that throws: what it has written stays until the method is done", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({
    half: () => {
      void things.insert({ _id: "a" });
      throw new Error("half");
    },
  });
  const call = client.call("half");
  expect(await rejection(call.simulated)).toMatchObject({ message: "half" });
  expect(made.errors).toHaveLength(1);
  expect(things.find().count()).toBe(1);
  await server.say({ msg: "updated", methods: ["1"] }, { msg: "result", id: "1", result: 1 });
  expect(await call).toBe(1);
  expect(things.find().count()).toBe(0);
});

test("throwStubExceptions: the method isn't sent, and nothing has happened", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({
    half: () => {
      void things.insert({ _id: "a" });
      void things.insert({ _id: "a" });
    },
  });
  const call = client.apply("half", [], { throwStubExceptions: true });
  expect(await rejection(call.done)).toMatchObject({ error: 409 });
  expect(things.find().count()).toBe(0);
  expect(await server.rest()).toEqual([]);
});

test("inserting outside of stubs calls the server's method, which draws the same id", async () => {
  await using made = await connected();
  const { server, things } = made;
  const inserted = things.insert({ text: "milk" });
  const { _id } = things.findOne()!;
  const sent = await server.take();
  expect(sent).toMatchObject({ method: "/things/insert", params: [{ text: "milk" }] });
  expect(seededRandom(sent["randomSeed"] as string, "/collection/things").id()).toBe(_id);
  await server.say(
    data("added", String(_id), { fields: { text: "milk" } }),
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1" },
  );
  expect(await inserted).toBe(_id);
});

test("a nested stub draws the ids that the server draws, though one before it has drawn nothing", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({
    outer: () => {
      void client.call("inner", false);
      void client.call("inner", true);
    },
    inner: (_: Simulation, draws: boolean) => void (draws && things.insert({ x: 1 })),
  });
  void client.call("outer");
  const { randomSeed } = await server.take();
  const seeds = seededRandom(randomSeed as string, "/rpc/inner");
  seeds.hexString(20);
  const id = seededRandom(seeds.hexString(20), "/collection/things").id();
  expect(things.findOne()!._id).toBe(id);
});

test("updating and removing outside of stubs", async () => {
  await using made = await connected();
  const { server, things } = made;
  await server.say(data("added", "a", { fields: { x: 1 } }));
  const updated = things.update("a", { $inc: { x: 1 } });
  const removed = things.remove({ _id: "a" });
  expect(things.find().count()).toBe(0);
  expect(await server.rest()).toMatchObject([
    { method: "/things/update", params: ["a", { $inc: { x: 1 } }, {}] },
    { method: "/things/remove", params: [{ _id: "a" }] },
  ]);
  await server.say(
    data("removed", "a"),
    { msg: "updated", methods: ["1", "2"] },
    { msg: "result", id: "1", result: 1 },
    { msg: "result", id: "2", result: 1 },
  );
  expect(await updated).toEqual({ count: 1, insertedId: undefined });
  expect(await removed).toBe(1);
  expect(await rejection(things.remove({ x: 1 }))).toMatchObject({ error: 403 });
  expect(await rejection(things.update({ _id: { $gt: "" } }, {}))).toMatchObject({ error: 403 });
  expect(await server.rest()).toEqual([]);
});

test("ids: as Meteor writes them, as they are, and as MongoDB makes them", async () => {
  await using made = await connected();
  const { server, client } = made;
  const hex = "0123456789abcdef01234567";
  const raw = client.collection("raw", { rawIds: true });
  const mongo = client.collection("mongo", { idGeneration: "MONGO" });
  await server.say(
    { msg: "added", collection: "raw", id: hex },
    { msg: "added", collection: "raw", id: "-x" },
    { msg: "added", collection: "mongo", id: hex },
    { msg: "added", collection: "mongo", id: "-x" },
    { msg: "added", collection: "mongo", id: "~5" },
  );
  expect(raw.find().fetch()).toEqual([{ _id: hex }, { _id: "-x" }]);
  expect(mongo.find().fetch()).toEqual([{ _id: new ObjectId(hex) }, { _id: "x" }, { _id: 5 }]);
  await server.say({ msg: "removed", collection: "raw", id: "-x" });
  expect(raw.find().count()).toBe(1);
  void mongo.insert({}).catch(() => {});
  expect(mongo.findOne({ _id: { $nin: [new ObjectId(hex), "x", 5] } })!._id).toBeInstanceOf(
    ObjectId,
  );
  expect(() => client.collection("raw", {})).toThrow("have come before its options");
});

test("names that every object has are names like others", async () => {
  await using made = await connected();
  const { server, client } = made;
  for (const name of ["__proto__", "constructor", "toString"]) {
    server.sendText(
      `{"msg":"added","collection":"${name}","id":"${name}","fields":{"${name}":1,"_id":"other"}}`,
    );
    await turns(4);
    const document = client.collection(name).findOne(name)!;
    expect(new Map<string, unknown>(Object.entries(document))).toEqual(
      new Map<string, unknown>([
        [name, 1],
        ["_id", name],
      ]),
    );
    expect(client.call(name)).toBeDefined();
    server.sendText(
      `{"msg":"changed","collection":"${name}","id":"${name}","cleared":["${name}"]}`,
    );
    await turns(4);
    expect(client.collection(name).findOne(name)).toEqual({ _id: name });
  }
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

test("a cursor yields the documents whenever they have changed; a slow reader skips", async () => {
  await using made = await connected();
  const { server, things } = made;
  const states = things.find({}, { sort: { x: 1 } })[Symbol.asyncIterator]();
  expect(await states.next()).toEqual({ done: false, value: [] });
  const next = states.next();
  expect(await isPending(next)).toBe(true);
  await server.say(
    data("added", "a", { fields: { x: 2 } }),
    data("added", "b", { fields: { x: 1 } }),
  );
  const both: Thing[] = [
    { _id: "b", x: 1 },
    { _id: "a", x: 2 },
  ];
  expect(await next).toEqual({ done: false, value: both });
  await server.say(data("removed", "a"));
  await server.say(data("removed", "b"));
  expect(await states.next()).toEqual({ done: false, value: [] });
  await made.client.close();
  expect(await states.next()).toEqual({ done: true, value: undefined });
});

test("an observer that throws keeps nobody else from being told", async () => {
  await using made = await connected();
  const { server, things } = made;
  things.find().observe({
    addedAt: () => {
      throw new Error("an observer's");
    },
  });
  const events = trace(things);
  await server.say(data("added", "a"));
  expect(events).toEqual(["+a"]);
  expect(made.errors).toHaveLength(1);
});

test("what an observer does is not what the stub does that it was told by", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const others = client.collection("others");
  client.methods({ add: () => void things.insert({ _id: "a" }) });
  things.find().observe({
    addedAt: () => {
      void client.call("noticed").done.catch(() => {});
      void others.insert({ _id: "b" }).catch(() => {});
    },
  });
  void client.call("add").done.catch(() => {});
  expect((await server.rest()).map(({ method }) => method)).toEqual([
    "add",
    "noticed",
    "/others/insert",
  ]);
  await server.say({ msg: "updated", methods: ["1"] });
  expect(others.find().count()).toBe(1);
});

test("following a query can be ended from outside, while nothing changes", async () => {
  await using made = await connected();
  const { server, things } = made;
  const states = things.find()[Symbol.asyncIterator]();
  expect(await states.next()).toEqual({ done: false, value: [] });
  const waiting = states.next();
  expect(await states.return?.()).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
  await server.say(data("added", "a", { fields: { x: 1 } }));
  expect(await states.next()).toEqual({ done: true, value: undefined });
});
