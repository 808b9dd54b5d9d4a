/** Methods, called by the server. Names in quotes are those of Meteor's tests. */

import { expect, test } from "vitest";
import { StateError } from "../../../../../src/errors.ts";
import { createDdp, DdpError } from "../../../../../src/ddp/server/index.ts";
import type { DdpConnection } from "../../../../../src/ddp/server/index.ts";
import { seededRandom } from "../../../../../src/ddp/protocol/random/random.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { rejection } from "../../../../support/turns.ts";

test("the server calls for nobody", async () => {
  await using ddp = createDdp();
  ddp.methods({
    who: ({ name, userId, connection, isSimulation }, ...params) => [
      name,
      userId,
      connection,
      isSimulation,
      params,
    ],
  });
  expect(await ddp.call("who", 1, "a")).toEqual(["who", null, null, false, [1, "a"]]);
});

test('"setUserId error when called from server"', async () => {
  await using ddp = createDdp();
  ddp.methods({ login: (invocation) => invocation.setUserId("ada") });
  expect(await rejection(ddp.call("login"))).toBeInstanceOf(StateError);
});

test("errors come as they are", async () => {
  const error = new Error("secret");
  await using ddp = createDdp();
  ddp.methods({
    fail: () => {
      throw error;
    },
  });
  expect(await rejection(ddp.call("fail"))).toBe(error);
  expect(await rejection(ddp.call("toString"))).toEqual(
    new DdpError(404, "Method 'toString' not found"),
  );
});

test('"result by value": neither side sees what the other does later', async () => {
  const kept: { list: unknown[] } = { list: [1] };
  const given = { list: [new Date(1)] };
  let received: unknown;
  await using ddp = createDdp();
  ddp.methods({
    keep: (_invocation, value) => {
      received = value;
      return kept;
    },
  });
  const result = await ddp.call<typeof kept>("keep", given);
  result.list.push(2);
  given.list.push(new Date(2));
  expect(kept).toEqual({ list: [1] });
  expect(received).toEqual({ list: [new Date(1)] });
});

test('"methods with nested stubs": a method calls others for the same client', async () => {
  const connections: (DdpConnection | null)[] = [];
  await using ddp = createDdp();
  ddp.methods({
    outer: async (invocation) => {
      connections.push(invocation.connection);
      return [invocation.userId, await ddp.call("inner"), invocation.userId];
    },
    inner: async (invocation) => {
      // "connection in nested method invocation"
      connections.push(invocation.connection);
      await invocation.setUserId("ada");
      return invocation.userId;
    },
    who: ({ userId }) => userId,
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "outer" }, { msg: "method", id: "2", method: "who" });
  const results = (await peer.takeAll(4)).filter(({ msg }) => msg === "result");
  expect(results.map(({ result }) => result)).toEqual([[null, "ada", "ada"], "ada"]);
  expect(connections[0]).not.toBeNull();
  expect(connections[1]).toBe(connections[0]);
});

test("a nested method's error is the outer one's, unless that catches it", async () => {
  await using ddp = createDdp();
  ddp.methods({
    caught: () => ddp.call("refuse").catch((error: DdpError) => error.error),
    passed: () => ddp.call("refuse"),
    refuse: () => {
      throw new DdpError("no", "never");
    },
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send(
    { msg: "method", id: "1", method: "caught" },
    { msg: "method", id: "2", method: "passed" },
  );
  const results = (await peer.takeAll(4)).filter(({ msg }) => msg === "result");
  expect(results).toMatchObject([
    { id: "1", result: "no" },
    { id: "2", error: { error: "no", reason: "never" } },
  ]);
});

test("no method logs in whose caller has unblocked", async () => {
  await using ddp = createDdp();
  ddp.methods({
    outer: async (invocation) => {
      invocation.unblock();
      return ddp.call("inner").catch((error: Error) => error instanceof StateError);
    },
    inner: (invocation) => invocation.setUserId("ada"),
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "outer" });
  expect(await peer.takeAll(2)).toContainEqual({ msg: "result", id: "1", result: true });
});

test("a nested method's unblock lets nothing begin", async () => {
  const order: string[] = [];
  await using ddp = createDdp();
  ddp.methods({
    outer: async () => {
      await ddp.call("inner");
      await new Promise((resolve) => setImmediate(resolve));
      order.push("outer");
    },
    inner: (invocation) => invocation.unblock(),
    next: () => void order.push("next"),
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send(
    { msg: "method", id: "1", method: "outer" },
    { msg: "method", id: "2", method: "next" },
  );
  await peer.takeAll(4);
  expect(order).toEqual(["outer", "next"]);
});

test("nested methods draw what the client's simulation of them draws", async () => {
  await using ddp = createDdp();
  ddp.methods({
    outer: async () => [await ddp.call("seed"), await ddp.call("seed")],
    seed: (invocation) => invocation.random("x").id(),
  });
  const peer = await DdpPeer.connect(ddp);
  const randomSeed = "3ba0d8b2a1c9e4f5d6a7";
  peer.send({ msg: "method", id: "1", method: "outer", randomSeed });
  const [, { result } = {}] = await peer.takeAll(2);
  // (The seed that Meteor's server gives to that call.)
  const [first, second] = result as string[];
  expect(first).toBe(seededRandom("4b17a77b71df76e6f2ef", "x").id());
  expect(second).not.toBe(first);
});

test('"connection in method called from publish function"', async () => {
  const seen: (DdpConnection | null | string)[] = [];
  await using ddp = createDdp();
  ddp.methods({
    where: async (invocation) => {
      seen.push(invocation.connection, invocation.userId);
      // (Nobody logs in while documents are published.)
      return rejection(invocation.setUserId("ada"));
    },
  });
  ddp.publish("some", async (subscription) => {
    seen.push(subscription.connection);
    expect(await ddp.call("where")).toBeDefined();
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "some" });
  expect(await peer.take()).toEqual({ msg: "ready", subs: ["s"] });
  expect(seen[0]).not.toBeNull();
  expect(seen[1]).toBe(seen[0]);
  expect(seen[2]).toBeNull();
});
