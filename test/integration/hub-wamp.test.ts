/** WAMP in the hub, from outside. */

import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connect } from "fullduplex";
import type { Connection } from "../../src/connection/connection.ts";
import { serve } from "fullduplex/server";
import { startHub } from "../../src/hub/hub.ts";
import type { Hub, HubOptions } from "../../src/hub/hub.ts";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { json } from "../../src/wamp/client/index.ts";
import type { Serializer } from "../../src/wamp/client/index.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";
import { connectRawSocket } from "../../src/wamp/rawsocket/index.ts";
import type { RawSocketAddress } from "../../src/wamp/rawsocket/index.ts";
import { ensureBuilt } from "../support/built.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

// The pages are served from what was built.
beforeAll(ensureBuilt, 120_000);

const ROLES = { caller: {}, callee: {}, publisher: {}, subscriber: {} };

async function start(options: HubOptions = {}): Promise<Hub> {
  const hub = await startHub({ port: 0, logger: new RecordingLogger(), ...options });
  onTestFinished(() => hub.close());
  return hub;
}

/** A client whose messages are written out. */
class Client {
  readonly connection: Connection;
  readonly #serializer: Serializer;

  constructor(connection: Connection, serializer: Serializer = json) {
    this.connection = connection;
    this.#serializer = serializer;
  }

  static async join(connection: Connection, serializer: Serializer = json): Promise<Client> {
    onTestFinished(async () => void (await connection.close()));
    const client = new Client(connection, serializer);
    expect((await client.ask([1, "realm1", { roles: ROLES }]))[0]).toBe(2);
    return client;
  }

