/**
 * Tests of sessions: what a client may do to its connection, and what is left when it has gone.
 *
 * @module
 */

import { afterEach, beforeEach, expect, test } from "vitest";
import type { Identity } from "../../../../src/channels/server/hooks.ts";
import { DisconnectError } from "../../../../src/channels/server/errors.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { byToken, World } from "../../../support/channels.ts";
import { turns, unhandledRejections, until } from "../../../support/turns.ts";

const OPEN = { anonymous: true, namespaces: { "": { access: { subscribe: "anyone" } } } } as const;

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => world.end());

test("connecting is answered with what the client needs", async () => {
  const client = world.client(world.server(OPEN));
  const { connect } = await client.connect();
  expect(connect).toMatchObject({ version: "1.0.0", ping: 25, pong: true });
  expect(connect?.client).not.toBe(connect?.session);
});

const MALFORMED: Record<string, string | Uint8Array> = {
  "not JSON": "hello",
  "cut JSON": '{"id":1,"connect":{}',
  "a binary frame": new Uint8Array([1, 2, 3]),
  "an array": "[]",
  "a number": "1",
  null: "null",
  "a string as id": '{"id":"1","connect":{}}',
  "a negative id": '{"id":-1,"connect":{}}',
  "an id that is no integer": '{"id":1.5,"connect":{}}',
  "an id of zero": '{"id":0,"connect":{}}',
  "no id": '{"connect":{}}',
  "a method that is a string": '{"id":1,"connect":"x"}',
  "a method that is an array": '{"id":1,"connect":[]}',
  "a token that is a number": '{"id":1,"connect":{"token":1}}',
  "subs that is an array": '{"id":1,"connect":{"subs":[1]}}',
  "headers that are numbers": '{"id":1,"connect":{"headers":{"a":1}}}',
  "an unasked pong": "{}",
  "an id alone": '{"id":1}',
  "a command before connect": '{"id":1,"subscribe":{"channel":"a"}}',
  "a ping before connect": '{"id":1,"ping":{}}',
  "a message before connect": '{"send":{"data":1}}',
  "data that is too deep": `{"id":1,"connect":{"data":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`,
};

for (const [what, frame] of Object.entries(MALFORMED)) {
  test(`closed with 3501: ${what}`, async () => {
    const client = world.client(world.server(OPEN));
    client.raw(frame);
    expect(await client.closeCode()).toBe(3501);
    await client.served;
  });
}

const MALFORMED_LATER: Record<string, string> = {
  "connecting again": '{"id":2,"connect":{}}',
  "no id": '{"subscribe":{"channel":"a"}}',
  "a channel that is a number": '{"id":2,"subscribe":{"channel":1}}',
  "an offset below zero": '{"id":2,"subscribe":{"channel":"a","recover":true,"offset":-1}}',
  "an unknown method": '{"id":2,"dance":{}}',
  "an unasked pong": "{}",
};

for (const [what, frame] of Object.entries(MALFORMED_LATER)) {
  test(`closed with 3501 once connected: ${what}`, async () => {
    const client = await world.connected(world.server(OPEN));
    client.raw(frame);
    expect(await client.closeCode()).toBe(3501);
  });
}

test("unknown fields are of later versions", async () => {
  const client = world.client(world.server(OPEN));
  client.raw('{"id":1,"connect":{"__proto__":{"token":"x"},"later":[1]},"more":null}\n\n');
  await until(() => client.replies.length === 1, "the answer");
  expect(client.replies[0]?.connect).toBeDefined();
});

test("what comes in a frame behind a failed connect is discarded", async () => {
  const client = world.client(world.server());
  client.raw('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"a"}}\n{"id":3,"ping":{}}');
  await until(() => client.replies.length > 0, "the answer");
  await turns(3);
  expect(client.replies.map(({ id, error }) => [id, error?.code])).toEqual([[1, 101]]);
  expect(client.connection.state).toBe("open");
});

test("a connect that failed leaves nothing, and may be tried again", async () => {
  const server = world.server({
    maxClientsPerUser: 1,
    namespaces: { "": {} },
    hooks: {
      connect: ({ token }): Identity => ({
        user: token,
        expireAt: Date.now() / 1000 + 100,
        subscriptions: new Map([
          ["known", {}],
          [token === "bad" ? "unknown:x" : "other", {}],
        ]),
      }),
    },
  });
  const client = world.client(server);
  expect((await client.connect({ token: "bad" })).error?.code).toBe(102);
  expect(await server.connections()).toEqual([]);
  expect(await server.channels()).toEqual(new Map());
  expect((await client.connect({ token: "ann" })).connect?.subs?.size).toBe(2);
  expect((await server.connections()).map(({ user }) => user)).toEqual(["ann"]);
  client.connection.terminate();
  await client.served;
  expect((await server.info())[0]).toMatchObject({ num_clients: 0, num_users: 0, num_subs: 0 });
});

