/** The client of WAMP and the router: over real sockets, that break, over connections in memory, and within the process. */

import { connect } from "fullduplex";
import type { Connection } from "fullduplex";
import { serve } from "fullduplex/server";
import type { Server } from "fullduplex/server";
import { joinRealm, json, WampError, wampClient } from "fullduplex/wamp";
import type { WampClient, WampClientOptions } from "fullduplex/wamp";
import { cbor } from "fullduplex/wamp/cbor";
import { msgpack } from "fullduplex/wamp/msgpack";
import { anonymous, createRouter } from "fullduplex/wamp/router";
import type { Router } from "fullduplex/wamp/router";
import { afterEach, expect, test } from "vitest";
import { rejection, until } from "../support/turns.ts";

const SILENT = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Running {
  readonly router: Router;
  readonly server: Server;
  /** The server's ends of the connections. */
  readonly open: Set<Connection>;
}

function makeRouter(): Router {
  const router = createRouter({
    realms: {
      realm1: { authenticators: [anonymous()], authorizer: { authorize: () => ({ allow: true }) } },
    },
    serializers: [json, msgpack, cbor],
    logger: SILENT,
  });
  cleanups.push(() => router.close());
  return router;
}

async function start(port = 0): Promise<Running> {
  const open = new Set<Connection>();
  const router = makeRouter();
  const server = await serve(
    async (connection) => {
      open.add(connection);
      await router.handler(connection);
      open.delete(connection);
    },
    { port, subprotocols: router.subprotocols, logger: SILENT },
  );
  cleanups.push(() => server.close({ timeout: 0 }));
  return { router, server, open };
}

function clientOf({ server }: Running, options: Partial<WampClientOptions> = {}): WampClient {
  const address = `ws://127.0.0.1:${server.port}`;
  const client = wampClient(
    ({ subprotocols, signal }) => connect(address, { subprotocols, signal }),
    { realm: "realm1", initialDelay: 5, maxDelay: 50, ...options },
  );
  cleanups.push(() => client.close());
  return client;
}

test.each([json, msgpack, cbor])("calls and events travel as $name", async (serializer) => {
  const running = await start();
  const options = { serializers: [serializer] };
  const [one, other] = [clientOf(running, options), clientOf(running, options)];
  await one.register("com.add", ({ args: [a, b], kwargs }) => ({
    sum: Number(a) + Number(b),
    kwargs,
  }));
  expect(await other.call("com.add", [2, 3], { kwargs: { c: 4 } })).toEqual({
    sum: 5,
    kwargs: { c: 4 },
  });
  const events = await one.events("com.topic");
  await other.publish("com.topic", [1, "ü", null], { kwargs: { d: [5] }, acknowledge: true });
  for await (const { args, kwargs } of events) {
    expect([args, kwargs]).toEqual([[1, "ü", null], { d: [5] }]);
    break;
  }
  expect([...running.open].map(({ subprotocol }) => subprotocol)).toEqual([
    serializer.subprotocol,
    serializer.subprotocol,
  ]);
});

test("the first serializer that both have is used", async () => {
  const running = await start();
  const client = clientOf(running, { serializers: [cbor, json] });
  await client.connected();
  const [connection] = running.open;
  expect(["wamp.2.cbor", "wamp.2.json"]).toContain(connection?.subprotocol);
});

test("errors reach the caller", async () => {
  const running = await start();
  const client = clientOf(running);
  await client.register("com.fail", () => {
    throw new WampError("com.error.full", ["full", 7]);
  });
  expect(await rejection(client.call("com.fail"))).toMatchObject({
    uri: "com.error.full",
    args: ["full", 7],
  });
  expect(await rejection(client.call("com.none"))).toMatchObject({
    uri: "wamp.error.no_such_procedure",
  });
});

