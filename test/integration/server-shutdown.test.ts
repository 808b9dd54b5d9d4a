import { once } from "node:events";
import { createServer } from "node:http";
import type { Server as HttpServer } from "node:http";
import { connect as connectSocket } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { Server, ServerConnection } from "../../src/server/index.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { Deferred } from "../../src/util/deferred.ts";
import { clientFrame, upgradeRequest } from "../support/raw-client.ts";
import { echo, startServer } from "../support/running-server.ts";

async function open(server: Server): Promise<WebSocket> {
  const client = new WebSocket(server.url);
  onTestFinished(() => client.terminate());
  await once(client, "open");
  return client;
}

async function codeOf(client: WebSocket): Promise<number> {
  const [code] = (await once(client, "close")) as [number];
  return code;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("close", () => {
  test("of a server without connections is quick, and frees the port", async () => {
    const { server } = await startServer();
    const { port } = server;
    await server.close();
    expect([server.address, server.url, server.port]).toEqual([null, "", 0]);
    const socket = connectSocket(port, "127.0.0.1");
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
  });

  test("closes every connection with 1001, and waits for them and their handlers", async () => {
    const ended: string[] = [];
    const { server, logger } = await startServer(async (connection) => {
      await echo(connection);
      await turn();
      ended.push(connection.state);
    });
    const clients = [await open(server), await open(server)];
    const codes = Promise.all(clients.map(codeOf));
    await server.close();
    expect(await codes).toEqual([1001, 1001]);
    expect(ended).toEqual(["closed", "closed"]);
    expect(server.connections.size).toBe(0);
    expect(logger.of("warn", "error")).toEqual([]);
    expect(logger.lines.at(-1)).toBe("info: the server is closed");
  });

  test("takes another code and a reason", async () => {
    const { server } = await startServer();
    const client = await open(server);
    const closed = once(client, "close");
    await server.close({ code: 1012, reason: "new version" });
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([1012, "new version"]);
  });

  test("delivers what was sent before", async () => {
    const { server } = await startServer();
    const client = await open(server);
    const messages: string[] = [];
    client.on("message", (data: Buffer) => messages.push(data.toString()));
    const closed = codeOf(client);
    for (const connection of server.connections) void connection.send("last words");
    await server.close();
    await closed;
    expect(messages).toEqual(["last words"]);
  });

  test("twice is once", async () => {
    const { server } = await startServer();
    const client = await open(server);
    const code = codeOf(client);
    await Promise.all([
      server.close({ code: 1012 }),
      server.close({ code: 4000 }),
      server[Symbol.asyncDispose](),
    ]);
    expect(await code).toBe(1012);
    await server.close();
  });

  test("with options that make no sense changes nothing", async () => {
    const { server, connect } = await startServer();
    for (const options of [{ code: 1006 }, { grace: -1 }, { timeout: Number.NaN }]) {
      await expect(server.close(options)).rejects.toThrow(RangeError);
    }
    expect((await (await connect()).ask(upgradeRequest())).status).toBe(101);
  });
});

describe("the grace period", () => {
  test("spreads the closes evenly, beginning at once", async () => {
    const clock = new FakeClock();
    const { server } = await startServer(echo, { clock });
    const clients = await Promise.all(Array.from({ length: 4 }, () => open(server)));
    const open4 = [...server.connections];
    const closing = server.close({ grace: 4000 });
    const states = (): string => open4.map(({ state }) => (state === "open" ? "o" : "x")).join("");
    expect(states()).toBe("xooo");
    clock.advance(999);
    expect(states()).toBe("xooo");
    clock.advance(1);
    expect(states()).toBe("xxoo");
    clock.advance(1000);
    expect(states()).toBe("xxxo");
    clock.advance(1000);
    expect(states()).toBe("xxxx");
    await closing;
    expect(clients.map(({ readyState }) => readyState >= WebSocket.CLOSING)).not.toContain(false);
    expect(clock.timers).toBe(0);
  });

  test("ends early when all connections have gone", async () => {
    const clock = new FakeClock();
    const { server } = await startServer(echo, { clock });
    const clients = await Promise.all([open(server), open(server)]);
    const closing = server.close({ grace: 60_000 });
    for (const client of clients) client.terminate();
    await closing;
    expect(clock.timers).toBe(0);
  });
});

describe("the deadline", () => {
  test("cuts clients that do not answer", async () => {
    const clock = new FakeClock();
    const { server, connect, logger } = await startServer(echo, { clock });
    const client = await connect();
    await client.ask(upgradeRequest());
    const closing = server.close({ timeout: 3000 });
    expect((await client.read(4)).toString("hex")).toBe("880203e9");
    clock.advance(2999);
    await turn();
    expect(server.connections.size).toBe(1);
    clock.advance(1);
    await closing;
    await client.rest();
    expect(server.connections.size).toBe(0);
    expect(clock.timers).toBe(0);
    expect(logger.of("warn")).toEqual([]);
  });

  test("does not wait for handlers that do not return, and says so", async () => {
    const clock = new FakeClock();
    const { server, logger } = await startServer(() => new Promise<void>(() => {}), { clock });
    const client = await open(server);
    const code = codeOf(client);
    const closing = server.close();
    expect(await code).toBe(1001);
    await turn();
    clock.advance(10_000);
    await closing;
    expect(logger.of("warn")).toEqual([
      "warn: the server closed while 1 handlers were still running",
    ]);
  });

  test("cuts requests that are not answered", async () => {
    const clock = new FakeClock();
    const called = new Deferred<void>();
    const { server, connect } = await startServer(echo, {
      clock,
      onRequest: () => called.resolve(),
    });
    const client = await connect();
    client.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await called.promise;
    const closing = server.close({ timeout: 1000 });
    clock.advance(1000);
    await closing;
    expect(await client.rest()).toHaveLength(0);
  });
});

describe("plain requests at the end", () => {
  test("idle connections are closed at once", async () => {
    const { server, connect } = await startServer();
    const client = await connect();
    expect((await client.ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")).status).toBe(426);
    await server.close();
    await client.rest();
  });

  test("a request under way is answered first", async () => {
    const called = new Deferred<() => void>();
    const { server, connect } = await startServer(echo, {
      onRequest: (_request, response) => called.resolve(() => response.end("done")),
    });
    const client = await connect();
    client.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const respond = await called.promise;
    const closing = server.close();
    respond();
    expect((await client.response()).body).toBe("done");
    await closing;
  });

  test("an upgrade on a connection that was there before: 503", async () => {
    const { server, connect } = await startServer();
    const accepted = once(server.http as HttpServer, "connection");
    const client = await connect();
    const [socket] = (await accepted) as [Socket];
    const request = upgradeRequest();
    client.socket.write(request.slice(0, 5));
    while (socket.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
    const closing = server.close();
    const { status, headers } = await client.ask(request.slice(5));
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    client.close();
    await closing;
  });
});

test("a server that was attached closes its connections, and nothing else", async () => {
  const http = createServer((_request, response) => response.end("page")).listen(0, "127.0.0.1");
  onTestFinished(() => void http.close());
  await once(http, "listening");
  const { server, connect } = await startServer(echo, { server: http });
  const client = await connect();
  await client.ask(upgradeRequest());
  const refused = await connect();
  await refused.ask(upgradeRequest("/", { Host: "evil.example" }));
  const closing = server.close();
  expect((await client.read(4)).toString("hex")).toBe("880203e9");
  client.socket.write(clientFrame(8, Buffer.of(0x03, 0xe9)));
  refused.close();
  await closing;
  expect(http.listening).toBe(true);
  const port = (http.address() as AddressInfo).port;
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: "close" } });
  expect(await response.text()).toBe("page");
});

test("an ended server lets go of everything", async () => {
  const handlers: ServerConnection<unknown>[] = [];
  const { server } = await startServer((connection) => {
    handlers.push(connection);
    return echo(connection);
  });
  const sockets = await Promise.all(Array.from({ length: 20 }, () => open(server)));
  const codes = Promise.all(sockets.map(codeOf));
  await server.close();
  expect(new Set(await codes)).toEqual(new Set([1001]));
  expect(handlers.map(({ state }) => state)).toEqual(Array.from({ length: 20 }, () => "closed"));
  expect(server.http?.listening).toBe(false);
});
