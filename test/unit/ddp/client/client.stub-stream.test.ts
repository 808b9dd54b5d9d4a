/** The named cases of Meteor's client ("livedata stub", "livedata connection"), against a scripted server. */

import { expect, test } from "vitest";
import type { Simulation } from "../../../../src/ddp/client/index.ts";
import { connected, fixture, trace } from "../../../support/ddp-client-fixture.ts";
import { isPending, rejection, turns } from "../../../support/turns.ts";

const SEED = expect.stringMatching(/^[0-9a-f]{20}$/) as string;
const ID = expect.stringMatching(/^\w{17}$/) as string;
const INVOCATION_FAILED = { error: "invocation-failed" };

test("livedata stub - receive data", async () => {
  await using made = await connected();
  const { server, things } = made;
  await server.say({ msg: "added", collection: "things", id: "1234", fields: { a: 1 } });
  expect(things.find({}).fetch()).toEqual([{ _id: "1234", a: 1 }]);
  await server.say({ msg: "changed", collection: "things", id: "1234", fields: { a: 2 } });
  expect(things.findOne("1234")).toEqual({ _id: "1234", a: 2 });
  // Documents of collections that nobody has asked for are there once somebody does.
  await server.say({ msg: "added", collection: "others", id: "5", fields: { b: 1 } });
  expect(made.client.collection("others").find().fetch()).toEqual([{ _id: "5", b: 1 }]);
});

test("livedata stub - buffering data", async () => {
  await using made = await connected();
  const { server, things } = made;
  const counts: number[] = [];
  things.find({}).observe({ addedAt: () => counts.push(things.find({}).count()) });
  await server.say(
    { msg: "added", collection: "things", id: "1", fields: {} },
    { msg: "added", collection: "things", id: "2", fields: {} },
  );
  // Both were there when the first was told of.
  expect(counts).toEqual([2, 2]);
});

test("livedata stub - subscribe", async () => {
  await using made = await connected();
  const { server, client } = made;
  const subscription = client.subscribe("my_data");
  expect(subscription.isReady).toBe(false);
  expect(await server.take()).toEqual({
    msg: "sub",
    id: subscription.id,
    name: "my_data",
    params: [],
  });
  expect(subscription.id).toEqual(ID);
  await server.say({ msg: "ready", subs: [subscription.id] });
  expect(subscription.isReady).toBe(true);
  await subscription.ready;
  subscription.stop();
  expect(await server.take()).toEqual({ msg: "unsub", id: subscription.id });
  subscription.stop();
  expect(await server.rest()).toEqual([]);
});

test("livedata stub - subscribe errors", async () => {
  await using made = await connected();
  const { server, client } = made;
  const subscription = client.subscribe("unknown");
  await server.take();
  await server.say({
    msg: "nosub",
    id: subscription.id,
    error: { error: 404, reason: "Subscription not found" },
  });
  expect(await rejection(subscription.ready)).toMatchObject({ error: 404 });
  expect(await rejection(subscription.ended)).toMatchObject({ reason: "Subscription not found" });
  expect(subscription.isReady).toBe(false);
  // It isn't asked for again.
  await made.reconnect();
  expect(await server.rest()).toEqual([]);
});

test("livedata stub - subscribe stop", async () => {
  await using made = await connected();
  const { server, client } = made;
  const subscription = client.subscribe("my_data");
  await server.take();
  subscription.stop();
  await subscription.ended;
  expect(await rejection(subscription.ready)).toMatchObject({ code: "ERR_STATE" });
  await server.say({ msg: "nosub", id: subscription.id });
  expect(await server.rest()).toEqual([{ msg: "unsub", id: subscription.id }]);
});

test("livedata connection - make sure the sub and unsub run in the correct order", async () => {
  await using made = await connected();
  const { server, client } = made;
  const first = client.subscribe("a");
  await server.say({ msg: "ready", subs: [first.id] });
  await server.rest();
  await server.cut();
  const second = client.subscribe("a");
  first.stop();
  const third = client.subscribe("b");
  third.stop();
  client.reconnect();
  await server.accept();
  expect(await server.rest()).toEqual([
    { msg: "sub", id: second.id, name: "a", params: [] },
    { msg: "unsub", id: first.id },
  ]);
});

