/** Methods, called by clients. Names in quotes are those of Meteor's tests. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { StateError } from "../../../../../src/errors.ts";
import { createDdp, DdpError } from "../../../../../src/ddp/server/index.ts";
import type { Ddp, Method } from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";
import { turns, until } from "../../../../support/turns.ts";

const logger = { error: vi.fn(), warn: vi.fn() };

/** Calls a method, and returns its `result` message. */
async function call(peer: DdpPeer, method: string, ...params: unknown[]): Promise<Json> {
  peer.send({ msg: "method", id: method, method, params });
  const answers = await peer.takeAll(2);
  expect(answers).toContainEqual({ msg: "updated", methods: [method] });
  return answers.find(({ msg }) => msg === "result") as Json;
}

function wireError(error: string | number, reason?: string, details?: unknown): Json {
  const message = reason === undefined ? `[${error}]` : `${reason} [${error}]`;
  return { isClientSafe: true, error, reason, details, message, errorType: "Meteor.Error" };
}

function offering(methods: Record<string, Method>): Ddp {
  const ddp = createDdp({ logger });
  ddp.methods(methods);
  return ddp;
}

test('"Meteor.Error": all of it arrives', async () => {
  await using ddp = offering({
    refuse: () => {
      throw new DdpError(999, "because", { at: new Date(0) });
    },
  });
  const peer = await DdpPeer.connect(ddp);
  // (Details are JSON, and not EJSON.)
  const error = wireError(999, "because", { at: "1970-01-01T00:00:00.000Z" });
  expect(await call(peer, "refuse")).toEqual({ msg: "result", id: "refuse", error });
});

describe("what a method throws", () => {
  class Odd extends Error {
    readonly isClientSafe = true;
    readonly error = "odd";
    readonly reason = "it is";
  }
  const internal = wireError(500, "Internal server error");

  test.each<[string, Method, Json]>([
    [
      "a DdpError, at once",
      () => {
        throw new DdpError("a");
      },
      wireError("a"),
    ],
    [
      "a DdpError, later",
      async () => {
        await turns();
        throw new DdpError("a", "b");
      },
      wireError("a", "b"),
    ],
    [
      "an error that says it is safe",
      () => {
        throw new Odd();
      },
      wireError("odd", "it is"),
    ],
    [
      "an error with a safe one in it",
      () => {
        throw Object.assign(new Error("secret"), { sanitizedError: new DdpError("a") });
      },
      wireError("a"),
    ],
    [
      "any other error",
      () => {
        throw new Error("secret");
      },
      internal,
    ],
    [
      "a string",
      async () => {
        throw "secret" as unknown as Error;
      },
      internal,
    ],
    ["nothing", () => Promise.reject(undefined), internal],
  ])("%s", async (_, method, error) => {
    logger.error.mockClear();
    await using ddp = offering({ fail: method });
    const peer = await DdpPeer.connect(ddp);
    expect((await call(peer, "fail"))["error"]).toEqual(error);
    expect(logger.error).toHaveBeenCalledTimes(error === internal ? 1 : 0);
  });
});

test('"methods with colliding names": the second is refused, and nothing of its call is there', () => {
  const ddp = offering({ a: () => 1 });
  expect(() => ddp.methods({ b: () => 2, a: () => 3 })).toThrow(TypeError);
  expect(() => ddp.methods({ b: () => 2 })).not.toThrow();
});

test('"non-function method"', () => {
  const ddp = createDdp();
  expect(() => ddp.methods({ a: "no" as unknown as Method })).toThrow(
    "the method a is no function",
  );
});

test('"basic method invocation": results of every kind', async () => {
  await using ddp = offering({
    nothing: () => {},
    echo: (_invocation, ...params) => params,
    later: async (_invocation, value) => {
      await new Promise((resolve) => setImmediate(resolve));
      return value;
    },
    timer: (_invocation, value) =>
      new Promise((resolve) => void setTimeout(() => resolve(value), 0)),
  });
  const peer = await DdpPeer.connect(ddp);
  expect(await call(peer, "nothing")).toEqual({ msg: "result", id: "nothing" });
  expect(await call(peer, "echo")).toMatchObject({ result: [] });
  const values = [12, "x", null, [13], { x: { $date: 5 } }, { $escape: { $date: 6 } }];
  expect(await call(peer, "echo", ...values)).toMatchObject({ result: values });
  expect(await call(peer, "later", null)).toMatchObject({ result: null });
  expect(await call(peer, "timer", 7)).toMatchObject({ result: 7 });
});

