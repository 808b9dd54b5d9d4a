/** The named cases of Meteor's client that are about reconnecting, and resumption. */

import { expect, test } from "vitest";
import type { Simulation } from "../../../../src/ddp/client/index.ts";
import { connected, trace } from "../../../support/ddp-client-fixture.ts";
import { isPending, rejection } from "../../../support/turns.ts";

const SUPPORT = { version: "1", support: ["1", "pre2", "pre1"] };

test("livedata stub - reconnect", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const events = trace(things);
  const subscription = client.subscribe("my_data");
  await server.take();
  await server.say(
    { msg: "added", collection: "things", id: "1234", fields: { a: 1 } },
    { msg: "ready", subs: [subscription.id] },
  );
  client.methods({ do_something: () => void things.insert({ _id: "simulated" }) });
  const call = client.apply("do_something", [], { wait: true });
  const later = client.call("do_later");
  expect(events.splice(0)).toEqual(["+1234 a=1", "+simulated"]);
  expect(await server.rest()).toEqual([
    { msg: "method", method: "do_something", params: [], id: "1" },
  ]);

  expect(await made.reconnect()).toEqual({
    msg: "connect",
    ...SUPPORT,
    session: "session-1",
    receivedCount: 3,
  });
  // Nothing more until the server has agreed.
  expect(await server.rest()).toEqual([]);
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toEqual([
    { msg: "method", method: "do_something", params: [], id: "1" },
    { msg: "sub", id: subscription.id, name: "my_data", params: [] },
  ]);
  // Another session: what is shown stays until all is there again.
  await server.say({ msg: "added", collection: "things", id: "1234", fields: { a: 1, c: 3 } });
  await server.say({ msg: "added", collection: "things", id: "2345", fields: { d: 4 } });
  expect(subscription.isReady).toBe(true);
  await server.say({ msg: "ready", subs: [subscription.id] });
  expect(events).toEqual([]);
  await server.say({ msg: "result", id: "1", result: "bupkis" });
  expect(await call.result).toBe("bupkis");
  expect(await isPending(call.done)).toBe(true);
  expect(events).toEqual([]);
  await server.say({ msg: "updated", methods: ["1"] });
  expect(events.toSorted()).toEqual(["+2345 d=4", "-simulated", "~1234 a=1 c=3"]);
  expect(await call).toBe("bupkis");
  expect(await server.rest()).toEqual([{ msg: "method", method: "do_later", params: [], id: "2" }]);
  await server.say({ msg: "result", id: "2" }, { msg: "updated", methods: ["2"] });
  await later;
});

test("livedata stub - reconnect non-idempotent method", async () => {
  await using made = await connected();
  const { server, client } = made;
  const first = client.apply("do_something", [], { noRetry: true });
  const second = client.call("do_something else");
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ method: "do_something else", id: "2" }]);
  expect(await isPending(first.done)).toBe(true);
  await server.say({ msg: "result", id: "2" }, { msg: "updated", methods: ["2"] });
  expect(await rejection(first.done)).toMatchObject({ error: "invocation-failed" });
  await second;
});

test("livedata stub - reconnect method which only got result", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({ writeSomething: () => void things.insert({ _id: "s", foo: "bar" }) });
  const events = trace(things);
  const call = client.call("writeSomething");
  await server.rest();
  await server.say({ msg: "result", id: "1", result: "bla" });
  expect(await call.result).toBe("bla");
  expect(await isPending(call.done)).toBe(true);
  await made.reconnect();
  expect(events.splice(0)).toEqual(["+s foo=bar"]);
  await server.say({ msg: "connected", session: "session-2" });
  // It isn't sent again: it has its result.
  expect(await server.rest()).toEqual([]);
  expect(events).toEqual(["-s"]);
  expect(await call).toBe("bla");
});

test("livedata stub - reconnect method which only got data", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const subscription = client.subscribe("d");
  await server.say({ msg: "ready", subs: [subscription.id] });
  const call = client.call("doLittle");
  await server.rest();
  await server.say({ msg: "updated", methods: ["1"] });
  expect(await isPending(call.done)).toBe(true);
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ msg: "method", id: "1" }, { msg: "sub" }]);
  await server.say({ msg: "ready", subs: [subscription.id] });
  await server.say({ msg: "added", collection: "things", id: "late", fields: {} });
  await server.say({ msg: "result", id: "1", result: "res" });
  expect(await isPending(call.done)).toBe(true);
  expect(things.find().count()).toBe(0);
  await server.say({ msg: "updated", methods: ["1"] });
  expect(await call).toBe("res");
  expect(things.find().count()).toBe(1);
});

