/** The hub from outside: its pages over plain HTTP, its endpoints with our own client. */

import { SignJWT } from "jose";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connect, HandshakeError } from "fullduplex";
import type { Connection } from "fullduplex";
import { serve } from "fullduplex/server";
import { startHub } from "../../src/hub/hub.ts";
import type { Hub, HubOptions } from "../../src/hub/hub.ts";
import { ChannelsJsonClient } from "../support/channels-json-client.ts";
import type { Received } from "../support/channels-json-client.ts";
import { ensureBuilt } from "../support/built.ts";
import { manifest } from "../support/project.ts";
import { RawClient, upgradeRequest } from "../support/raw-client.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

// The pages are served from what was built.
beforeAll(ensureBuilt, 120_000);

async function start(options: HubOptions = {}): Promise<Hub> {
  const hub = await startHub({ port: 0, logger: new RecordingLogger(), ...options });
  onTestFinished(() => hub.close());
  return hub;
}

function portOf({ url }: Hub): number {
  return Number(new URL(url).port);
}

async function raw(hub: Hub): Promise<RawClient> {
  const client = await RawClient.connect({ port: portOf(hub), host: "127.0.0.1" });
  onTestFinished(() => client.close());
  return client;
}

async function open(hub: Hub, path: string): Promise<Connection> {
  const connection = await connect(new URL(path, hub.url.replace("http", "ws")));
  onTestFinished(async () => void (await connection.close()));
  return connection;
}

/** Connects as SDKs do; resolves with the answer too. */
async function enter(
  hub: Hub,
  options: object = {},
  url: string = new URL("/connection/websocket", hub.url.replace("http", "ws")).href,
): Promise<{ client: ChannelsJsonClient; reply: Received }> {
  const connection = await connect(url);
  onTestFinished(async () => void (await connection.close()));
  const client = new ChannelsJsonClient(connection);
  return { client, reply: await client.connect(options) };
}

/** Publishes as a backend. */
async function publish(
  hub: Hub,
  channel: string,
  data: unknown,
  key: string = hub.generated.apiKey ?? "",
): Promise<unknown> {
  const response = await fetch(new URL("/api/publish", hub.url), {
    method: "POST",
    headers: { "X-API-Key": key },
    body: JSON.stringify({ channel, data }),
  });
  return response.json();
}

async function statusOf(opening: Promise<unknown>): Promise<number | undefined> {
  const error: unknown = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HandshakeError)) throw new Error("the handshake was not refused");
  return error.status;
}

