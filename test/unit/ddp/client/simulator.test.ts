/** The named cases of Meteor's client about stubs that take their time. */

import { expect, test } from "vitest";
import type { Simulation } from "../../../../src/ddp/client/index.ts";
import { connected, trace } from "../../../support/ddp-client-fixture.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import type { Json } from "../../../support/ddp-peer.ts";
import { isPending, rejection, turns } from "../../../support/turns.ts";

const DONE = (id: string): readonly [Json, Json] => [
  { msg: "result", id, result: id },
  { msg: "updated", methods: [id] },
];

test("applyAsync - server only", async () => {
  await using made = await connected();
  const { server, client } = made;
  const call = client.call("serverOnly");
  expect(await call.simulated).toBeUndefined();
  expect(await server.take()).toMatchObject({ method: "serverOnly" });
  await server.say({ msg: "result", id: "1", result: "sync" }, { msg: "updated", methods: ["1"] });
  expect(await call.result).toBe("sync");
});

test("applyAsync - sync stub", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.methods({ sync: () => "simulated" });
  const call = client.call("sync");
  expect(await call.simulated).toBe("simulated");
  await server.say({ msg: "result", id: "1", result: "real" }, { msg: "updated", methods: ["1"] });
  expect(await call).toBe("real");
});

test("applyAsync - callAsync", async () => {
  await using made = await connected();
  const { server, client } = made;
  const gate = new Deferred<string>();
  client.methods({ slow: () => gate.promise });
  const call = client.call("slow");
  // It isn't sent before the stub has returned.
  expect(await server.rest()).toEqual([]);
  gate.resolve("simulated");
  expect(await call.simulated).toBe("simulated");
  expect(await server.take()).toMatchObject({ method: "slow" });
  await server.say({ msg: "result", id: "1", result: "real" }, { msg: "updated", methods: ["1"] });
  expect(await call).toBe("real");
});

test("applyAsync - callAsync twice", async () => {
  await using made = await connected();
  const { server, client } = made;
  const gate = new Deferred<void>();
  const order: string[] = [];
  client.methods({
    slow: async (_: Simulation, name: string) => {
      order.push(`${name} begins`);
      await gate.promise;
      order.push(`${name} ends`);
    },
  });
  void client.call("slow", "a");
  void client.call("slow", "b");
  await turns();
  expect(order).toEqual(["a begins"]);
  gate.resolve();
  expect(await server.rest()).toMatchObject([{ params: ["a"] }, { params: ["b"] }]);
  expect(order).toEqual(["a begins", "a ends", "b begins", "b ends"]);
});

test("applyAsync - callAsync from async stub", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({
    outer: async (simulation: Simulation) => {
      await turns();
      return simulation.call("inner", 1);
    },
    inner: async (simulation: Simulation, x: number) => {
      await turns();
      await simulation.collection("things").insert({ _id: "a", x });
      return x + 1;
    },
  });
  const call = client.call("outer");
  expect(await call.simulated).toBe(2);
  expect(things.findOne("a")).toEqual({ _id: "a", x: 1 });
  expect(await server.rest()).toMatchObject([{ method: "outer" }]);
  await server.say(...DONE("1"));
  expect(await call).toBe("1");
  expect(things.find().count()).toBe(0);
});

test("applyAsync - callAsync in then", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.methods({ slow: async () => turns() });
  const both = client.call("slow").then(() => client.call("slow"));
  expect(await server.take()).toMatchObject({ id: "1" });
  await server.say(...DONE("1"));
  expect(await server.take()).toMatchObject({ id: "2" });
  await server.say(...DONE("2"));
  expect(await both).toBe("2");
});

test("applyAsync - call from async stub", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.methods({
    outer: async () => {
      // Before anything is awaited, the client's own calls belong to the stub.
      const inner = client.call("inner");
      await turns();
      return inner;
    },
    inner: () => "inner",
  });
  const call = client.call("outer");
  expect(await call.simulated).toBe("inner");
  expect(await server.rest()).toMatchObject([{ method: "outer" }]);
});

test("apply - call from sync stub", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.methods({
    outer: async () => client.call("inner"),
    inner: () => "inner",
  });
  expect(await client.call("outer").simulated).toBe("inner");
  expect(await server.rest()).toMatchObject([{ method: "outer" }]);
});