  send(message: unknown[]): void {
    void this.connection.send(this.#serializer.encode(message));
  }

  async take(): Promise<unknown[]> {
    return this.#serializer.decode(await this.connection.recv()) as unknown[];
  }

  ask(message: unknown[]): Promise<unknown[]> {
    this.send(message);
    return this.take();
  }
}

async function join(hub: Hub, serializer: Serializer = json): Promise<Client> {
  const url = new URL("/wamp", hub.url.replace("http", "ws"));
  const connection = await connect(url, { subprotocols: [serializer.subprotocol] });
  expect(connection.subprotocol).toBe(serializer.subprotocol);
  return Client.join(connection, serializer);
}

async function post(hub: Hub, operation: string, body: object, key: string): Promise<Response> {
  return fetch(new URL(`/wamp/${operation}`, hub.url), {
    method: "POST",
    headers: { "X-API-Key": key },
    body: JSON.stringify(body),
  });
}

describe("WAMP in the hub", () => {
  test("carries calls between clients, whatever their serializers", async () => {
    const hub = await start();
    const callee = await join(hub, msgpack);
    const [, , registration] = await callee.ask([64, 1, {}, "com.example.greet"]);
    for (const caller of [await join(hub), await join(hub, cbor)]) {
      caller.send([48, 1, {}, "com.example.greet", ["Ada"]]);
      const [type, invocation, ...rest] = await callee.take();
      expect([type, ...rest]).toEqual([68, registration, {}, ["Ada"]]);
      callee.send([70, invocation, {}, ["Hello, Ada!"]]);
      expect(await caller.take()).toEqual([50, 1, {}, ["Hello, Ada!"]]);
    }
  });

  test("lets nobody end the sessions of others without a key", async () => {
    const hub = await start();
    const client = await join(hub);
    const answer = await client.ask([48, 1, {}, "wamp.session.kill", [1]]);
    expect(answer.slice(0, 5)).toEqual([8, 48, 1, {}, "wamp.error.not_authorized"]);
    const { error } = (await (
      await post(hub, "call", { procedure: "wamp.session.kill", args: [1] }, apiKeyOf(hub))
    ).json()) as { error?: string };
    expect(error).not.toBe("wamp.error.not_authorized");
  });

  test("knows one realm", async () => {
    const hub = await start();
    const url = new URL("/wamp", hub.url.replace("http", "ws"));
    const connection = await connect(url, { subprotocols: ["wamp.2.json"] });
    const answer = await new Client(connection).ask([1, "realm2", { roles: ROLES }]);
    expect([answer[0], answer[2]]).toEqual([3, "wamp.error.no_such_realm"]);
  });

  test("refuses what is no WAMP", async () => {
    const hub = await start();
    const connection = await connect(new URL("/wamp", hub.url.replace("http", "ws")));
    expect(await connection.closed).toMatchObject({ code: 1002 });
  });

  test("says goodbye when the hub is closed", async () => {
    const hub = await start();
    const client = await join(hub);
    const closing = hub.close();
    expect(await client.take()).toEqual([6, {}, "wamp.close.system_shutdown"]);
    client.send([6, {}, "wamp.close.goodbye_and_out"]);
    await client.connection.closed;
    await closing;
  });
});

describe("WAMP over plain HTTP", () => {
  test("calls and publishes for backends", async () => {
    const hub = await start();
    const client = await join(hub);
    const [, , registration] = await client.ask([64, 1, {}, "com.example.add"]);
    const [, , subscription] = await client.ask([32, 2, {}, "com.example.news"]);
    const call = { procedure: "com.example.add", args: [2, 3], kwargs: { n: 1 } };
    const answering = post(hub, "call", call, apiKeyOf(hub));
    const [type, invocation, ...rest] = await client.take();
    expect([type, ...rest]).toEqual([68, registration, {}, [2, 3], { n: 1 }]);
    client.send([70, invocation, {}, [5]]);
    const response = await answering;
    expect([response.status, await response.json()]).toEqual([200, { args: [5], kwargs: {} }]);
    const event = { topic: "com.example.news", args: ["hello"] };
    const published = await post(hub, "publish", event, apiKeyOf(hub));
    const { publication } = (await published.json()) as { publication: number };
    expect(await client.take()).toEqual([36, subscription, publication, {}, ["hello"]]);
  });

  test("is for those who have a key", async () => {
    const apiKeys = ["a".repeat(32), "b".repeat(32), "b".repeat(32)];
    const hub = await start({ apiKeys });
    const event = { topic: "com.example.news" };
    expect((await post(hub, "publish", event, "c".repeat(32))).status).toBe(401);
    for (const key of apiKeys) expect((await post(hub, "publish", event, key)).status).toBe(200);
  });
});

describe("WAMP by RawSocket", () => {
  test("is served on a port of its own, and counted", async () => {
    const hub = await start({ wampRawSocket: 0 });
    expect(hub.rawSocket).toEqual({ host: "127.0.0.1", port: expect.any(Number) });
    const { subprotocol } = msgpack;
    const connection = await connectRawSocket(hub.rawSocket as RawSocketAddress, { subprotocol });
    const client = await Client.join(connection, msgpack);
    const subscriber = await join(hub);
    await subscriber.ask([32, 1, {}, "com.example.news"]);
    client.send([16, 1, {}, "com.example.news", ["over TCP"]]);
    expect((await subscriber.take()).slice(3)).toEqual([{}, ["over TCP"]]);
    const status = (await (await fetch(new URL("/status", hub.url))).json()) as object;
    expect(status).toMatchObject({
      connections: 2,
      endpoints: expect.arrayContaining([
        { path: "/wamp", connections: 1 },
        { path: "rawsocket", connections: 1 },
      ]) as unknown,
    });
    const closing = hub.close();
    expect(await client.take()).toEqual([6, {}, "wamp.close.system_shutdown"]);
    await connection.close();
    await closing;
  });

  test("is not there unless it is asked for", async () => {
    expect((await start()).rawSocket).toBeUndefined();
  });

  test("is served with the demos only", async () => {
    await expect(startHub({ port: 0, demos: false, wampRawSocket: 0 })).rejects.toThrow(TypeError);
  });

  test("says when its port is taken, and leaves nothing behind", async () => {
    const other = await serve(() => {});
    const starting = startHub({ port: 0, wampRawSocket: other.port });
    await expect(starting).rejects.toThrow(`port ${other.port} of 127.0.0.1 is taken`);
    await other.close();
  });
});

function apiKeyOf({ generated }: Hub): string {
  return generated.apiKey ?? "";
}
