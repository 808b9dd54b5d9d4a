import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { ClosedError, StateError, TimeoutError } from "../../src/errors.ts";
import { basicAuth } from "../../src/server/index.ts";
import type {
  HandshakeRequest,
  HandshakeResult,
  ServerConnection,
} from "../../src/server/index.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { Deferred } from "../../src/util/deferred.ts";
import { clientFrame, upgradeRequest } from "../support/raw-client.ts";
import { echo, startServer } from "../support/running-server.ts";

/** A hook that waits to be told what to answer. */
function waitingHook() {
  const requests: HandshakeRequest[] = [];
  const called = new Deferred<HandshakeRequest>();
  const answer = new Deferred<HandshakeResult<unknown>>();
  const onHandshake = (request: HandshakeRequest): Promise<HandshakeResult<unknown>> => {
    requests.push(request);
    called.resolve(request);
    return answer.promise;
  };
  return { requests, called: called.promise, answer, onHandshake };
}

describe("onHandshake accepts", () => {
  test("with data, headers and a subprotocol", async () => {
    const connections: ServerConnection<unknown>[] = [];
    const { connect } = await startServer((connection) => void connections.push(connection), {
      subprotocols: ["a"],
      onHandshake: async (request) => ({
        data: { path: request.path },
        headers: [
          ["Set-Cookie", "a=1"],
          ["Set-Cookie", "b=2"],
        ],
        subprotocol: "b",
      }),
    });
    const request = upgradeRequest("/x", { "Sec-WebSocket-Protocol": "a, b" });
    const { status, headers } = await (await connect()).ask(request);
    expect(status).toBe(101);
    expect(headers.get("set-cookie")).toBe("a=1, b=2");
    expect(headers.get("sec-websocket-protocol")).toBe("b");
    expect(connections[0]?.data).toEqual({ path: "/x" });
    expect(connections[0]?.subprotocol).toBe("b");
  });

  test("with nothing at all", async () => {
    for (const result of [undefined, {}]) {
      const { connect } = await startServer(echo, { onHandshake: () => result });
      expect((await (await connect()).ask(upgradeRequest())).status).toBe(101);
    }
  });

  test("and sees what is known of the request", async () => {
    const { connect, server } = await startServer(
      { "/chat/:room": echo },
      {
        onHandshake: (request) => ({ data: request }),
      },
    );
    const headers = { Origin: "http://localhost", "X-A": "b", "Sec-WebSocket-Protocol": "p, q" };
    await (await connect()).ask(upgradeRequest("/chat/a%20b?x=1", headers));
    const [connection] = [...server.connections];
    const { request } = connection as ServerConnection<unknown>;
    expect(connection?.data).toBe(request);
    expect(request).toMatchObject({
      method: "GET",
      url: "/chat/a%20b?x=1",
      path: "/chat/a%20b",
      host: "localhost",
      origin: "http://localhost",
      remoteAddress: "127.0.0.1",
      secure: false,
      subprotocols: ["p", "q"],
      tls: undefined,
    });
    expect({ ...request.params }).toEqual({ room: "a b" });
    expect(request.query.get("x")).toBe("1");
    expect(request.headers.get("x-a")).toBe("b");
    expect(request.signal.aborted).toBe(false);
  });
});

describe("onHandshake refuses", () => {
  test("with a response of its own, body and all", async () => {
    const handler = vi.fn();
    const { connect, server } = await startServer(handler, {
      onHandshake: () => Response.json({ error: "no" }, { status: 402, headers: { "X-A": "b" } }),
    });
    const client = await connect();
    const { status, statusText, headers, body } = await client.ask(upgradeRequest());
    expect([status, statusText, body]).toEqual([402, "Payment Required", '{"error":"no"}']);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("content-length")).toBe("14");
    expect(headers.get("connection")).toBe("close");
    expect(headers.get("x-a")).toBe("b");
    expect(await client.rest()).toHaveLength(0);
    expect(handler).not.toHaveBeenCalled();
    expect(server.connections.size).toBe(0);
  });

  test("with basicAuth, until the password is right", async () => {
    const { connect, server } = await startServer(echo, {
      onHandshake: basicAuth({
        check: ({ username, password }) => password === "p" && { username },
      }),
    });
    const refused = await (await connect()).ask(upgradeRequest());
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe(
      'Basic realm="WebSocket", charset="UTF-8"',
    );
    const Authorization = `Basic ${btoa("ann:p")}`;
    expect((await (await connect()).ask(upgradeRequest("/", { Authorization }))).status).toBe(101);
    expect([...server.connections].map(({ data }) => data)).toEqual([{ username: "ann" }]);
  });
});

/** Shaped like a response, with a status text that would end its line. */
const UNWRITABLE: unknown = {
  status: 200,
  statusText: "a\r\nb",
  headers: [],
  arrayBuffer: async () => new ArrayBuffer(0),
};