test("a subscription that is stopped while away is unknown to another session", async () => {
  await using made = await connected();
  const { server, client } = made;
  const first = client.subscribe("a");
  await server.rest();
  client.disconnect();
  const second = client.subscribe("a");
  first.stop();
  client.reconnect();
  expect(await server.take()).toEqual({ msg: "disconnect" });
  await server.accept("session-2");
  expect(await server.rest()).toEqual([{ msg: "sub", id: second.id, name: "a", params: [] }]);
});

test("livedata stub - this", async () => {
  await using made = await connected();
  const { server, client } = made;
  const seen: unknown[] = [];
  client.methods({
    test_this: ({ name, isSimulation, userId }: Simulation) => {
      seen.push(name, isSimulation, userId);
    },
  });
  const call = client.call("test_this");
  expect(seen).toEqual(["test_this", true, null]);
  expect(await server.take()).toEqual({ msg: "method", method: "test_this", params: [], id: "1" });
  await server.say({ msg: "result", id: "1" }, { msg: "updated", methods: ["1"] });
  expect(await call).toBeUndefined();
});

test("livedata stub - methods", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({ do_something: (_: Simulation, value: unknown) => things.insert({ value }) });
  const events = trace(things);
  const call = client.call("do_something", "friday!");
  const { _id } = things.findOne()!;
  expect(_id).toEqual(ID);
  expect(await server.take()).toEqual({
    msg: "method",
    method: "do_something",
    params: ["friday!"],
    id: "1",
    randomSeed: SEED,
  });
  // The result comes before the data.
  await server.say({ msg: "result", id: "1", result: "1234" });
  expect(await call.result).toBe("1234");
  expect(await isPending(call.done)).toBe(true);
  // The document that the server has made in place of the simulated one.
  await server.say({
    msg: "added",
    collection: "things",
    id: "other",
    fields: { value: "tuesday" },
  });
  expect(await isPending(call.done)).toBe(true);
  await server.say({ msg: "updated", methods: ["1"] });
  expect(await call.done).toBe("1234");
  expect(events).toEqual([
    `+${String(_id)} value=friday!`,
    "+other value=tuesday",
    `-${String(_id)}`,
  ]);
});

test("livedata stub - mutating method args", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.methods({
    mutateArgs: (_: Simulation, arg: { foo: number }) => {
      arg.foo = 42;
    },
  });
  const arg = { foo: 50 };
  void client.call("mutateArgs", arg);
  arg.foo = 60;
  expect(await server.take()).toMatchObject({ params: [{ foo: 50 }] });
});

test("livedata stub - methods calling methods", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({
    do_something: () => client.call("do_something_else"),
    do_something_else: () => things.insert({ a: 1 }),
  });
  const events = trace(things);
  const call = client.call("do_something");
  const { _id } = things.findOne()!;
  expect(await server.rest()).toEqual([
    { msg: "method", method: "do_something", params: [], id: "1", randomSeed: SEED },
  ]);
  await server.say({ msg: "result", id: "1" }, { msg: "updated", methods: ["1"] });
  await call;
  expect(events).toEqual([`+${String(_id)} a=1`, `-${String(_id)}`]);
});

test("livedata stub - method call before connect", async () => {
  await using made = fixture();
  const { server, client } = made;
  const call = client.call("someMethod");
  expect(await server.rest()).toEqual([
    { msg: "connect", version: "1", support: ["1", "pre2", "pre1"] },
  ]);
  // (A server knows nobody again who is cut off before that, and would run the method twice.)
  await server.say({ msg: "connected", session: "s" });
  expect(await server.rest()).toEqual([
    { msg: "method", method: "someMethod", params: [], id: "1" },
  ]);
  await server.say({ msg: "result", id: "1", result: "bob" }, { msg: "updated", methods: ["1"] });
  expect(await call).toBe("bob");
});

test("livedata stub - stubs before connected", async () => {
  await using made = fixture();
  const { server, things } = made;
  const events = trace(things);
  void things.insert({ _id: "foo", bar: 42 });
  expect(events).toEqual(["+foo bar=42"]);
  await server.accept();
  expect(await server.take()).toEqual({
    msg: "method",
    method: "/things/insert",
    params: [{ _id: "foo", bar: 42 }],
    id: "1",
  });
  await server.say(
    { msg: "added", collection: "things", id: "foo", fields: { bar: 42 } },
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1", result: "foo" },
  );
  expect(events).toEqual(["+foo bar=42"]);
});

