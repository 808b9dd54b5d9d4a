/** The hub from outside: its pages over plain HTTP, its endpoints with our own client. */

import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connect, HandshakeError } from "fullduplex";
import type { Connection } from "fullduplex";
import { serve } from "fullduplex/server";
import type { ServerMessage } from "../../src/hub/chat/protocol.ts";
import { startHub } from "../../src/hub/hub.ts";
import type { Hub, HubOptions } from "../../src/hub/hub.ts";
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

async function statusOf(opening: Promise<unknown>): Promise<number | undefined> {
  const error: unknown = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HandshakeError)) throw new Error("the handshake was not refused");
  return error.status;
}

describe("the hub's pages", () => {
  test.each(["/", "/chat"])("%s is a page whose every file is there", async (path) => {
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
        { path: "/chat", connections: 0 },
        { path: "/echo", connections: 1 },
        { path: "/status", connections: 1 },
      ],
    });
    await echo.close();
    expect(JSON.parse(String(await connection.recv()))).toMatchObject({ connections: 1 });
  });

  test("/chat is for people who say hello", async () => {
    const connection = await open(await start(), "/chat");
    await connection.send(
      JSON.stringify({ type: "hello", name: "Ada", session: "0123456789abcdef" }),
    );
    const welcome = JSON.parse(String(await connection.recv())) as ServerMessage;
    expect(welcome).toEqual({ type: "welcome", name: "Ada" });
    await connection.send("{");
    expect(await connection.closed).toMatchObject({ code: 1008, reason: "no JSON" });
  });

  test("there are no others", async () => {
    const hub = await start();
    expect(await statusOf(open(hub, "/"))).toBe(404);
    expect(await statusOf(open(hub, "/healthz"))).toBe(404);
  });
});

describe("who may use the hub", () => {
  test("a page of another origin may not connect", async () => {
    const hub = await start();
    const url = hub.url.replace("http", "ws");
    const opening = connect(new URL("/chat", url), { origin: "http://attacker.example" });
    expect(await statusOf(opening)).toBe(403);
    const ours = await connect(new URL("/chat", url), { origin: new URL(hub.url).origin });
    await ours.close();
  });

  test("a name that was made to resolve to this machine leads nowhere", async () => {
    const hub = await start();
    const page = await (await raw(hub)).ask("GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n");
    expect(page.status).toBe(403);
    const client = await raw(hub);
    const upgrade = await client.ask(upgradeRequest("/chat", { Host: "attacker.example" }));
    expect(upgrade.status).toBe(403);
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
    expect(await (await fetch(`${address}status`)).json()).not.toHaveProperty("chat");
    const opened = await start({ host: "0.0.0.0", demos: true });
    expect(opened.demos).toBe(true);
    expect((await fetch(`http://127.0.0.1:${portOf(opened)}/chat`)).status).toBe(200);
  });

  test("the demos can be closed on this machine too", async () => {
    const hub = await start({ demos: false });
    expect(await statusOf(open(hub, "/chat"))).toBe(404);
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
    const connections = await Promise.all(
      ["/chat", "/echo", "/status"].map((path) => open(hub, path)),
    );
    await hub.close();
    for (const connection of connections) {
      expect(await connection.closed).toMatchObject({ code: 1001, wasClean: true });
    }
    const again = await start({ port: portOf(hub) });
    expect(again.url).toBe(hub.url);
  });
});