test("apply - proper order with applyAsync", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.methods({ slow: async () => turns(2), quick: () => {} });
  for (const name of ["quick", "slow", "quick", "none", "slow"]) void client.call(name);
  const sent = await server.rest();
  await turns(3);
  sent.push(...(await server.rest()));
  expect(sent.map(({ method }) => method)).toEqual(["quick", "slow", "quick", "none", "slow"]);
});

test("apply - wait", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.methods({ slow: async () => turns() });
  void client.apply("slow", [], { wait: true });
  void client.call("after");
  expect(await server.rest()).toMatchObject([{ method: "slow" }]);
  await server.say(...DONE("1"));
  expect(await server.rest()).toMatchObject([{ method: "after" }]);
});

test("apply - preserve order with subscriptions", async () => {
  await using made = await connected();
  const { server, client } = made;
  client.methods({ slow: async () => turns(2) });
  void client.call("slow");
  const stopped = client.subscribe("stopped");
  client.subscribe("a");
  void client.call("after");
  stopped.stop();
  expect(await server.rest()).toMatchObject([
    { msg: "method", method: "slow" },
    { msg: "sub", name: "a" },
    { msg: "method", method: "after" },
  ]);
});

test("method interaction with unblocking mechanism", async () => {
  await using made = await connected();
  const { server, client } = made;
  const gate = new Deferred<void>();
  client.methods({ slow: () => gate.promise });
  const slow = client.call("slow");
  const after = client.call("after");
  expect(await server.rest()).toEqual([]);
  gate.reject(new Error("the stub fails"));
  expect(await server.rest()).toMatchObject([{ method: "slow" }, { method: "after" }]);
  expect(made.errors).toHaveLength(1);
  await server.say(...DONE("1"), ...DONE("2"));
  expect([await slow, await after]).toEqual(["1", "2"]);
});

test("data that comes while a stub takes its time is shown, and taken for the server's", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  await server.say({ msg: "added", collection: "things", id: "a", fields: { x: 1 } });
  const gate = new Deferred<void>();
  client.methods({
    slow: async (simulation: Simulation) => {
      await simulation.collection("things").update("a", { $set: { x: 2 } });
      await gate.promise;
      await simulation.collection("things").update("a", { $inc: { x: 1 } });
    },
  });
  const events = trace(things);
  const call = client.call("slow");
  await server.say(
    { msg: "changed", collection: "things", id: "a", fields: { x: 7 } },
    { msg: "added", collection: "things", id: "b", fields: {} },
  );
  gate.resolve();
  await turns();
  await server.say(...DONE("1"));
  await call;
  expect(events).toEqual(["+a x=1", "~a x=2", "+b", "~a x=3", "~a x=7"]);
});

test("a stub that has returned can't write any more", async () => {
  await using made = await connected();
  const { client, things } = made;
  let kept: Simulation | undefined;
  client.methods({
    keep: (simulation: Simulation) => {
      kept = simulation;
    },
  });
  void client.call("keep");
  expect(() => kept?.collection("things").insert({ _id: "late" })).toThrow("has returned");
  expect(things.find().count()).toBe(0);
});

test("closing ends calls whose stubs take their time, and undoes what they have written", async () => {
  await using made = await connected();
  const { client, things } = made;
  const gate = new Deferred<void>();
  client.methods({
    slow: async (simulation: Simulation) => {
      await simulation.collection("things").insert({ _id: "a" });
      await gate.promise;
    },
  });
  const running = client.call("slow");
  const waiting = client.call("slow");
  expect(await isPending(running.done)).toBe(true);
  await client.close();
  for (const call of [running, waiting]) {
    expect(await rejection(call.done)).toMatchObject({ code: "ERR_CLOSED" });
  }
  gate.resolve();
  await turns();
  expect(things.find().count()).toBe(0);
});

test("a nested stub that goes on when the outer one has returned can't write any more", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const gate = new Deferred<void>();
  const thrown = new Deferred<unknown>();
  client.methods({
    outer: (simulation: Simulation) => void simulation.call("inner"),
    inner: async (simulation: Simulation) => {
      await gate.promise;
      try {
        void simulation.collection("things").insert({ _id: "late" });
      } catch (error) {
        thrown.resolve(error);
      }
    },
  });
  const call = client.call("outer");
  await server.say(...DONE("1"));
  await call;
  gate.resolve();
  await turns();
  // (Nothing would undo it.)
  expect(things.find().count()).toBe(0);
  expect(await thrown.promise).toMatchObject({ code: "ERR_STATE" });
});