describe("the hub's pages", () => {
  test.each(["/", "/chat", "/wamp"])("%s is a page whose every file is there", async (path) => {
    const hub = await start();
    const response = await fetch(new URL(path, hub.url));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
    const html = await response.text();
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script>|https?:\/\//);
    const links = Array.from(
      html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g),
      ([, link]) => link,
    );
    expect(links.length).toBeGreaterThan(10);
    for (const link of new Set(links)) {
      const file = await fetch(new URL(link ?? "", hub.url));
      expect(file.status, link).toBe(200);
      expect(file.headers.get("x-content-type-options")).toBe("nosniff");
      expect(file.headers.get("cache-control")).toContain("immutable");
      await file.arrayBuffer();
    }
  });

  test("are asked for again, and not sent again", async () => {
    const hub = await start();
    const first = await fetch(hub.url);
    await first.text();
    const headers = { "If-None-Match": String(first.headers.get("etag")) };
    const second = await fetch(hub.url, { headers });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe("");
  });

  test("say whether the hub is alive, and what is going on", async () => {
    const hub = await start();
    expect(await (await fetch(new URL("/healthz", hub.url))).text()).toBe("ok\n");
    const status = await (await fetch(new URL("/status", hub.url))).json();
    expect(status).toMatchObject({
      version: manifest.version,
      connections: 0,
      chat: { people: 0, rooms: 0 },
    });
  });

  test("tell a browser that an endpoint is for WebSockets", async () => {
    const hub = await start();
    const response = await fetch(new URL("/echo", hub.url));
    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
    expect(await response.text()).toContain("WebSocket");
  });

  test.each([
    "/nothing",
    "/../package.json",
    "/assets/../../package.json",
    "/assets/..%2f..%2f..%2fpackage.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "//etc/passwd",
    "/assets/",
    "/__proto__",
  ])("are all that there is: %s is not there", async (path) => {
    const client = await raw(await start());
    const { status } = await client.ask(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(status).toBe(404);
  });

  test("can only be read", async () => {
    const response = await fetch((await start()).url, { method: "POST", body: "x" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });
});

describe("the hub's endpoints", () => {
  test("/echo sends back what it gets", async () => {
    const connection = await open(await start(), "/echo");
    await connection.send("hello");
    expect(await connection.recv()).toBe("hello");
    await connection.send(Uint8Array.of(1, 2, 3));
    expect(await connection.recv()).toEqual(Buffer.of(1, 2, 3));
  });

  test("/status tells every second", async () => {
    const hub = await start();
    const echo = await open(hub, "/echo");
    const connection = await open(hub, "/status");
    const status: unknown = JSON.parse(String(await connection.recv()));
    expect(status).toMatchObject({
      connections: 2,
      endpoints: [
        { path: "/connection/websocket", connections: 0 },
        { path: "/wamp", connections: 0 },
        { path: "/echo", connections: 1 },
        { path: "/websocket", connections: 0 },
        { path: "/sockjs", connections: 0 },
        { path: "/status", connections: 1 },
      ],
    });
    await echo.close();
    expect(JSON.parse(String(await connection.recv()))).toMatchObject({ connections: 1 });
  });

  test("there are no others", async () => {
    const hub = await start();
    expect(await statusOf(open(hub, "/"))).toBe(404);
    expect(await statusOf(open(hub, "/healthz"))).toBe(404);
    expect(await statusOf(open(hub, "/chat"))).toBe(404);
    expect(await statusOf(open(hub, "/api"))).toBe(404);
  });
});

describe("who may use the hub", () => {
  test("a page of another origin may not connect", async () => {
    const hub = await start();
    const url = hub.url.replace("http", "ws");
    const endpoint = new URL("/connection/websocket", url);
    const opening = connect(endpoint, { origin: "http://attacker.example" });
    expect(await statusOf(opening)).toBe(403);
    const ours = await connect(endpoint, { origin: new URL(hub.url).origin });
    await ours.close();
    for (const path of ["/connection/http_stream", "/emulation"]) {
      const request = {
        method: "POST",
        headers: { Origin: "http://attacker.example" },
        body: "{}",
      };
      expect((await fetch(new URL(path, hub.url), request)).status).toBe(403);
    }
  });

  test("a name that was made to resolve to this machine leads nowhere", async () => {
    const hub = await start();
    const page = await (await raw(hub)).ask("GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n");
    expect(page.status).toBe(403);
    const client = await raw(hub);
    const upgrade = await client.ask(
      upgradeRequest("/connection/websocket", { Host: "attacker.example" }),
    );
    expect(upgrade.status).toBe(403);
    for (const path of ["/connection/http_stream", "/emulation", "/api/info"]) {
      const request = `POST ${path} HTTP/1.1\r\nHost: attacker.example\r\nContent-Length: 0\r\n\r\n`;
      expect((await (await raw(hub)).ask(request)).status).toBe(403);
    }
  });

  test("the demos are closed to other machines unless they are opened", async () => {
    const closed = await start({ host: "0.0.0.0" });
    expect(closed.demos).toBe(false);
    expect(closed.url).toBe(`http://localhost:${portOf(closed)}/`);
    const address = `http://127.0.0.1:${portOf(closed)}/`;
    expect((await fetch(address)).status).toBe(200);
    expect((await fetch(`${address}chat`)).status).toBe(404);
    const url = address.replace("http", "ws");
    expect(await statusOf(connect(`${url}chat`))).toBe(404);
    expect(await statusOf(connect(`${url}echo`))).toBe(404);
    expect(await statusOf(connect(`${url}wamp`))).toBe(404);
    expect((await fetch(`${address}wamp`)).status).toBe(404);
    expect((await fetch(`${address}wamp/call`, { method: "POST" })).status).toBe(404);
    expect(await (await fetch(`${address}status`)).json()).not.toHaveProperty("chat");
    const anonymous = await enter(closed, {}, `${url}connection/websocket`);
    expect(anonymous.reply).toMatchObject({ error: { code: 101 } });
    const opened = await start({ host: "0.0.0.0", demos: true });
    expect(opened.demos).toBe(true);
    expect((await fetch(`http://127.0.0.1:${portOf(opened)}/chat`)).status).toBe(200);
  });

  test("the demos can be closed on this machine too", async () => {
    const hub = await start({ demos: false });
    expect(await statusOf(open(hub, "/echo"))).toBe(404);
    expect((await enter(hub)).reply).toMatchObject({ error: { code: 101 } });
  });
});

describe("channels", () => {
  test("of the chat are open to anonymous clients, by WebSocket", async () => {
    const hub = await start();
    const { client, reply } = await enter(hub);
    expect(reply).toMatchObject({ connect: { data: { name: "Guest" }, ping: 25, pong: true } });
    const subscribed = await client.ask({ subscribe: { channel: "chat:lobby" } });
    expect(subscribed).toMatchObject({ subscribe: { recoverable: true, positioned: true } });
    const published = { channel: "chat:lobby", data: { text: "hello" } };
    expect(await client.ask({ publish: published })).toMatchObject({ publish: {} });
    expect(await client.push("pub")).toMatchObject({
      channel: "chat:lobby",
      pub: { data: { text: "hello" }, offset: 1, info: { conn_info: { name: "Guest" } } },
    });
    expect(await (await fetch(new URL("/status", hub.url))).json()).toMatchObject({
      chat: { people: 1, rooms: 1 },
    });
  });

  test("recover what was missed", async () => {
    const hub = await start();
    const first = await enter(hub);
    const { subscribe } = await first.client.ask({ subscribe: { channel: "chat:lobby" } });
    await first.client.connection.close();
    await publish(hub, "chat:lobby", { text: "meanwhile" });
    const { client } = await enter(hub);
    const { epoch } = subscribe as { epoch: string };
    const position = { recover: true, epoch, offset: 0 };
    const again = await client.ask({ subscribe: { channel: "chat:lobby", ...position } });
    expect(again).toMatchObject({
      subscribe: { recovered: true, publications: [{ data: { text: "meanwhile" } }] },
    });
  });

  test("carry what backends publish, with a key and not without", async () => {
    const hub = await start();
    const { client } = await enter(hub);
    await client.ask({ subscribe: { channel: "chat:lobby" } });
    expect(await publish(hub, "chat:lobby", { text: "from a backend" })).toMatchObject({
      result: { offset: 1 },
    });
    expect(await client.push("pub")).toMatchObject({ pub: { data: { text: "from a backend" } } });
    const url = new URL("/api/publish", hub.url);
    for (const headers of [{}, { "X-API-Key": "x".repeat(43) }]) {
      expect((await fetch(url, { method: "POST", headers, body: "{}" })).status).toBe(401);
    }
  });

  test("are served over plain HTTP, where there are no WebSockets", async () => {
    const hub = await start();
    const gone = new AbortController();
    const post = (path: string, body: object): Promise<Response> =>
      fetch(new URL(path, hub.url), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: gone.signal,
      });
    const stream = await post("/connection/http_stream", { id: 1, connect: {} });
    expect(stream.status).toBe(200);
    const reader = (stream.body ?? expect.unreachable()).getReader();
    const next = async (): Promise<string> =>
      Buffer.from((await reader.read()).value ?? "").toString();
    const { connect: result } = JSON.parse(await next()) as Received;
    const data = JSON.stringify({ id: 2, subscribe: { channel: "chat:lobby" } });
    const { session, node } = result as Received;
    const answer = await post("/emulation", { session, node, data });
    expect(answer.status).toBe(204);
    expect(JSON.parse(await next())).toMatchObject({ id: 2, subscribe: { recoverable: true } });
    await publish(hub, "chat:lobby", { text: "hello" });
    expect(JSON.parse(await next())).toMatchObject({ push: { pub: { data: { text: "hello" } } } });
    gone.abort();
  });

  test("end their streams when the hub is closed", async () => {
    const hub = await start();
    const stream = await fetch(new URL("/connection/http_stream", hub.url), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id: 1, connect: {} }),
    });
    await hub.close();
    expect(await stream.text()).toContain('"disconnect":{"code":3001');
  });

  test("without the demos are for those with tokens, and in what these name", async () => {
    const tokenSecret = "s".repeat(32);
    const hub = await start({ demos: false, tokenSecret });
    const sign = (claims: object): Promise<string> =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode(tokenSecret));
    const { client, reply } = await enter(hub, { token: await sign({ sub: "ada" }) });
    expect(reply).toHaveProperty("connect");
    for (const channel of ["chat:lobby", "hub:rooms"]) {
      expect(await client.ask({ subscribe: { channel } })).toMatchObject({ error: { code: 102 } });
    }
    expect(await client.ask({ subscribe: { channel: "news" } })).toMatchObject({
      error: { code: 103 },
    });
    const token = await sign({ sub: "ada", channel: "news" });
    expect(await client.ask({ subscribe: { channel: "news", token } })).toHaveProperty("subscribe");
    const refused = { error: { code: 103 } };
    const data = { title: "no" };
    expect(await client.ask({ publish: { channel: "news", data } })).toMatchObject(refused);
    expect(await client.ask({ presence: { channel: "news" } })).toMatchObject(refused);
    await publish(hub, "news", { title: "yes" });
    expect(await client.push("pub")).toMatchObject({ pub: { data: { title: "yes" } } });
  });

  test("know no token that was signed with another secret", async () => {
    const hub = await start();
    const token = await new SignJWT({ sub: "ada" })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode("t".repeat(32)));
    const connection = await open(hub, "/connection/websocket");
    void connection.send(JSON.stringify({ id: 1, connect: { token } }));
    expect(await connection.closed).toMatchObject({ code: 3500 });
  });

  test("let people with tokens into the chat too", async () => {
    const tokenSecret = "s".repeat(32);
    const hub = await start({ tokenSecret });
    const token = await new SignJWT({ sub: "42", info: { name: "Ada" } })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(tokenSecret));
    const { client } = await enter(hub, { token });
    await client.ask({ subscribe: { channel: "chat:lobby" } });
    await client.ask({ publish: { channel: "chat:lobby", data: { text: "hello" } } });
    expect(await client.push("pub")).toMatchObject({
      pub: { info: { user: "42", conn_info: { name: "Ada" } } },
    });
  });

  test("tell a browser that they are for WebSockets", async () => {
    const response = await fetch(new URL("/connection/websocket", (await start()).url));
    expect(response.status).toBe(426);
    expect(await response.text()).toContain("WebSocket");
  });

  test("have keys that are made up, or given, and long enough", async () => {
    const { generated } = await start();
    expect(generated.apiKey).toHaveLength(43);
    const apiKeys = ["a".repeat(32), "b".repeat(32)];
    const hub = await start({ apiKeys });
    expect(hub.generated).not.toHaveProperty("apiKey");
    for (const key of apiKeys) {
      expect(await publish(hub, "news", 1, key)).toHaveProperty("result");
    }
    await expect(startHub({ port: 0, apiKeys: ["short"] })).rejects.toThrow(RangeError);
    await expect(startHub({ port: 0, tokenSecret: "short" })).rejects.toThrow(RangeError);
  });
});

describe("starting and closing", () => {
  test("a port that is taken is named", async () => {
    const other = await serve(() => {});
    onTestFinished(() => other.close());
    await expect(startHub({ port: other.port })).rejects.toThrow(
      `port ${other.port} of 127.0.0.1 is taken`,
    );
  });

  test("an address of another machine is named", async () => {
    await expect(startHub({ port: 0, host: "192.0.2.1" })).rejects.toThrow(
      "192.0.2.1 is no address of this machine",
    );
  });

  test("a port that is none is an error of its own", async () => {
    await expect(startHub({ port: 70_000 })).rejects.toThrow(RangeError);
  });

  test("closing says goodbye, and the port is free again", async () => {
    const hub = await start();
    const connections = await Promise.all(["/echo", "/status"].map((path) => open(hub, path)));
    await hub.close();
    for (const connection of connections) {
      expect(await connection.closed).toMatchObject({ code: 1001, wasClean: true });
    }
    const again = await start({ port: portOf(hub) });
    expect(again.url).toBe(hub.url);
  });
});