test("names that every object has are unknown like any other", async () => {
  await using ddp = offering({});
  const peer = await DdpPeer.connect(ddp);
  for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
    const error = wireError(404, `Method '${name}' not found`);
    expect((await call(peer, name))["error"]).toEqual(error);
  }
});

test("a method may have such a name", async () => {
  const methods = Object.fromEntries([["__proto__", () => "mine"]]) as Record<string, Method>;
  await using ddp = offering(methods);
  const peer = await DdpPeer.connect(ddp);
  expect(await call(peer, "__proto__")).toMatchObject({ result: "mine" });
});

test('"no setUserId after unblock"', async () => {
  const thrown: unknown[] = [];
  await using ddp = offering({
    late: async (invocation) => {
      invocation.unblock();
      await invocation.setUserId("ada").catch((error) => void thrown.push(error));
      return invocation.userId;
    },
  });
  const peer = await DdpPeer.connect(ddp);
  expect(await call(peer, "late")).toMatchObject({ result: null });
  expect(thrown).toEqual([expect.any(StateError)]);
});

test("a method that has unblocked keeps its user when somebody else logs in", async () => {
  const seen: (string | null)[] = [];
  let finish: () => void = () => {};
  await using ddp = offering({
    login: (invocation, id) => invocation.setUserId(id as string),
    slow: async (invocation) => {
      invocation.unblock();
      seen.push(invocation.userId);
      await new Promise<void>((resolve) => (finish = resolve));
      seen.push(invocation.userId, await ddp.call<string | null>("who"));
    },
    who: ({ userId }) => userId,
  });
  const peer = await DdpPeer.connect(ddp);
  await call(peer, "login", "ada");
  peer.send({ msg: "method", id: "slow", method: "slow" });
  await call(peer, "login", "joe");
  finish();
  await peer.takeAll(2);
  expect(seen).toEqual(["ada", "ada", "ada"]);
  expect(await call(peer, "who")).toMatchObject({ result: "joe" });
});

test('"compound methods": a user stays logged in for the methods after it', async () => {
  await using ddp = offering({
    login: async (invocation, id) => {
      await invocation.setUserId(id as string | null);
      return invocation.userId;
    },
    who: ({ userId }) => userId,
  });
  const peer = await DdpPeer.connect(ddp);
  expect(await call(peer, "login", "ada")).toMatchObject({ result: "ada" });
  expect(await call(peer, "who")).toMatchObject({ result: "ada" });
  expect(await call(peer, "login", null)).toMatchObject({ result: null });
  expect(await call(peer, "who")).toMatchObject({ result: null });
  const other = await DdpPeer.connect(ddp);
  expect(await call(other, "who")).toMatchObject({ result: null });
});

test("a client's seed makes the random numbers of its simulation", async () => {
  await using ddp = offering({
    draw: (invocation) => [invocation.random().id(), invocation.random("/collection/todos").id()],
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "draw", randomSeed: "3ba0d8b2a1c9e4f5d6a7" });
  const [, result] = await peer.takeAll(2);
  expect(result).toMatchObject({ result: ["jogJcogHpJsZpSikL", "hXrwKFLbKm8jdqR9A"] });
});

test('"connection in method invocation": its own client', async () => {
  const ids: (string | undefined)[] = [];
  await using ddp = offering({ where: ({ connection }) => void ids.push(connection?.id) });
  const one = await DdpPeer.connect(ddp);
  const other = await DdpPeer.connect(ddp);
  for (const peer of [one, other, one]) await call(peer, "where");
  expect(ids[0]).toEqual(expect.any(String));
  expect(ids[2]).toBe(ids[0]);
  expect(ids[1]).not.toBe(ids[0]);
});

test("a method that never ends is forgotten with its session", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const connections: WeakRef<object>[] = [];
  // (Else it is remembered for a while that the method runs.)
  await using ddp = createDdp({ logger, resume: false });
  ddp.methods({
    hang: ({ connection }) => {
      if (connection) connections.push(new WeakRef(connection));
      return new Promise(() => {});
    },
  });
  const callAndLeave = async (): Promise<void> => {
    const peer = await DdpPeer.connect(ddp);
    peer.send({ msg: "method", id: "1", method: "hang" }, { msg: "disconnect" });
    await peer.handled;
  };
  await callAndLeave();
  await until(() => {
    collectGarbage();
    return connections[0]?.deref() === undefined;
  }, "the connection's end");
  expect(connections).toHaveLength(1);
});
