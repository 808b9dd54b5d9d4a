import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Centrifuge, SubscriptionState } from "centrifuge";
import type { Options } from "centrifuge";
import { Centrifuge as ProtobufCentrifuge } from "centrifuge/build/protobuf";
import { afterEach, describe, expect, test } from "vitest";
import { createChannels } from "../../src/channels/server/index.ts";
import type { Channels, ChannelsOptions } from "../../src/channels/server/index.ts";
import { httpListener } from "../../src/server/index.ts";
import { until } from "../support/turns.ts";

interface Site {
  readonly channels: Channels;
  readonly port: number;
  /** Requests by path. */
  readonly requests: Map<string, number>;
  client(options?: Partial<Options>, others?: Site): Centrifuge;
}

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function site(options: ChannelsOptions = {}): Promise<Site> {
  const channels = createChannels({
    anonymous: true,
    namespaces: {
      "": {
        access: { subscribe: "anyone", publish: "anyone", presence: "anyone", history: "anyone" },
        history: { size: 100, ttl: 60_000 },
        presence: true,
      },
    },
    ...options,
  });
  const stream = httpListener(channels.streamHandler);
  const emulation = httpListener(channels.emulationHandler);
  const requests = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.set(path, (requests.get(path) ?? 0) + 1);
    route(path, { "/connection/http_stream": stream, "/emulation": emulation })(request, response);
  });
  const port = await listen(server);
  cleanups.push(async () => {
    await channels.close();
    server.closeAllConnections();
    server.close();
  });
  const client = (extra: Partial<Options> = {}, others?: Site): Centrifuge => {
    const base = `http://127.0.0.1:${port}`;
    const sdk = new Centrifuge(
      [{ transport: "http_stream", endpoint: `${base}/connection/http_stream` }],
      {
        fetch,
        readableStream: ReadableStream,
        emulationEndpoint: `http://127.0.0.1:${others?.port ?? port}/emulation`,
        minReconnectDelay: 10,
        maxReconnectDelay: 50,
        ...extra,
      },
    );
    cleanups.push(() => sdk.disconnect());
    return sdk;
  };
  return { channels, port, requests, client };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function route(path: string, listeners: Readonly<Record<string, Listener>>): Listener {
  return listeners[path] ?? ((_, response) => response.writeHead(404).end());
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("the SDK over HTTP streaming", () => {
  test("speaks Protobuf too, bytes that are no text included", async () => {
    const { channels, port } = await site({ hooks: { rpc: ({ data }) => data } });
    const base = `http://127.0.0.1:${port}`;
    const endpoint = `${base}/connection/http_stream`;
    const sdk = new ProtobufCentrifuge([{ transport: "http_stream", endpoint }], {
      fetch,
      readableStream: ReadableStream,
      emulationEndpoint: `${base}/emulation`,
      minReconnectDelay: 10,
      maxReconnectDelay: 50,
    });
    cleanups.push(() => sdk.disconnect());
    sdk.connect();
    await sdk.ready(5000);
    const received: Uint8Array[] = [];
    const sub = sdk.newSubscription("news", { recoverable: true });
    sub.on("publication", ({ data }) => received.push(data as Uint8Array));
    sub.subscribe();
    await sub.ready(5000);
    const bytes = Uint8Array.from({ length: 3000 }, (_, index) => index % 256);
    await sub.publish(bytes);
    await channels.publish("news", JSON.stringify({ from: "the server" }));
    await until(() => received.length === 2, "two publications");
    expect(received[0]).toEqual(bytes);
    expect(Buffer.from(received[1] ?? []).toString()).toBe('{"from":"the server"}');
    expect((await sdk.rpc("echo", bytes)).data).toEqual(bytes);
    const [facts] = await channels.connections();
    expect(facts).toMatchObject({ transport: "http_stream", encoding: "protobuf" });
    await channels.disconnect({ client: facts?.client }, { code: 3011, reason: "come back" });
    await channels.publish("news", "1");
    await until(() => received.length === 3, "what was missed");
  });

  test("connects, subscribes, publishes and asks, each on the one stream", async () => {
    const { client, channels, requests } = await site({
      hooks: {
        rpc: async ({ method, data }) =>
          JSON.stringify({ method, data: JSON.parse(data as string) }),
      },
    });
    const sdk = client();
    sdk.connect();
    await sdk.ready(5000);
    const received: unknown[] = [];
    const sub = sdk.newSubscription("news");
    sub.on("publication", ({ data }) => received.push(data));
    sub.subscribe();
    await sub.ready(5000);
    await channels.publish("news", JSON.stringify({ from: "the server" }));
    await sub.publish({ from: "the client", text: "grüße 👋\n" });
    await until(() => received.length === 2, "two publications");
    expect(received).toEqual([{ from: "the server" }, { from: "the client", text: "grüße 👋\n" }]);
    expect(await sdk.rpc("add", [1, 2])).toEqual({ data: { method: "add", data: [1, 2] } });
    expect((await sub.presenceStats()).numClients).toBe(1);
    expect((await sub.history({ limit: 10 })).publications).toHaveLength(2);
    sub.unsubscribe();
    await until(() => sub.state === SubscriptionState.Unsubscribed, "the end of it");
    await sdk.rpc("", 0);
    expect((await channels.presenceStats("news")).clients).toBe(0);
    expect(requests.get("/connection/http_stream")).toBe(1);
    const [facts] = await channels.connections();
    expect(facts).toMatchObject({ transport: "http_stream", encoding: "json" });
  });

  test("sends many commands at once, and gets all of their answers", async () => {
    const { client } = await site({
      hooks: { rpc: async ({ data }) => data },
    });
    const sdk = client();
    sdk.connect();
    await sdk.ready(5000);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => sdk.rpc("echo", index)),
    );
    expect(answers.map(({ data }) => data as number)).toEqual([...Array(200).keys()]);
  });

  test("disconnecting ends the session at once", async () => {
    const { client, channels } = await site();
    const sdk = client();
    sdk.connect();
    await sdk.ready(5000);
    expect(await channels.connections()).toHaveLength(1);
    sdk.disconnect();
    let count = 1;
    await until(() => {
      void channels.connections().then(({ length }) => (count = length));
      return count === 0;
    }, "no connections");
  });

  test("stays for good when the server says so, and comes back when it may", async () => {
    const { client, channels } = await site();
    const sdk = client();
    const connected: unknown[] = [];
    sdk.on("connected", (context) => connected.push(context));
    const connecting: number[] = [];
    sdk.on("connecting", ({ code }) => connecting.push(code));
    let disconnected: unknown;
    sdk.on("disconnected", (context) => (disconnected = context));
    sdk.connect();
    await sdk.ready(5000);
    await channels.disconnect(
      { session: (await channels.connections())[0]!.session },
      { code: 3011, reason: "again" },
    );
    await until(() => connected.length === 2, "a second connection");
    expect(connecting.at(-1)).toBe(3011);
    const [{ client: id } = { client: "" }] = await channels.connections();
    await channels.disconnect({ client: id });
    await until(() => disconnected !== undefined, "the end");
    expect(disconnected).toMatchObject({ code: 3503, reason: "force disconnect" });
  });

  test("recovers what it missed while its stream was cut", async () => {
    const { client, channels } = await site();
    const sdk = client();
    const received: unknown[] = [];
    const sub = sdk.newSubscription("news", { recoverable: true, positioned: true });
    sub.on("publication", ({ data }) => received.push(data));
    sub.subscribe();
    sdk.connect();
    await sub.ready(5000);
    await channels.publish("news", "1");
    await until(() => received.length === 1, "a publication");
    const [{ client: id } = { client: "" }] = await channels.connections();
    await channels.disconnect({ client: id }, { code: 3011 });
    await channels.publish("news", "2");
    await until(() => received.length === 2, "what was missed");
    expect(received).toEqual([1, 2]);
  });

  test("pings go down the stream, pongs come back as commands", async () => {
    const { client, requests } = await site({ pingInterval: 1000, pongTimeout: 500 });
    const sdk = client();
    const connecting: unknown[] = [];
    sdk.connect();
    await sdk.ready(5000);
    sdk.on("connecting", (context) => connecting.push(context));
    await until(() => (requests.get("/emulation") ?? 0) >= 3, "three pongs");
    expect(connecting).toEqual([]);
  });

  test("whoever is not let in stays out, as over a WebSocket", async () => {
    const { client } = await site({ anonymous: false });
    const sdk = client();
    let disconnected: unknown;
    sdk.on("disconnected", (context) => (disconnected = context));
    sdk.connect();
    await until(() => disconnected !== undefined, "the end");
    expect(disconnected).toMatchObject({ code: 101, reason: "unauthorized" });
  });

  test("the end of the server makes it look for another one", async () => {
    const { client, channels } = await site();
    const sdk = client({ minReconnectDelay: 10_000, maxReconnectDelay: 10_000 });
    sdk.connect();
    await sdk.ready(5000);
    let connecting: unknown;
    sdk.on("connecting", (context) => (connecting = context));
    await channels.close();
    await until(() => connecting !== undefined, "the end");
    expect(connecting).toMatchObject({ code: 3001, reason: "shutdown" });
  });
});