test("livedata stub - reconnect double wait method", async () => {
  await using made = await connected();
  const { server, client } = made;
  const half = client.apply("halfwayMethod", [], { wait: true });
  await server.rest();
  await server.say({ msg: "result", id: "1", result: "a" });
  expect(await isPending(half.done)).toBe(true);
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await half).toBe("a");
  // Another one, while the first had not been over: it is waited for, not for good.
  const next = client.apply("next", [], { wait: true });
  expect(await server.take()).toMatchObject({ method: "next", id: "2" });
  await server.say({ msg: "updated", methods: ["2"] }, { msg: "result", id: "2", result: "b" });
  expect(await next).toBe("b");
});

test("livedata connection - reconnect to a different server", async () => {
  await using made = await connected();
  const { server, things } = made;
  await server.say({ msg: "added", collection: "things", id: "a", fields: { x: 1 } });
  const events = trace(things);
  await made.reconnect();
  await server.say({ msg: "connected", session: "of another" });
  expect(events).toEqual(["+a x=1", "-a"]);
});

test("livedata connection - onReconnect prepends messages correctly with a wait method", async () => {
  await using made = await connected();
  const { server, client } = made;
  const login = client.login({ resume: "t" });
  await server.say(
    { msg: "result", id: "1", result: { id: "ada", token: "t" } },
    { msg: "updated", methods: ["1"] },
  );
  await login;
  const calls = ["one", "two"].map((name) => client.call(name));
  const alone = client.apply("three", [], { wait: true });
  expect((await server.rest()).map(({ method }) => method)).toEqual(["login", "one", "two"]);

  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toEqual([
    { msg: "method", method: "login", params: [{ resume: "t" }], id: "5" },
  ]);
  await server.say(
    { msg: "updated", methods: ["5"] },
    { msg: "result", id: "5", result: { id: "ada", token: "t" } },
  );
  expect((await server.rest()).map(({ method }) => method)).toEqual(["one", "two"]);
  await server.say(
    { msg: "updated", methods: ["2", "3"] },
    { msg: "result", id: "2" },
    { msg: "result", id: "3" },
  );
  await Promise.all(calls);
  expect((await server.rest()).map(({ method }) => method)).toEqual(["three"]);
  await server.say({ msg: "updated", methods: ["4"] }, { msg: "result", id: "4" });
  await alone;
  expect(client.userId).toBe("ada");
});

test("livedata connection - onReconnect prepends messages correctly without a wait method", async () => {
  await using made = await connected();
  const { server, client } = made;
  void client.call("one").done.catch(() => {});
  void client.apply("alone", [], { wait: true }).done.catch(() => {});
  void client.call("two").done.catch(() => {});
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ method: "one" }]);
  await server.say({ msg: "result", id: "1" }, { msg: "updated", methods: ["1"] });
  expect(await server.rest()).toMatchObject([{ method: "alone" }]);
});

test("livedata connection - onReconnect with sent messages", async () => {
  await using made = await connected();
  const { server, client } = made;
  const login = client.login({ resume: "t" });
  await server.rest();
  // The result has come and the data has not: the token counts.
  await server.say({ msg: "result", id: "1", result: { id: "ada", token: "t" } });
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ method: "login", id: "2" }]);
  expect(await isPending(login)).toBe(true);
  await server.say(
    { msg: "result", id: "2", result: { id: "ada", token: "t" } },
    { msg: "updated", methods: ["2"] },
  );
  expect(await login).toBe("ada");
});

test("accounts - verify single onReconnect callback: however often somebody has logged in, once is enough", async () => {
  await using made = await connected();
  const { server, client } = made;
  const done = (id: string) =>
    server.say(
      { msg: "result", id, result: { id: "ada", token: `t${id}` } },
      { msg: "updated", methods: [id] },
    );
  for (const id of ["1", "2"]) {
    const login = client.login({ resume: "t" });
    await done(id);
    await login;
  }
  await server.rest();
  for (const [id, token] of [
    ["3", "t2"],
    ["4", "t3"],
  ] as const) {
    await made.reconnect();
    await server.say({ msg: "connected", session: `session-${id}` });
    expect(await server.rest()).toEqual([
      { msg: "method", method: "login", params: [{ resume: token }], id },
    ]);
    await done(id);
  }
  expect(client.userId).toBe("ada");
});

