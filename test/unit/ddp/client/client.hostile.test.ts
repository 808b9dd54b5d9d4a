/** Servers that say what makes no sense, or say it at the wrong time. */

import { expect, test } from "vitest";
import type { Simulation } from "../../../../src/ddp/client/index.ts";
import { connected, fixture } from "../../../support/ddp-client-fixture.ts";
import { isPending } from "../../../support/turns.ts";

test("a second `connected` on a connection sends nothing again, and forgets nothing", async () => {
  await using made = await connected();
  const { server, client, things, errors } = made;
  const subscription = client.subscribe("s");
  void client.call("once").done.catch(() => {});
  await server.say(
    { msg: "added", collection: "things", id: "a", fields: {} },
    { msg: "ready", subs: [subscription.id] },
  );
  await server.rest();
  await server.say({ msg: "connected", session: "session-1" });
  await server.say({ msg: "connected", session: "another" });
  expect(await server.rest()).toEqual([]);
  expect(things.find().count()).toBe(1);
  expect(errors).toHaveLength(2);
  expect(await made.reconnect()).toMatchObject({ session: "session-1", receivedCount: 5 });
});

test("`failed` on a connection that was agreed on doesn't make the client connect again and again", async () => {
  await using made = fixture();
  const { server } = made;
  for (const version of ["pre2", "1", "pre2"]) {
    if (server.connections < 2) await server.rest();
    await server.say({ msg: "connected", session: "s" }, { msg: "failed", version });
  }
  expect(server.connections).toBe(1);
  expect(made.client.status.state).toBe("connected");
});

test("what is said twice, or of what isn't there, is passed over", async () => {
  await using made = await connected();
  const { server, client, things, errors } = made;
  client.methods({ write: (_: Simulation, n: number) => void things.insert({ _id: `${n}` }) });
  const subscription = client.subscribe("s");
  const calls = [client.call("write", 1), client.call("write", 2)];
  await server.say({ msg: "updated", methods: ["2"] }, { msg: "result", id: "2", result: "two" });
  for (const id of ["2", "3", "__proto__", "constructor", ""]) {
    await server.say(
      { msg: "updated", methods: [id, id] },
      { msg: "result", id, result: "again" },
      { msg: "ready", subs: [id] },
      { msg: "nosub", id },
      { msg: "nosub", id: { id } },
      { msg: "nosub" },
    );
  }
  expect(await isPending(calls[1]!.done)).toBe(true);
  await server.say({ msg: "result", id: "1" }, { msg: "updated", methods: ["1"] });
  await calls[0];
  expect(await calls[1]).toBe("two");
  expect(subscription.isReady).toBe(false);
  expect(errors).toEqual([]);
});

test("messages about thousands of things that aren't there are no trouble", async () => {
  await using made = await connected();
  const { server, client, errors } = made;
  const ids = Array.from({ length: 300_000 }, (_, n) => `x${n}`);
  const subscription = client.subscribe("s");
  const call = client.apply("alone", [], { wait: true });
  await server.say(
    { msg: "updated", methods: ids },
    { msg: "ready", subs: [...ids, subscription.id] },
    { msg: "updated", methods: [...ids, "1"] },
    { msg: "result", id: "1" },
  );
  await call;
  expect(subscription.isReady).toBe(true);
  expect(errors).toEqual([]);
});

test("names of prototypes as collections, documents and fields", async () => {
  await using made = await connected();
  const { server, client } = made;
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  for (const name of names) {
    const fields = `{"__proto__":{"polluted":1},"constructor":1,"_id":"other"}`;
    server.sendText(`{"msg":"added","collection":"${name}","id":"${name}","fields":${fields}}`);
    await server.say({ msg: "changed", collection: name, id: name, cleared: ["constructor"] });
    const found = client.collection(name).findOne(name)!;
    expect(Object.keys(found).toSorted()).toEqual(["__proto__", "_id"]);
    expect(found._id).toBe(name);
    await server.say({ msg: "changed", collection: name, id: name, cleared: ["__proto__", "_id"] });
    expect(client.collection(name).find().fetch()).toEqual([{ _id: name }]);
  }
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});

const GARBAGE = [
  "",
  "null",
  "[]",
  "{}",
  "{",
  `{"server_id":"0"}`,
  `{"msg":7}`,
  `{"msg":"added"}`,
  `{"msg":"added","collection":"things","id":"a","fields":[]}`,
  `{"msg":"added","collection":"things","id":"a","fields":{"x":{"$binary":"?"}}}`,
  `{"msg":"added","collection":"things","id":"a","fields":${'{"x":'.repeat(200)}1${"}".repeat(201)}`,
  `{"msg":"changed","collection":"things","id":"a","cleared":[1]}`,
  `{"msg":"removed","collection":7,"id":"a"}`,
  `{"msg":"result"}`,
  `{"msg":"updated","methods":"1"}`,
  `{"msg":"ready","subs":[1]}`,
  `{"msg":"__proto__"}`,
  `{"msg":"toString"}`,
  `{"msg":"added","collection":"things","id":"a","fields":{"x":${"[".repeat(10_000)}${"]".repeat(10_000)}}}`,
  `{"msg":"ping","id":${"[".repeat(200)}${"]".repeat(200)}}`,
];

test.each(GARBAGE)("garbage: %s", async (text) => {
  await using made = await connected();
  const { server, client, things } = made;
  const subscription = client.subscribe("s");
  server.sendText(text);
  await server.say({ msg: "ready", subs: [subscription.id] });
  expect(subscription.isReady).toBe(true);
  expect(things.find().count()).toBe(0);
  expect(client.status.state).toBe("connected");
});
