import { expect, test } from "vitest";
import { createChannels } from "../../../../../src/channels/server/create-channels.ts";
import type { Engine } from "../../../../../src/engine/engine.ts";
import { memoryEngine } from "../../../../../src/engine/memory/memory-engine.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { ask, start } from "../wire.ts";

const KEPT = { access: { subscribe: "anyone" }, history: { size: 9, ttl: 60_000 } } as const;

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