test("livedata stub - multiple stubs same doc", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({
    insertSomething: () => void things.insert({ foo: "bar" }),
    updateIt: (_: Simulation, id: string) => void things.update(id, { $set: { baz: 42 } }),
  });
  const events = trace(things);
  void client.call("insertSomething");
  const id = String(things.findOne()!._id);
  void client.call("updateIt", id);
  expect(events.splice(0)).toEqual([`+${id} foo=bar`, `~${id} foo=bar baz=42`]);
  await server.rest();
  // The data of the first method comes, and isn't shown: there is a stub's change on top of it.
  await server.say({ msg: "added", collection: "things", id, fields: { foo: "barb" } });
  await server.say({ msg: "updated", methods: ["1"] }, { msg: "result", id: "1" });
  expect(events).toEqual([]);
  expect(things.findOne(id)).toEqual({ _id: id, foo: "bar", baz: 42 });
  // The data of the second.
  await server.say({ msg: "changed", collection: "things", id, fields: { baz: 43 } });
  expect(events).toEqual([]);
  await server.say({ msg: "updated", methods: ["2"] }, { msg: "result", id: "2" });
  expect(events).toEqual([`~${id} foo=barb baz=43`]);
});

test("livedata stub - unsent methods don't block quiescence", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({ insertSomething: () => things.insert({ foo: "bar" }) });
  const first = client.call("no-op");
  const waiting = client.apply("wait-method", [], { wait: true });
  // It waits behind the other, and its stub has run.
  void client.call("insertSomething");
  expect(things.find({}).count()).toBe(1);
  expect(await server.rest()).toEqual([{ msg: "method", method: "no-op", params: [], id: "1" }]);
  await server.say({ msg: "updated", methods: ["1"] }, { msg: "result", id: "1" });
  await first;
  expect(await server.rest()).toEqual([
    { msg: "method", method: "wait-method", params: [], id: "2" },
  ]);
  await server.say({ msg: "updated", methods: ["2"] }, { msg: "result", id: "2" });
  await waiting;
  expect(await server.take()).toMatchObject({ method: "insertSomething", id: "3" });
});

test("a subscription is ready when no call that was sent before hides its documents", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({ touch: (_: Simulation, x: number) => void things.insert({ _id: `${x}` }) });
  const subscription = client.subscribe("s");
  const calls = [1, 2, 3].map((x) => client.call("touch", x));
  await server.say({ msg: "updated", methods: ["2"] }, { msg: "result", id: "2" });
  await server.say({ msg: "ready", subs: [subscription.id] });
  // One that is sent later hides nothing that had been there.
  calls.push(client.call("touch", 4));
  await server.say({ msg: "updated", methods: ["1"] }, { msg: "result", id: "1" });
  expect(subscription.isReady).toBe(false);
  expect(await isPending(calls[1]!.done)).toBe(true);
  await server.say({ msg: "updated", methods: ["3"] }, { msg: "result", id: "3" });
  expect(subscription.isReady).toBe(true);
  await calls[1];
  expect(await isPending(calls[2]!.done)).toBe(true);
  await server.say({ msg: "updated", methods: ["4"] }, { msg: "result", id: "4" });
  await Promise.all(calls);
});

test("livedata stub - buffering and methods interaction", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({ update_value: () => things.update("1", { $set: { value: "simulated" } }) });
  await server.say({ msg: "added", collection: "things", id: "1", fields: { value: 0 } });
  // A stub sees what has come before it.
  server.send({ msg: "changed", collection: "things", id: "1", fields: { value: 1 } });
  await turns(4);
  void client.call("update_value");
  await server.say({ msg: "changed", collection: "things", id: "1", fields: { subscription: 1 } });
  expect(things.findOne("1")).toEqual({ _id: "1", value: "simulated" });
  await server.say({ msg: "changed", collection: "things", id: "1", fields: { value: 2 } });
  await server.say({ msg: "updated", methods: ["1"] });
  expect(things.findOne("1")).toEqual({ _id: "1", value: 2, subscription: 1 });
});

