/** DDP in the hub, from outside. */

import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connect } from "fullduplex";
import type { Connection } from "../../src/connection/connection.ts";
import { startHub } from "../../src/hub/hub.ts";
import type { Hub, HubOptions } from "../../src/hub/hub.ts";
import { ensureBuilt } from "../support/built.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { rejection } from "../support/turns.ts";

// The pages are served from what was built.
beforeAll(ensureBuilt, 120_000);

const CONNECT = '{"msg":"connect","version":"1","support":["1"]}';

async function start(options: HubOptions = {}): Promise<Hub> {
  const hub = await startHub({ port: 0, logger: new RecordingLogger(), ...options });
  onTestFinished(() => hub.close());
  return hub;
}

async function open(hub: Hub, path: string): Promise<Connection> {
  const connection = await connect(new URL(path, hub.url.replace("http", "ws")));
  onTestFinished(async () => void (await connection.close()));
  return connection;
}

describe("DDP in the hub", () => {
  test.each(["/websocket", "/websocket/", "/sockjs/websocket"])("is at %s", async (path) => {
    const connection = await open(await start(), path);
    void connection.send(CONNECT);
    expect(String(await connection.recv())).toMatch(/^\{"msg":"connected","session":"/);
  });

  test("is there in the frames of SockJS", async () => {
    const hub = await start();
    const info = await fetch(new URL("/sockjs/info", hub.url));
    expect(await info.json()).toMatchObject({ websocket: true, cookie_needed: false });
    expect(await (await fetch(new URL("/sockjs", hub.url))).text()).toBe("Welcome to SockJS!\n");
    const connection = await open(hub, "/sockjs/123/abcdefgh/websocket");
    expect(await connection.recv()).toBe("o");
    void connection.send(JSON.stringify([CONNECT]));
    expect(String(await connection.recv())).toMatch(/^a\["\{\\"msg\\":\\"connected\\"/);
  });

  test("is there by polling, until the hub is closed", async () => {
    const hub = await start();
    const post = (what: string, body?: string): Promise<Response> =>
      fetch(new URL(`/sockjs/123/abcdefgh/${what}`, hub.url), {
        method: "POST",
        ...(body !== undefined && { body }),
      });
    expect(await (await post("xhr")).text()).toBe("o\n");
    expect((await post("xhr_send", JSON.stringify([CONNECT]))).status).toBe(204);
    expect(await (await post("xhr")).text()).toMatch(/^a\["\{\\"msg\\":\\"connected\\"/);
    const poll = post("xhr");
    // (So that it is there before the end.)
    await post("xhr_send", "[]");
    await hub.close();
    expect(await (await poll).text()).toMatch(/^c\[1001,/);
  });

  test("answers late to who asks for that", async () => {
    const connection = await open(await start(), "/websocket?delay=300");
    const began = performance.now();
    void connection.send(CONNECT);
    expect(String(await connection.recv())).toContain("connected");
    expect(performance.now() - began).toBeGreaterThanOrEqual(295);
  });

  test("has a page, and a hint", async () => {
    const hub = await start();
    const page = await fetch(new URL("/todo", hub.url));
    expect(await page.text()).toContain("<title>To do</title>");
    const hint = await fetch(new URL("/websocket", hub.url));
    expect(hint.status).toBe(426);
    expect(await hint.text()).toMatch(/^This is the WebSocket endpoint of DDP/);
  });

  test("is counted, however it is reached", async () => {
    const hub = await start();
    await open(hub, "/websocket");
    await open(hub, "/websocket/");
    await open(hub, "/sockjs/123/abcdefgh/websocket");
    const status = (await (await fetch(new URL("/status", hub.url))).json()) as {
      endpoints: { path: string; connections: number }[];
    };
    const counts = status.endpoints.filter(({ path }) => /websocket$|sockjs/.test(path));
    expect(counts).toEqual([
      { path: "/connection/websocket", connections: 0 },
      { path: "/websocket", connections: 2 },
      { path: "/sockjs", connections: 1 },
    ]);
  });

  test("is one of the demos", async () => {
    const hub = await start({ demos: false });
    for (const path of ["/todo", "/sockjs/info", "/websocket"]) {
      expect((await fetch(new URL(path, hub.url))).status).toBe(404);
    }
    await rejection(open(hub, "/websocket"));
    await rejection(open(hub, "/sockjs/123/abcdefgh/websocket"));
  });

  test("is for no page of another origin", async () => {
    const hub = await start();
    const headers = { Origin: "https://elsewhere.example" };
    expect((await fetch(new URL("/sockjs/info", hub.url), { headers })).status).toBe(403);
    const poll = { method: "POST", headers };
    expect((await fetch(new URL("/sockjs/1/abcdefgh/xhr", hub.url), poll)).status).toBe(403);
  });
});