test("subscriptions and registrations go on when the connection breaks", async () => {
  const running = await start();
  const [one, other] = [clientOf(running), clientOf(running)];
  const events: unknown[] = [];
  await one.subscribe("com.topic", ({ args }) => void events.push(args[0]));
  await one.register("com.echo", ({ args }) => args[0]);
  for (let round = 0; round < 3; round++) {
    for (const connection of running.open) connection.terminate();
    await until(() => one.status.state !== "connected", "the connection to be lost");
    await Promise.all([one.connected(), other.connected()]);
    await one.publish("com.flush", [], { acknowledge: true });
    // (Requests are done in order: the subscription and the registration came before that.)
    expect(await other.call("com.echo", [round])).toBe(round);
    await other.publish("com.topic", [round], { acknowledge: true });
    await until(() => events.at(-1) === round, "the event");
  }
  expect(events).toEqual([0, 1, 2]);
});

test("the client waits for a server that isn't there yet, and comes back to one that was restarted", async () => {
  const first = await start();
  const { port } = first.server;
  const client = clientOf(first);
  await client.register("com.echo", ({ args }) => args[0]);
  // (Without a word: a server that says goodbye asks its clients to stay away for some seconds.)
  for (const connection of first.open) connection.terminate();
  await first.server.close({ timeout: 0 });
  await until(() => client.status.state === "connecting", "the session to end");
  const call = client.call("com.echo", ["hello"]);
  await start(port);
  expect(await call).toBe("hello");
});

test("a session over one connection ends with it", async () => {
  const running = await start();
  const address = `ws://127.0.0.1:${running.server.port}`;
  const connection = await connect(address, { subprotocols: [json.subprotocol] });
  await using client = await joinRealm(connection, { realm: "realm1" });
  await client.register("com.echo", ({ args }) => args[0]);
  expect(await client.call("com.echo", ["hello"])).toBe("hello");
  for (const theirs of running.open) theirs.terminate();
  expect(await client.closed).toMatchObject({ code: "ERR_CLOSED" });
  expect(await rejection(client.call("com.echo"))).toMatchObject({ code: "ERR_CLOSED" });
});

test("joining a realm that isn't there rejects", async () => {
  const { server } = await start();
  const address = `ws://127.0.0.1:${server.port}`;
  const connection = await connect(address, { subprotocols: [json.subprotocol] });
  const error = await rejection(joinRealm(connection, { realm: "realm2" }));
  expect(error).toMatchObject({ uri: "wamp.error.no_such_realm" });
  await connection.closed;
});

test("a subprotocol that the client has no serializer for is refused", async () => {
  const running = await start();
  const client = wampClient(
    () => connect(`ws://127.0.0.1:${running.server.port}`, { subprotocols: ["wamp.2.cbor"] }),
    { realm: "realm1" },
  );
  expect(await client.closed).toMatchObject({ code: "ERR_UNSUPPORTED" });
});

test.each([
  ["client", [], [json.subprotocol]],
  ["server", [json.subprotocol], []],
])("a %s without subprotocols is told so", async (_, ours, theirs) => {
  const router = makeRouter();
  const server = await serve(router.handler, { subprotocols: theirs, logger: SILENT });
  cleanups.push(() => server.close({ timeout: 0 }));
  const client = wampClient(() => connect(server.url, { subprotocols: ours }), {
    realm: "realm1",
  });
  const error = await rejection(client.call("com.echo"));
  expect(error).toMatchObject({ code: "ERR_CLOSED", closeCode: 1002 });
  expect((error as Error).message).toMatch(/no WAMP subprotocol was agreed on/);
});

test("sessions within the process see those outside", async () => {
  const running = await start();
  const local = await running.router.session("realm1");
  const remote = clientOf(running);
  await local.register("com.add", ({ args: [a, b] }) => Number(a) + Number(b));
  expect(await remote.call("com.add", [2, 3])).toBe(5);
  const events = await remote.events("com.topic");
  await local.publish("com.topic", ["hello"]);
  const next = await events[Symbol.asyncIterator]().next();
  expect(next.value?.args).toEqual(["hello"]);
  await local.close();
  expect(await rejection(remote.call("com.add", [2, 3]))).toMatchObject({
    uri: "wamp.error.no_such_procedure",
  });
});