test("a half-finished login whose token is refused is one failure", async () => {
  const tokens: (string | undefined)[] = [];
  await using made = await connected({ onToken: (token) => tokens.push(token) });
  const { server, client } = made;
  const login = client.login({ resume: "t" });
  await server.rest();
  await server.say({ msg: "result", id: "1", result: { id: "ada", token: "t" } });
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  await server.say(
    { msg: "updated", methods: ["2"] },
    { msg: "result", id: "2", error: { error: 403 } },
  );
  expect(await rejection(login)).toMatchObject({ error: "logged-out" });
  expect(client.userId).toBeNull();
  expect(tokens).toEqual(["t", undefined]);
  // Nobody is logged in again.
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-3" });
  expect(await server.rest()).toEqual([]);
});

test("a login that is under way is made again when the connection is lost, and told of once", async () => {
  await using made = await connected();
  const { server, client } = made;
  const login = client.login({ user: { username: "ada" } });
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ method: "login", id: "1" }]);
  await server.say(
    { msg: "result", id: "1", result: { id: "ada", token: "t" } },
    { msg: "updated", methods: ["1"] },
  );
  expect(await login).toBe("ada");
});

test("logging in again is itself begun again when the connection is lost", async () => {
  await using made = await connected();
  const { server, client } = made;
  const login = client.login({ resume: "t" });
  await server.say(
    { msg: "result", id: "1", result: { id: "ada", token: "t" } },
    { msg: "updated", methods: ["1"] },
  );
  await login;
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ method: "login", id: "2" }]);
  const call = client.call("after");
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-3" });
  expect(await server.rest()).toMatchObject([{ method: "login", id: "4" }]);
  expect(client.userId).toBe("ada");
  const logout = client.logout();
  await server.say(
    { msg: "result", id: "4", result: { id: "ada", token: "t" } },
    { msg: "updated", methods: ["4"] },
  );
  expect(await server.rest()).toMatchObject([{ method: "after", id: "3" }]);
  await server.say({ msg: "result", id: "3" }, { msg: "updated", methods: ["3"] });
  await call;
  expect(await server.rest()).toMatchObject([{ method: "logout", id: "5" }]);
  await server.say({ msg: "result", id: "5" }, { msg: "updated", methods: ["5"] });
  await logout;
  expect(client.userId).toBeNull();
});

test("the same session goes on: nothing is reset, and the count goes on", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const events = trace(things);
  const subscription = client.subscribe("s");
  client.methods({ write: () => void things.insert({ _id: "w" }) });
  const call = client.call("write");
  await server.rest();
  await server.say(
    { msg: "added", collection: "things", id: "a", fields: { x: 1 } },
    { msg: "ready", subs: [subscription.id] },
    { msg: "ping" },
    { msg: "updated", methods: ["1"] },
  );
  expect(events.splice(0)).toEqual(["+w", "+a x=1", "-w"]);
  expect(await server.rest()).toEqual([{ msg: "pong" }]);
  expect(await made.reconnect()).toMatchObject({ session: "session-1", receivedCount: 4 });
  await server.say(
    { msg: "connected", session: "session-1" },
    { msg: "changed", collection: "things", id: "a", fields: { x: 2 } },
    { msg: "result", id: "1", result: 9 },
    // (It counts, though nobody knows it.)
    { msg: "added", collection: "things", id: "b", fields: { x: { $type: "?", $value: 1 } } },
  );
  expect(await call).toBe(9);
  expect(events).toEqual(["~a x=2"]);
  expect(await server.rest()).toMatchObject([{ method: "write", id: "1" }]);
  expect(await made.reconnect()).toMatchObject({ receivedCount: 8 });
});

test("a call with noRetry fails though the session goes on, and its stub's changes are undone", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({ write: () => void things.insert({ _id: "w" }) });
  const events = trace(things);
  const call = client.apply("write", [], { noRetry: true });
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-1" });
  expect(await server.rest()).toEqual([]);
  expect(await rejection(call.done)).toMatchObject({ error: "invocation-failed" });
  expect(events).toEqual(["+w", "-w"]);
});