test("livedata connection - two wait methods", async () => {
  await using made = await connected();
  const { server, client } = made;
  const order: string[] = [];
  const call = (name: string, wait: boolean): void => {
    void client.apply(name, [], { wait }).then(
      () => order.push(name),
      () => {},
    );
  };
  call("one", true);
  call("two", false);
  call("three", false);
  call("four", true);
  call("five", false);
  const sent = async (): Promise<unknown[]> => (await server.rest()).map(({ method }) => method);
  expect(await sent()).toEqual(["one"]);
  await server.say({ msg: "result", id: "1" });
  expect(await sent()).toEqual([]);
  await server.say({ msg: "updated", methods: ["1"] });
  expect(await sent()).toEqual(["two", "three"]);
  await server.say({ msg: "updated", methods: ["2", "3"] }, { msg: "result", id: "2" });
  expect(await sent()).toEqual([]);
  await server.say({ msg: "result", id: "3" });
  expect(await sent()).toEqual(["four"]);
  await server.say({ msg: "result", id: "4" }, { msg: "updated", methods: ["4"] });
  expect(await sent()).toEqual(["five"]);
  expect(order).toEqual(["one", "two", "three", "four"]);
});

test("livedata connection - reactive userId", async () => {
  await using made = await connected();
  const { server, client } = made;
  const seen: (string | null)[] = [];
  void (async () => {
    for await (const { userId } of client.statuses()) seen.push(userId);
  })();
  const login = client.login({ resume: "token" });
  await server.say(
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1", result: { id: "ada", token: "token" } },
  );
  expect(await login).toBe("ada");
  await turns();
  expect(client.userId).toBe("ada");
  expect(seen.slice(-2)).toEqual([null, "ada"]);
});

test("livedata connection - ping without id", async () => {
  await using made = await connected();
  const { server } = made;
  server.send({ msg: "ping" });
  expect(await server.take()).toEqual({ msg: "pong" });
});

test("livedata connection - ping with id", async () => {
  await using made = await connected();
  const { server } = made;
  server.send({ msg: "ping", id: "xyz" });
  expect(await server.take()).toEqual({ msg: "pong", id: "xyz" });
});

test.each(["1", "pre2", "pre1"])("livedata connection - ping from %s", async (version) => {
  await using made = fixture();
  const { server, clock } = made;
  if (version !== "1") {
    await server.take();
    await server.say({ msg: "failed", version });
  }
  expect(await server.accept()).toMatchObject({ version });
  await clock.advanceAsync(17_500);
  expect(await server.rest()).toEqual(version === "pre1" ? [] : [{ msg: "ping" }]);
});

test("livedata connection - version negotiation requires renegotiating", async () => {
  await using made = fixture();
  const { server, client } = made;
  const call = client.call("early", 1);
  expect(await server.rest()).toMatchObject([{ msg: "connect", version: "1" }]);
  await server.say({ msg: "failed", version: "pre2" });
  expect(server.connections).toBe(2);
  expect(await server.take()).toEqual({
    msg: "connect",
    version: "pre2",
    support: ["1", "pre2", "pre1"],
  });
  await server.say({ msg: "connected", session: "s" });
  expect(client.status.state).toBe("connected");
  expect(await server.take()).toMatchObject({ method: "early", id: "1" });
  await server.say({ msg: "result", id: "1" }, { msg: "updated", methods: ["1"] });
  await call;
});

test("livedata connection - version negotiation error", async () => {
  await using made = fixture();
  const { server, client } = made;
  const call = client.call("early");
  await server.take();
  await server.say({ msg: "failed", version: "garbled" });
  expect(client.status).toMatchObject({ state: "closed", error: { code: "ERR_UNSUPPORTED" } });
  expect(await rejection(call.done)).toMatchObject({ code: "ERR_UNSUPPORTED" });
});

test("a server that refuses each version for the other is given up", async () => {
  await using made = fixture();
  const { server, client } = made;
  await server.take();
  await server.say({ msg: "failed", version: "pre1" });
  await server.say({ msg: "failed", version: "1" });
  expect(server.connections).toBe(2);
  expect(client.status).toMatchObject({ state: "closed", error: { code: "ERR_UNSUPPORTED" } });
});

test("a call that was refused with its version is not lost with noRetry", async () => {
  await using made = fixture();
  const { server, client } = made;
  const call = client.apply("early", [], { noRetry: true });
  await server.take();
  await server.say({ msg: "failed", version: "pre2" });
  await server.accept();
  await server.say({ msg: "result", id: "1", result: 5 }, { msg: "updated", methods: ["1"] });
  expect(await call).toBe(5);
});

test("a connection that is lost fails a call with noRetry", async () => {
  await using made = await connected();
  const call = made.client.apply("once", [], { noRetry: true });
  await made.reconnect();
  await made.server.say({ msg: "connected", session: "session-1" });
  expect(await rejection(call.done)).toMatchObject(INVOCATION_FAILED);
});
