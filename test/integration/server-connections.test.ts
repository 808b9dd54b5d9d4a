import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { ClientOptions } from "ws";
import { ClosedError } from "../../src/errors.ts";
import { broadcast } from "../../src/server/index.ts";
import type { Handler, Server, ServerConnection } from "../../src/server/index.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { Deferred } from "../../src/util/deferred.ts";
import { echo, startServer } from "../support/running-server.ts";

async function open(server: Server, path = "/", options: ClientOptions = {}): Promise<WebSocket> {
  const client = new WebSocket(server.url + path, options);
  onTestFinished(() => client.terminate());
  await once(client, "open");
  return client;
}

/** The close code and reason that a client gets. */
async function closeOf(client: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(client, "close")) as [number, Buffer];
  return [code, reason.toString()];
}

async function messageOf(client: WebSocket): Promise<string> {
  const [data] = (await once(client, "message")) as [Buffer];
  return data.toString();
}

/** Starts a server, connects to it, and says how that ended and what was logged about it. */
async function run(
  handler: Handler<unknown>,
): Promise<{ close: [number, string]; lines: string[]; details: unknown[] }> {
  const { server, logger } = await startServer(handler);
  const client = new WebSocket(server.url);
  const close = await closeOf(client);
  await Promise.all([...server.connections].map(({ closed }) => closed));
  expect(server.connections.size).toBe(0);
  return { close, lines: logger.of("warn", "error"), details: logger.details };
}

describe("a handler", () => {
  test("that returns closes its connection with 1000, after what it sent", async () => {
    const { server } = await startServer((connection) => void connection.send("bye"));
    const client = new WebSocket(server.url);
    const message = messageOf(client);
    expect(await closeOf(client)).toEqual([1000, ""]);
    expect(await message).toBe("bye");
  });

  test("that throws closes its connection with 1011; the error is logged, and not on the wire", async () => {
    const error = new Error("secret detail");
    for (const handler of [
      () => {
        throw error;
      },
      async () => Promise.reject(error),
    ]) {
      const { close, lines, details } = await run(handler);
      expect(close).toEqual([1011, ""]);
      expect(lines).toEqual(['error: the handler of "/" failed']);
      expect(details).toEqual([error]);
    }
  });

  test("that closed its connection itself has the last word", async () => {
    const { close, lines } = await run(async (connection) => void connection.close(4000, "mine"));
    expect([close, lines]).toEqual([[4000, "mine"], []]);
  });

  test("that throws what is no error is reported too", async () => {
    const { close, details } = await run(() => Promise.reject("text"));
    expect([close, details]).toEqual([[1011, ""], ["text"]]);
  });

  const endings: [string, (connection: ServerConnection<unknown>) => Promise<unknown>][] = [
    ["from recv", (connection) => connection.recv()],
    [
      "from iterating",
      async (connection) => {
        for await (const _ of connection) continue;
      },
    ],
    [
      "from what was aborted by its signal",
      ({ signal }) => once(new EventTarget(), "x", { signal }),
    ],
  ];
  test.each(endings)("may let the end of its connection through: %s", async (_name, wait) => {
    const failed = new Deferred<unknown>();
    const { server, logger } = await startServer((connection) => {
      const waiting = wait(connection);
      waiting.catch(failed.resolve);
      return waiting;
    });
    const client = await open(server);
    client.terminate();
    const error = (await failed.promise) as Error;
    expect(error instanceof ClosedError || error.cause instanceof ClosedError).toBe(true);
    await server.close();
    expect(logger.of("warn", "error")).toEqual([]);
    expect(logger.of("debug").join()).toContain('the handler of "/" ended with its connection');
  });

  test("that lets the end of another connection through has failed", async () => {
    const info = { code: 1006, reason: "", wasClean: false, initiator: "remote" } as const;
    const { close, lines } = await run(() => Promise.reject(new ClosedError(info)));
    expect([close, lines]).toEqual([[1011, ""], ['error: the handler of "/" failed']]);
  });
});

describe("messages", () => {
  test("that come before the handler reads are kept (ws#1630)", async () => {
    const ready = new Deferred<void>();
    const { server } = await startServer(async (connection) => {
      await ready.promise;
      await echo(connection);
    });
    const client = await open(server);
    for (let index = 0; index < 10; index++) client.send(String(index));
    await new Promise((resolve) => client.ping("", true, () => resolve(undefined)));
    const messages: string[] = [];
    const all = new Deferred<void>();
    client.on("message", (data: Buffer) => {
      if (messages.push(data.toString()) === 10) all.resolve();
    });
    ready.resolve();
    await all.promise;
    expect(messages.join("")).toBe("0123456789");
  });

  test("larger than maxMessage close with 1009", async () => {
    const { server } = await startServer(echo, { maxMessage: 10 });
    const client = await open(server);
    client.send("0123456789");
    expect(await messageOf(client)).toBe("0123456789");
    client.send("0123456789x");
    expect((await closeOf(client))[0]).toBe(1009);
  });

  test("are compressed for those who can, and stop inflating at the limit (CVE-2026-1526)", async () => {
    const { server } = await startServer(echo, {
      maxMessage: 100_000,
      compression: { threshold: 0 },
    });
    const client = await open(server, "/", { perMessageDeflate: { threshold: 0 } });
    expect(client.extensions).toBe("permessage-deflate");
    client.send("x".repeat(50_000));
    expect(await messageOf(client)).toBe("x".repeat(50_000));
    client.send(Buffer.alloc(10_000_000));
    expect((await closeOf(client))[0]).toBe(1009);
  });

  test("of a connection that breaks the protocol end it alone", async () => {
    const { server, logger } = await startServer(echo);
    const bad = await open(server);
    const good = await open(server);
    (bad as unknown as { _socket: { write: (bytes: Buffer) => void } })._socket.write(
      Buffer.of(0xff, 0xff),
    );
    expect((await closeOf(bad))[0]).toBe(1002);
    good.send("still here");
    expect(await messageOf(good)).toBe("still here");
    expect(logger.of("warn", "error")).toEqual([]);
  });
});

