import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { CentClient, CentException, CentMethods } from "cent.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { createApi, createChannels } from "../../src/channels/server/index.ts";
import type { Channels, HttpHandler } from "../../src/channels/server/index.ts";
import { pair } from "../../src/testing/index.ts";

/** The API as backends see it that use an SDK for it, over a real server of HTTP. */

const KEY = "k3y-of-a-backend";

interface Setup {
  readonly cent: CentClient;
  readonly channels: Channels;
  readonly url: string;
}

async function setUp(): Promise<Setup> {
  const channels = createChannels({
    hooks: { connect: ({ token }) => ({ user: token, info: JSON.stringify({ name: token }) }) },
    namespaces: {
      news: {
        access: { subscribe: "anyone" },
        history: { size: 10, ttl: 60_000 },
        presence: true,
      },
    },
  });
  const api = createApi(channels, { keys: [KEY] });
  const server = createServer((request, response) => void answer(api, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await channels.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  return { cent: new CentClient({ url, apiKey: KEY }), channels, url };
}

async function answer(
  api: HttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const init: RequestInit & { duplex: string } = {
    method: request.method ?? "",
    headers: request.headers as Record<string, string>,
    duplex: "half",
    ...(request.method !== "GET" && { body: request as unknown as ReadableStream }),
  };
  const { status, headers, body } = await api(new Request(`http://localhost${request.url}`, init), {
    address: request.socket.remoteAddress,
  });
  response.writeHead(status, Object.fromEntries(headers));
  for await (const chunk of body ?? []) response.write(chunk);
  response.end();
}

/** Connects a client, and subscribes it. */
async function enter(channels: Channels, user: string, channel: string) {
  const [connection, other] = pair();
  void channels.handler(other);
  await connection.send(JSON.stringify({ id: 1, connect: { token: user } }));
  const { connect } = JSON.parse(String(await connection.recv())) as {
    connect: { client: string };
  };
  await connection.send(JSON.stringify({ id: 2, subscribe: { channel } }));
  await connection.recv();
  return { client: connect.client, connection };
}

describe("cent.js", () => {
  test("publishes, broadcasts, and reads and removes histories", async () => {
    const { cent, channels } = await setUp();
    const { connection } = await enter(channels, "ann", "news:a");
    const place = await cent.publish({ channel: "news:a", data: { n: 1 }, tags: { lang: "en" } });
    expect(place).toEqual({ offset: 1, epoch: expect.any(String) as unknown });
    expect(JSON.parse(String(await connection.recv()))).toEqual({
      push: { channel: "news:a", pub: { data: { n: 1 }, offset: 1, tags: { lang: "en" } } },
    });
    expect(await cent.broadcast({ channels: ["news:a", "news:b"], data: { n: 2 } })).toMatchObject({
      responses: [{ result: { offset: 2 } }, { result: { offset: 1 } }],
    });
    expect(await cent.getHistory({ channel: "news:a", limit: 1, reverse: true })).toEqual({
      publications: [{ data: { n: 2 }, offset: 2 }],
      offset: 2,
      epoch: place.epoch,
    });
    expect(await cent.removeHistory({ channel: "news:a" })).toEqual({});
    expect(await cent.getHistory({ channel: "news:a", limit: -1 })).toMatchObject({
      publications: [],
    });
  });

  test("subscribes, refreshes, unsubscribes and disconnects", async () => {
    const { cent, channels } = await setUp();
    const { client, connection } = await enter(channels, "ann", "news:a");
    const pushed = async (): Promise<unknown> =>
      (JSON.parse(String(await connection.recv())) as { push: unknown }).push;
    await cent.subscribe({ user: "ann", client, channel: "news:b" });
    expect(await pushed()).toMatchObject({ channel: "news:b", subscribe: { recoverable: true } });
    await cent.refresh({ user: "ann" });
    expect(await pushed()).toEqual({ refresh: {} });
    await cent.unsubscribe({ user: "ann", channel: "news:b" });
    expect(await pushed()).toMatchObject({ channel: "news:b", unsubscribe: { code: 2000 } });
    await cent.disconnect({ user: "ann" });
    expect(await connection.closed).toMatchObject({ code: 3503 });
  });

  test("asks what there is", async () => {
    const { cent, channels } = await setUp();
    expect(await cent.getPresence({ channel: "news:a" })).toEqual({ presence: {} });
    expect(await cent.getChannels({ pattern: "*" })).toEqual({ channels: {} });
    const { client } = await enter(channels, "ann", "news:a");
    expect(await cent.getPresence({ channel: "news:a" })).toEqual({
      presence: { [client]: { user: "ann", client, conn_info: { name: "ann" } } },
    });
    expect(await cent.getPresenceStats({ channel: "news:a" })).toEqual({
      num_clients: 1,
      num_users: 1,
    });
    expect(await cent.getChannels({ pattern: "news:*" })).toEqual({
      channels: { "news:a": { num_clients: 1 } },
    });
    expect(await cent.getInfo({})).toMatchObject({ nodes: [{ num_clients: 1, num_subs: 1 }] });
  });

  test("sends several commands at once", async () => {
    const { cent } = await setUp();
    const results = await cent.pipeline([
      { method: CentMethods.Publish, params: { channel: "news:a", data: { n: 1 } } },
      { method: CentMethods.Publish, params: { channel: "olds:a", data: { n: 1 } } },
      { method: CentMethods.PresenceStats, params: { channel: "news:a" } },
    ]);
    expect(results).toEqual([
      { offset: 1, epoch: expect.any(String) as unknown },
      undefined,
      { num_clients: 0, num_users: 0 },
    ]);
  });

  test("is told what is wrong", async () => {
    const { cent, url } = await setUp();
    await expect(cent.publish({ channel: "olds:a", data: {} })).rejects.toThrow(CentException);
    const stranger = new CentClient({ url, apiKey: "other" });
    await expect(stranger.getInfo({})).rejects.toThrow(CentException);
  });
});