describe("onHandshake fails", () => {
  const broken = new Error("secret detail");
  const failures: [
    string,
    () => HandshakeResult<unknown> | Promise<HandshakeResult<unknown>>,
    string,
  ][] = [
    [
      "by throwing",
      () => {
        throw broken;
      },
      "onHandshake failed",
    ],
    ["by rejecting", () => Promise.reject(broken), "onHandshake failed"],
    [
      "by choosing a subprotocol that was not offered",
      () => ({ subprotocol: "x" }),
      "onHandshake failed",
    ],
    [
      "by setting a header of the handshake",
      () => ({ headers: { "Sec-WebSocket-Accept": "x" } }),
      "onHandshake failed",
    ],
    [
      "by setting a header that frames",
      () => ({ headers: { "content-length": "5" } }),
      "onHandshake failed",
    ],
    [
      "by splitting a header (CVE-2026-1527)",
      () => ({ headers: { A: "b\r\nC: d" } }),
      "onHandshake set a header that can't be sent",
    ],
    [
      "by a response whose body breaks off",
      () => new Response(new ReadableStream({ start: (body) => body.error(broken) })),
      "onHandshake failed",
    ],
    [
      "by a response that can't be written",
      () => UNWRITABLE as Response,
      "onHandshake gave a response that can't be sent",
    ],
  ];
  test.each(failures)(
    "%s: 500, logged, and nothing of it on the wire",
    async (_name, hook, line) => {
      const { connect, server, logger } = await startServer(echo, {
        onHandshake: hook,
        maxConnections: 1,
      });
      for (let time = 0; time < 2; time++) {
        const { status, body } = await (await connect()).ask(upgradeRequest());
        expect([status, body]).toEqual([500, "The server could not handle this request.\n"]);
      }
      expect(logger.of("warn", "error")).toEqual([`error: ${line}`, `error: ${line}`]);
      expect(logger.details[0]).toBeInstanceOf(Error);
      expect(server.connections.size).toBe(0);
    },
  );
});