describe("limits of a connection", () => {
  test("maxMessagesPerSecond closes with 1008", async () => {
    const { server } = await startServer(echo, { maxMessagesPerSecond: 5, clock: new FakeClock() });
    const client = await open(server);
    const messages: string[] = [];
    client.on("message", (data: Buffer) => messages.push(data.toString()));
    for (let index = 0; index < 20; index++) client.send(String(index));
    expect(await closeOf(client)).toEqual([1008, "too many messages"]);
    expect(messages).toEqual(["0", "1", "2", "3", "4"]);
  });

  test("idleTimeout closes with 1001", async () => {
    const clock = new FakeClock();
    const { server } = await startServer(echo, { idleTimeout: 60_000, clock, keepalive: false });
    const client = await open(server);
    clock.advance(30_000);
    client.send("x");
    await messageOf(client);
    clock.advance(59_999);
    expect([...server.connections][0]?.state).toBe("open");
    clock.advance(1);
    expect(await closeOf(client)).toEqual([1001, "idle for too long"]);
  });

  test("idleTimeout does not run while the handler is too slow to read", async () => {
    const clock = new FakeClock();
    const read = new Deferred<void>();
    const { server } = await startServer(
      async (connection) => {
        await read.promise;
        await echo(connection);
      },
      { idleTimeout: 1000, clock, keepalive: false, receiveHighWaterMark: 1000 },
    );
    const client = await open(server);
    client.send("x".repeat(2000));
    await new Promise((resolve) => client.ping("", true, () => resolve(undefined)));
    const pong = once(client, "pong");
    client.ping();
    await pong;
    clock.advance(10_000);
    expect([...server.connections][0]?.state).toBe("open");
    read.resolve();
    expect(await messageOf(client)).toHaveLength(2000);
    clock.advance(1000);
    expect((await closeOf(client))[0]).toBe(1001);
  });

  test("maxLifetime closes with 1001", async () => {
    const clock = new FakeClock();
    const { server } = await startServer(echo, { maxLifetime: 5000, clock });
    const client = await open(server);
    clock.advance(5000);
    expect(await closeOf(client)).toEqual([1001, "lifetime is over"]);
  });

  test("leave no timer behind", async () => {
    const clock = new FakeClock();
    const { server } = await startServer(echo, { clock, maxLifetime: 5000, idleTimeout: 5000 });
    const client = await open(server);
    expect(clock.timers).toBeGreaterThan(2);
    client.close();
    await closeOf(client);
    await server.close();
    expect(clock.timers).toBe(0);
  });
});

describe("broadcast", () => {
  test("reaches all but one, compressed or not", async () => {
    const { server } = await startServer(
      (connection) =>
        connection.forEach((message) =>
          broadcast(server.connections, message, { except: connection }),
        ),
      { compression: { threshold: 0 } },
    );
    const clients = await Promise.all([
      open(server),
      open(server, "/", { perMessageDeflate: false }),
      open(server, "/", { perMessageDeflate: true }),
    ]);
    const [sender, ...others] = clients;
    sender?.on("message", () => expect.unreachable("the sender got its own message"));
    const received = Promise.all(others.map(messageOf));
    sender?.send("to the others");
    expect(await received).toEqual(["to the others", "to the others"]);
  });

  test("passes over connections that go away meanwhile", async () => {
    const { server } = await startServer(echo);
    const clients = await Promise.all([open(server), open(server), open(server)]);
    const [first, second] = [...server.connections];
    first?.terminate();
    void second?.close();
    const received = messageOf(clients[2]);
    broadcast(server.connections, "x");
    expect(await received).toBe("x");
  });
});

test("server.connections holds those that are not gone", async () => {
  const { server } = await startServer(echo);
  expect(server.connections.size).toBe(0);
  const clients = [await open(server), await open(server)];
  const [first] = [...server.connections];
  expect(server.connections.size).toBe(2);
  clients[0]?.close();
  await first?.closed;
  expect(server.connections.size).toBe(1);
  expect(server.connections.has(first as ServerConnection<unknown>)).toBe(false);
});