test("documents that a stub has changed keep what is shown through a reconnect", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  await server.say({ msg: "added", collection: "things", id: "a", fields: { x: 1 } });
  client.methods({
    touch: (_: Simulation, x: number) => void things.update("a", { $set: { x } }),
  });
  const events = trace(things);
  void client.apply("alone", [], { wait: true }).done.catch(() => {});
  void client.call("touch", 2).done.catch(() => {});
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ method: "alone" }]);
  await server.say({ msg: "added", collection: "things", id: "a", fields: { x: 7 } });
  await server.say({ msg: "result", id: "1" }, { msg: "updated", methods: ["1"] });
  expect(things.findOne("a")).toEqual({ _id: "a", x: 2 });
  expect(await server.rest()).toMatchObject([{ method: "touch" }]);
  await server.say({ msg: "result", id: "2" }, { msg: "updated", methods: ["2"] });
  expect(events).toEqual(["+a x=1", "~a x=2", "~a x=7"]);
});

test("a subscription that is stopped while it is revived isn't waited for", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const subscription = client.subscribe("s");
  await server.say(
    { msg: "added", collection: "things", id: "a", fields: {} },
    { msg: "ready", subs: [subscription.id] },
  );
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(things.find().count()).toBe(1);
  subscription.stop();
  expect(things.find().count()).toBe(0);
});

test("a subscription that is refused while it is revived isn't waited for", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const subscription = client.subscribe("s");
  await server.say(
    { msg: "added", collection: "things", id: "a", fields: {} },
    { msg: "ready", subs: [subscription.id] },
  );
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  await server.say({ msg: "nosub", id: subscription.id, error: { error: 403 } });
  expect(things.find().count()).toBe(0);
  expect(await rejection(subscription.ended)).toMatchObject({ error: 403 });
});

test("a client that leaves says so, and comes back with a new session", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.disconnect();
  expect(await server.rest()).toEqual([{ msg: "disconnect" }]);
  expect(client.status).toMatchObject({ state: "offline" });
  const call = client.call("later");
  client.reconnect();
  // (The session is over, but by it the server knows which methods have been called.)
  expect(await server.rest()).toEqual([
    { msg: "connect", ...SUPPORT, session: "session-1", receivedCount: 1 },
  ]);
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ method: "later" }]);
  await server.say({ msg: "result", id: "1", result: 1 }, { msg: "updated", methods: ["1"] });
  expect(await call).toBe(1);
});

test("a wait method that is sent again after logging in doesn't keep the login from being done", async () => {
  await using made = await connected();
  const { server, client } = made;
  const login = client.login({ resume: "t" });
  await server.say(
    { msg: "result", id: "1", result: { id: "ada", token: "t" } },
    { msg: "updated", methods: ["1"] },
  );
  await login;
  const alone = client.apply("alone", [], { wait: true });
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await server.rest()).toMatchObject([{ method: "login", id: "3" }]);
  await server.say(
    { msg: "result", id: "3", result: { id: "ada", token: "t" } },
    { msg: "updated", methods: ["3"] },
  );
  expect(await server.rest()).toMatchObject([{ method: "alone", id: "2" }]);
  await server.say({ msg: "result", id: "2", result: 2 }, { msg: "updated", methods: ["2"] });
  expect(await alone).toBe(2);
});

test("a cut among the documents of a new session shows none of them", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const subscription = client.subscribe("s");
  await server.say(
    { msg: "added", collection: "things", id: "a", fields: {} },
    { msg: "added", collection: "things", id: "b", fields: {} },
    { msg: "ready", subs: [subscription.id] },
  );
  const events = trace(things);
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  await server.say({ msg: "added", collection: "things", id: "a", fields: {} });
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-3" });
  await server.say(
    { msg: "added", collection: "things", id: "b", fields: {} },
    { msg: "ready", subs: [subscription.id] },
  );
  expect(events).toEqual(["+a", "+b", "-a"]);
});

test("a login that is made isn't made again when the session goes on", async () => {
  await using made = await connected();
  const { server, client } = made;
  const login = client.login({ resume: "t" });
  await server.say(
    { msg: "result", id: "1", result: { id: "ada", token: "t" } },
    { msg: "updated", methods: ["1"] },
  );
  await login;
  const call = client.call("one");
  await server.rest();
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-1" });
  expect(await server.rest()).toMatchObject([{ method: "one", id: "2" }]);
  await server.say({ msg: "result", id: "2" }, { msg: "updated", methods: ["2"] });
  await call;
  expect(client.userId).toBe("ada");
});
