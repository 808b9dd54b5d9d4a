import { describe, expect, test } from "vitest";
import { createChannels } from "../../../../../src/channels/server/create-channels.ts";
import type { Channels } from "../../../../../src/channels/server/channels.ts";
import type { ChannelsOptions } from "../../../../../src/channels/server/options.ts";
import type { Connection } from "../../../../../src/connection/connection.ts";
import type { Engine } from "../../../../../src/engine/engine.ts";
import { memoryEngine } from "../../../../../src/engine/memory/memory-engine.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";

const KEPT = { access: { subscribe: "anyone" }, history: { size: 9, ttl: 60_000 } } as const;

/** A client of a server, in JSON as it is on the wire. */
function start(options: ChannelsOptions): { channels: Channels; client: Connection } {
  const channels = createChannels({ anonymous: true, ...options });
  const [client, connection] = pair();
  void channels.handler(connection);
  return { channels, client };
}

async function ask(client: Connection, command: object): Promise<object> {
  await client.send(JSON.stringify(command));
  return JSON.parse((await client.recv()) as string) as object;
}

describe("a connect", () => {
  test("tells the client the data of the subscriptions that come with it", async () => {
    const { channels, client } = start({
      namespaces: { "": KEPT },
      hooks: {
        connect: () => ({ user: "", subscriptions: new Map([["a", { data: '{"b":1.0}' }]]) }),
      },
    });
    await client.send('{"id":1,"connect":{}}');
    expect(await client.recv()).toContain('"data":{"b":1.0}');
    await channels.close();
  });

  test("that fails halfway leaves nothing behind, so that another one may follow", async () => {
    const users = ["ann", "bob"];
    const { channels, client } = start({
      namespaces: { "": KEPT },
      maxClientsPerUser: 1,
      hooks: {
        connect: () => {
          const user = users.shift() ?? "";
          const wanted = user === "ann" ? ["a", "no:b"] : ["c"];
          return { user, subscriptions: new Map(wanted.map((channel) => [channel, {}])) };
        },
      },
    });
    expect(await ask(client, { id: 1, connect: {} })).toMatchObject({ error: { code: 102 } });
    expect(await channels.connections()).toEqual([]);
    expect((await channels.channels()).size).toBe(0);
    expect(await ask(client, { id: 2, connect: {} })).toMatchObject({ connect: { subs: {} } });
    expect(await channels.connections()).toMatchObject([{ user: "bob", channels: ["c"] }]);
    expect(await channels.info()).toMatchObject([{ num_clients: 1, num_users: 1 }]);
    await channels.close();
  });
});

test("a subscribe that the server ends before it is answered is answered all the same", async () => {
  const memory = memoryEngine();
  const reached = new Deferred<void>();
  const goOn = new Deferred<void>();
  const streams = memory.streams as NonNullable<Engine["streams"]>;
  const engine: Engine = {
    bus: memory.bus,
    streams: {
      append: (...parameters) => streams.append(...parameters),
      remove: (...parameters) => streams.remove(...parameters),
      async read(...parameters) {
        reached.resolve();
        await goOn.promise;
        return streams.read(...parameters);
      },
    },
    presence: memory.presence,
    close: () => memory.close(),
  };
  const { channels, client } = start({
    engine,
    namespaces: { "": KEPT },
    hooks: { connect: () => ({ user: "ann" }) },
  });
  await ask(client, { id: 1, connect: {} });
  await client.send('{"id":2,"subscribe":{"channel":"a"}}');
  await reached.promise;
  await channels.unsubscribe({ user: "ann" }, "a");
  goOn.resolve();
  expect(await client.recv()).toContain('"unsubscribe":{"code":2000');
  expect(await client.recv()).toMatch(/^\{"id":2,"error":\{"code":103/);
  await channels.close();
  await memory.close();
});

test("a subscription that is allowed when the client has gone is not made", async () => {
  const asked = new Deferred<void>();
  const allowed = new Deferred<object>();
  const seen: string[] = [];
  const channels = createChannels({
    anonymous: true,
    namespaces: { "": {} },
    hooks: {
      subscribe: () => {
        asked.resolve();
        return allowed.promise;
      },
    },
    onEvent: ({ type }) => void seen.push(type),
  });
  const [client, connection] = pair();
  const served = channels.handler(connection);
  await ask(client, { id: 1, connect: {} });
  await client.send('{"id":2,"subscribe":{"channel":"a"}}');
  await asked.promise;
  await client.close();
  await served;
  allowed.resolve({});
  await allowed.promise;
  // (Whatever is made of it is made in the turn that it comes in.)
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(["disconnect"]);
  expect((await channels.channels()).size).toBe(0);
  await channels.close();
});

test("a client that is subscribed by the server while it asks for it is in the channel once", async () => {
  const asked = new Deferred<void>();
  const allowed = new Deferred<object>();
  const { channels, client } = start({
    namespaces: { "": {} },
    hooks: {
      connect: () => ({ user: "ann" }),
      subscribe: () => {
        asked.resolve();
        return allowed.promise;
      },
    },
  });
  await ask(client, { id: 1, connect: {} });
  await client.send('{"id":2,"subscribe":{"channel":"a"}}');
  await asked.promise;
  await channels.subscribe({ user: "ann" }, "a");
  expect(await client.recv()).toContain('"subscribe":{}');
  allowed.resolve({});
  expect(await client.recv()).toMatch(/^\{"id":2,"error":\{"code":105/);
  expect((await channels.channels()).get("a")).toEqual({ clients: 1 });
  await channels.close();
});

test("a reason that is JSON, which clients take for something else, is told in parentheses", async () => {
  const { channels, client } = start({ hooks: { connect: () => ({ user: "ann" }) } });
  await ask(client, { id: 1, connect: {} });
  await channels.disconnect({ user: "ann" }, { code: 3011, reason: "42" });
  expect(await client.closed).toMatchObject({ code: 3011, reason: "(42)" });
  await channels.close();
});