test("a client that does not connect in time is closed", async () => {
  const client = world.client(world.server(OPEN));
  await world.clock.advanceAsync(9_999);
  expect(client.connection.state).toBe("open");
  await world.clock.advanceAsync(1);
  expect(await client.closeCode()).toBe(3502);
});

test("a connect hook that never answers keeps nothing: neither the session nor close() hangs", async () => {
  const server = world.server({ hooks: { connect: () => new Promise(() => {}) } });
  const client = world.client(server);
  void client.connect().catch(() => {});
  await turns(2);
  await world.clock.advanceAsync(10_000);
  expect(await client.closeCode()).toBe(3502);
  await client.served;
  const another = world.client(server);
  void another.connect().catch(() => {});
  await turns(2);
  await server.close();
  expect(await another.closeCode()).toBe(3001);
});

test("a slow connect hook holds back what was pipelined, and then it is done in order", async () => {
  const identity = new Deferred<Identity>();
  const server = world.server({ ...OPEN, hooks: { connect: () => identity.promise } });
  const client = world.client(server);
  const answers = client.askAll([
    { connect: {} },
    { subscribe: { channel: "a" } },
    { subscribe: { channel: "b" } },
  ]);
  const later = client.ask({ ping: {} });
  await turns(3);
  expect(client.replies).toEqual([]);
  identity.resolve({ user: "ann" });
  expect((await answers).map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
  await later;
  expect(client.replies[0]?.id).toBe(1);
  expect(client.replies).toHaveLength(4);
});

test("who has gone while the hook was asked is not connected", async () => {
  const identity = new Deferred<Identity>();
  const events: unknown[] = [];
  const server = world.server({
    hooks: { connect: () => identity.promise },
    onEvent: (event) => events.push(event),
  });
  const client = world.client(server);
  void client.connect().catch(() => {});
  await turns(2);
  client.connection.terminate();
  await client.served;
  identity.resolve({ user: "ann", expireAt: Date.now() / 1000 + 60 });
  await turns(2);
  expect(await server.connections()).toEqual([]);
  // The hook, which has let it in, is told that it has gone.
  expect(events).toMatchObject([{ type: "disconnect", user: "ann" }]);
});

test("a hook may disconnect with a code of its own; one that is none is an internal error", async () => {
  const server = world.server({
    hooks: {
      connect: ({ token }) => {
        throw new DisconnectError(Number(token), "no");
      },
    },
  });
  const client = world.client(server);
  void client.connect({ token: "4501" }).catch(() => {});
  expect(await client.closeCode()).toBe(4501);
  for (const token of ["1", "1000", "5000", "NaN"]) {
    const other = world.client(server);
    expect((await other.connect({ token })).error?.code).toBe(100);
  }
});

test("what a hook throws is logged, and answered without saying what it was", async () => {
  const server = world.server({
    hooks: {
      connect: () => {
        throw new Error("secret");
      },
    },
  });
  const client = world.client(server);
  expect((await client.connect()).error).toEqual({
    code: 100,
    message: "internal server error",
    temporary: true,
  });
  expect(world.errors.all).toHaveLength(1);
});

test("pings are sent, and who does not answer is closed", async () => {
  const server = world.server(OPEN);
  const client = await world.connected(server);
  const silent = await world.connected(server, {}, { pongs: false });
  await world.clock.advanceAsync(25_000);
  await turns(2);
  expect(client.pings).toBe(1);
  await world.clock.advanceAsync(8_000);
  expect(await silent.closeCode()).toBe(3012);
  await world.clock.advanceAsync(100_000);
  expect(client.pings).toBe(5);
  expect(client.connection.state).toBe("open");
});

test("a pong that waits behind slow work is no missing pong", async () => {
  const work = new Deferred<string>();
  const server = world.server({ ...OPEN, hooks: { rpc: () => work.promise } });
  const client = await world.connected(server);
  const answers = client.askAll(Array.from({ length: 40 }, () => ({ rpc: { method: "slow" } })));
  await world.clock.advanceAsync(25_000);
  await world.clock.advanceAsync(60_000);
  expect(client.connection.state).toBe("open");
  work.resolve("1");
  await answers;
  await world.clock.advanceAsync(60_000);
  expect(client.connection.state).toBe("open");
});

test("100000 commands in one frame are all answered, with bounded memory", async () => {
  const client = await world.connected(
    world.server(OPEN),
    {},
    { connection: { keepalive: false } },
  );
  let running = 0;
  client.onReply = () => void running++;
  const ids = Array.from({ length: 40_000 }, (_, at) => `{"id":${at + 10},"ping":{}}`);
  client.raw(ids.join("\n"));
  await until(() => running >= ids.length, "all answers");
  expect(client.replies.at(-1)?.id).toBe(ids.length + 9);
});

test("answers to a client that does not read hold back its commands", async () => {
  let asked = 0;
  const big = JSON.stringify("x".repeat(100_000));
  const server = world.server({
    ...OPEN,
    hooks: {
      rpc: () => {
        asked++;
        return big;
      },
    },
  });
  const client = await world.connected(server, {}, { connection: { keepalive: false } });
  const slow = world.client(server, { reads: false, connection: { keepalive: false } });
  slow.raw('{"id":1,"connect":{}}');
  const commands = Array.from({ length: 1_000 }, (_, at) => `{"id":${at + 2},"rpc":{}}`);
  slow.raw(commands.join("\n"));
  await turns(20);
  expect(asked).toBeLessThan(40);
  expect(slow.connection.state).toBe("open");
  // Once it reads, it gets them all.
  slow.read();
  await until(() => slow.replies.length === 1_001, "all answers");
  expect(client.connection.state).toBe("open");
});

test("equal ids are the client's affair", async () => {
  const client = await world.connected(world.server(OPEN));
  client.raw('{"id":7,"ping":{}}\n{"id":7,"ping":{}}');
  await until(() => client.replies.length === 3, "both answers");
});

test("closing at any point of connecting and subscribing leaves nothing", async () => {
  const rejections = await unhandledRejections(async () => {
    const server = world.server({
      namespaces: {
        "": {
          access: { subscribe: "users" },
          history: { size: 10, ttl: 1_000 },
          presence: true,
          joinLeave: true,
        },
      },
      personal: "",
      hooks: {
        ...byToken,
        async subscribe() {
          for (let at = 0; at < 3; at++) await Promise.resolve();
          return { expireAt: Date.now() / 1000 + 10 };
        },
      },
    });
    for (let steps = 0; steps < 60; steps++) {
      const client = world.client(server);
      client
        .askAll([
          { connect: { token: "ann" } },
          { subscribe: { channel: "a" } },
          { publish: { channel: "a", data: "1" } },
          { unsubscribe: { channel: "a" } },
          { subscribe: { channel: "a" } },
        ])
        .catch(() => {});
      for (let step = 0; step < steps; step++) await Promise.resolve();
      client.connection.terminate();
      await client.served;
    }
    await turns(3);
    expect(await server.channels()).toEqual(new Map());
    expect(await server.connections()).toEqual([]);
    expect(await server.presence("a")).toEqual(new Map());
    expect(await server.presence("#ann")).toEqual(new Map());
  });
  expect(rejections).toEqual([]);
});

test("a connection that expires goes on as the hook says, without the client having to do anything", async () => {
  const answers: ("expired" | { expireAt: number })[] = [{ expireAt: Date.now() / 1000 + 50 }];
  const server = world.server({
    hooks: {
      connect: () => ({ user: "ann", expireAt: Date.now() / 1000 + 10 }),
      refresh: () => answers.shift() ?? "expired",
    },
  });
  const client = world.client(server);
  expect((await client.connect()).connect?.expires).toBeUndefined();
  await world.clock.advanceAsync(11_000);
  expect(answers).toEqual([]);
  expect(client.connection.state).toBe("open");
  await world.clock.advanceAsync(76_000);
  expect(await client.closeCode()).toBe(3005);
});

test("a refresh hook that throws ends the connection, and who has gone meanwhile stays gone", async () => {
  const gone = new Deferred<{ expireAt: number }>();
  const server = world.server({
    hooks: {
      connect: ({ token }) => ({ user: token, expireAt: Date.now() / 1000 + 1 }),
      refresh({ user }) {
        if (user === "gone") return gone.promise;
        throw new Error("no");
      },
    },
  });
  const ann = await world.connected(server, { token: "ann" });
  const bob = await world.connected(server, { token: "gone" });
  await world.clock.advanceAsync(1_100);
  expect(await ann.closeCode()).toBe(3005);
  bob.connection.terminate();
  await bob.served;
  gone.resolve({ expireAt: Date.now() / 1000 + 60 });
  await turns(2);
  expect(world.errors.all).toHaveLength(1);
});