describe("while onHandshake decides", () => {
  test("nothing is answered, and what comes in is kept", async () => {
    const { called, answer, onHandshake } = waitingHook();
    const { connect } = await startServer(echo, { onHandshake });
    const client = await connect();
    client.socket.write(Buffer.concat([Buffer.from(upgradeRequest()), clientFrame(9, "p")]));
    await called;
    client.socket.write(clientFrame(1, "one"));
    client.socket.write(clientFrame(1, "two"));
    await new Promise((resolve) => setImmediate(resolve));
    answer.resolve({});
    expect((await client.response()).status).toBe(101);
    expect((await client.read(13)).toString("hex")).toBe("8a017081036f6e65810374776f");
  });

  test("no more is read than fits a bounded buffer", async () => {
    const { called, answer, onHandshake } = waitingHook();
    const sockets: Socket[] = [];
    const { server, connect } = await startServer(echo, { onHandshake });
    server.http?.on("connection", (socket: Socket) => sockets.push(socket));
    const client = await connect();
    client.socket.write(upgradeRequest());
    await called;
    const flood = Buffer.alloc(16 * 1024 * 1024);
    const written = client.socket.write(flood);
    expect(written).toBe(false);
    const [socket] = sockets as [Socket];
    while (socket.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(socket.readableLength).toBeLessThan(256 * 1024);
    answer.resolve(new Response(null, { status: 403 }));
    expect((await client.response()).status).toBe(403);
  });

  const deaths: [string, (socket: Socket) => void][] = [
    ["resets the connection", (socket) => socket.resetAndDestroy()],
    ["closes the connection", (socket) => socket.destroy()],
    ["ends its side", (socket) => socket.end()],
  ];
  test.each(deaths)("a client that %s hurts nobody (CVE-2022-41940)", async (_name, die) => {
    const { called, answer, onHandshake } = waitingHook();
    const handler = vi.fn();
    const { server, connect, logger } = await startServer(handler, {
      onHandshake,
      maxConnections: 1,
    });
    const client = await connect();
    client.socket.write(upgradeRequest());
    const { signal } = await called;
    die(client.socket as Socket);
    if (!signal.aborted) await once(signal, "abort");
    expect(signal.reason).toBeInstanceOf(ClosedError);
    answer.resolve({ data: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(handler).not.toHaveBeenCalled();
    expect(server.connections.size).toBe(0);
    expect(logger.of("warn", "error")).toEqual([]);
    expect((await (await connect()).ask(upgradeRequest())).status).toBe(101);
  });

  test.each(deaths)("a client that %s after early data is missed at once", async (_name, die) => {
    const { called, onHandshake } = waitingHook();
    const { server, connect } = await startServer(echo, { onHandshake });
    const client = await connect();
    client.socket.write(Buffer.concat([Buffer.from(upgradeRequest()), clientFrame(1, "head")]));
    const { signal } = await called;
    await new Promise((resolve) => client.socket.write(clientFrame(1, "more"), resolve));
    die(client.socket as Socket);
    if (!signal.aborted) await once(signal, "abort");
    expect(signal.reason).toBeInstanceOf(ClosedError);
    await server.close();
  });

  test("early data is delivered in order, however it is cut, beyond what is kept too", async () => {
    const { called, answer, onHandshake } = waitingHook();
    const { server, connect } = await startServer(echo, { onHandshake });
    const sockets: Socket[] = [];
    server.http?.on("connection", (socket: Socket) => sockets.push(socket));
    const client = await connect();
    const numbers = Array.from({ length: 20_000 }, (_, index) => String(index).padStart(8, "0"));
    const frames = Buffer.concat(numbers.map((number) => clientFrame(1, number)));
    expect(frames.length).toBeGreaterThan(4 * 64 * 1024);
    client.socket.write(Buffer.concat([Buffer.from(upgradeRequest()), frames.subarray(0, 5)]));
    await called;
    for (const end of [6, 100, 1000]) {
      const begin = end === 6 ? 5 : end === 100 ? 6 : 100;
      await new Promise((resolve) => client.socket.write(frames.subarray(begin, end), resolve));
    }
    client.socket.write(frames.subarray(1000));
    const [socket] = sockets as [Socket];
    while (socket.bytesRead < 64 * 1024) await new Promise((resolve) => setImmediate(resolve));
    answer.resolve({});
    expect((await client.response()).status).toBe(101);
    const echoes = await client.read(numbers.length * 10);
    const received = numbers.map((_, index) =>
      echoes.toString("latin1", index * 10 + 2, index * 10 + 10),
    );
    expect(received).toEqual(numbers);
  });

  test("a hook that fails after its client has gone is not heard", async () => {
    const { called, answer, onHandshake } = waitingHook();
    const { connect, logger } = await startServer(echo, { onHandshake });
    const client = await connect();
    client.socket.write(upgradeRequest());
    const { signal } = await called;
    const aborted = once(signal, "abort");
    client.close();
    await aborted;
    answer.reject(new Error("late"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(logger.of("warn", "error")).toEqual([]);
  });

  test("time runs: 503 after openTimeout, and the signal says so", async () => {
    const clock = new FakeClock();
    const { called, answer, onHandshake } = waitingHook();
    const { connect, logger } = await startServer(echo, { onHandshake, clock, openTimeout: 5000 });
    const client = await connect();
    client.socket.write(upgradeRequest());
    const { signal } = await called;
    const aborted = once(signal, "abort");
    clock.advance(5000);
    await aborted;
    expect(signal.reason).toBeInstanceOf(TimeoutError);
    const { status, headers, body } = await client.response();
    expect([status, body]).toEqual([503, "The server took too long to decide.\n"]);
    expect(headers.get("retry-after")).toBe("1");
    expect(logger.of("warn")).toEqual(["warn: onHandshake took longer than openTimeout (5000 ms)"]);
    answer.resolve({});
  });

  test("the body of a response counts as deciding", async () => {
    const clock = new FakeClock();
    const called = new Deferred<void>();
    const { connect } = await startServer(echo, {
      clock,
      onHandshake: () => new Response(new ReadableStream({ pull: () => called.resolve() })),
    });
    const client = await connect();
    client.socket.write(upgradeRequest());
    await called.promise;
    clock.advance(10_000);
    expect((await client.response()).status).toBe(503);
  });

  test("the server may shut down: 503", async () => {
    const { called, answer, onHandshake } = waitingHook();
    const handler = vi.fn();
    const { server, connect } = await startServer(handler, { onHandshake });
    const client = await connect();
    client.socket.write(upgradeRequest());
    const { signal } = await called;
    const closed = server.close();
    const { status, body } = await client.response();
    expect([status, body]).toEqual([503, "The server is shutting down.\n"]);
    expect(signal.reason).toBeInstanceOf(StateError);
    answer.resolve({});
    client.close();
    await closed;
    expect(handler).not.toHaveBeenCalled();
  });

  test("the server may shut down in the moment in which it decides: 503", async () => {
    const { called, answer, onHandshake } = waitingHook();
    const handler = vi.fn();
    const { server, connect } = await startServer(handler, { onHandshake });
    const client = await connect();
    client.socket.write(upgradeRequest());
    await called;
    answer.resolve({});
    // The decision is on its way, and comes before the interruption.
    for (let hop = 0; hop < 2; hop++) await Promise.resolve();
    const closed = server.close();
    expect((await client.response()).status).toBe(503);
    client.close();
    await closed;
    expect(handler).not.toHaveBeenCalled();
  });
});
