import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server as HttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { duplexPair } from "node:stream";
import type { Duplex } from "node:stream";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { clientFrame, RawClient, upgradeRequest } from "../support/raw-client.ts";
import { echo, startServer } from "../support/running-server.ts";
import { scratchFolder } from "../support/scratch.ts";

const folder = scratchFolder();

/** A server of somebody else's, such as that of an Express app. */
async function startHttp(listener: RequestListener): Promise<{ http: HttpServer; port: number }> {
  const http = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => {
    http.close();
    http.closeAllConnections();
  });
  await once(http, "listening");
  return { http, port: (http.address() as AddressInfo).port };
}

async function connectTo(port: number): Promise<RawClient> {
  const client = await RawClient.connect({ port, host: "127.0.0.1" });
  onTestFinished(() => client.close());
  return client;
}

const GET = "GET /page HTTP/1.1\r\nHost: localhost\r\n";
const H2C =
  "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n";

describe("a plain request to a server of its own", () => {
  test("is answered 426, with what to upgrade to, and a line for people", async () => {
    const { connect } = await startServer();
    const { status, headers, body } = await (await connect()).ask(`${GET}\r\n`);
    expect(status).toBe(426);
    expect(headers.get("upgrade")).toBe("websocket");
    expect(headers.get("connection")).toBe("Upgrade");
    expect(headers.get("sec-websocket-version")).toBe("13");
    expect(body).toBe("This is a WebSocket server. Connect to it with a WebSocket client.\n");
  });

  test("goes to onRequest, on the same port", async () => {
    const { connect } = await startServer(echo, {
      onRequest: (request, response) => response.end(`${request.method} ${request.url}`),
    });
    const client = await connect();
    expect((await client.ask(`${GET}\r\n`)).body).toBe("GET /page");
    expect((await client.ask(upgradeRequest())).status).toBe(101);
  });

  test("is answered 500 when onRequest throws or rejects, which is logged", async () => {
    const error = new Error("secret detail");
    for (const onRequest of [
      () => {
        throw error;
      },
      async () => Promise.reject(error),
    ]) {
      const { connect, logger } = await startServer(echo, { onRequest });
      const { status, body } = await (await connect()).ask(`${GET}\r\n`);
      expect([status, body]).toEqual([500, ""]);
      expect(logger.of("error")).toEqual(["error: onRequest failed"]);
      expect(logger.details).toEqual([error]);
    }
  });

  test("is cut off when onRequest fails in the middle of its response", async () => {
    const { connect } = await startServer(echo, {
      onRequest: async (_request, response) => {
        response.writeHead(200, { "Content-Length": "100" }).write("x");
        await new Promise((resolve) => response.write("y", resolve));
        throw new Error("late");
      },
    });
    const client = await connect();
    client.socket.write(`${GET}\r\n`);
    expect((await client.rest()).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*xy$/);
  });
});

describe("a request for another protocol", () => {
  test("is answered as if it had not asked (h2c)", async () => {
    const { connect } = await startServer(echo, {
      onRequest: (request, response) => response.end(request.url),
    });
    const client = await connect();
    const { status, headers, body } = await client.ask(GET + H2C);
    expect([status, body, headers.get("connection")]).toEqual([200, "/page", "close"]);
    expect(await client.rest()).toHaveLength(0);
    const plain = await startServer();
    expect((await (await plain.connect()).ask(GET + H2C)).status).toBe(426);
  });

  test("is refused when it has a body, which Node does not read", async () => {
    const { connect } = await startServer(echo, { onRequest: () => expect.unreachable() });
    const post = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n${H2C}hello`;
    const { status, headers } = await (await connect()).ask(post);
    expect([status, headers.get("allow")]).toEqual([405, "GET"]);
  });

  test("and a client that goes away meanwhile hurts nobody", async () => {
    const { connect, server } = await startServer(echo, {
      onRequest: (_request, response) => {
        (client.socket as Socket).resetAndDestroy();
        response.on("close", () => response.end("late"));
      },
    });
    const client = await connect();
    client.socket.write(GET + H2C);
    await once(client.socket, "close");
    await server.close();
  });
});

describe("a request that can't be read", () => {
  const requests: [string, number, string][] = [
    ["no HTTP", 400, "rubbish\r\n\r\n"],
    ["a malformed header", 400, "GET / HTTP/1.1\r\nHost: a\r\nA b: c\r\n\r\n"],
    ["a header of 20 KiB", 431, `GET / HTTP/1.1\r\nHost: a\r\nA: ${"x".repeat(20_000)}\r\n\r\n`],
    [
      "headers of 500 KiB",
      431,
      `GET / HTTP/1.1\r\nHost: a\r\n${`A: ${"x".repeat(1000)}\r\n`.repeat(500)}\r\n`,
    ],
    ["a URL of 20 KiB", 431, `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ];
  test.each(requests)("%s: %i", async (_name, status, request) => {
    const { connect } = await startServer();
    const client = await connect();
    const response = await client.ask(request);
    expect([response.status, response.headers.get("connection")]).toEqual([status, "close"]);
    expect(response.body).toMatch(/^The request .*\.\n$/);
  });

  test("one that takes too long to arrive: 408 (slow loris)", async () => {
    const { connect } = await startServer(echo, { openTimeout: 50 });
    const clients = [await connect(), await connect()];
    clients[0]?.socket.write("GET / HTTP/1.1\r\nHost: a\r\nX");
    for (const client of clients) {
      const { status, body } = await client.response();
      expect([status, body]).toEqual([408, "The request took too long to arrive.\n"]);
      client.close();
    }
  });
});

describe("attached to a server that is there already", () => {
  const page: RequestListener = (request, response) => void response.end(`page ${request.url}`);

  test("its pages and its WebSockets share the port, before and after", async () => {
    const { http, port } = await startHttp(page);
    const { server } = await startServer({ "/ws": echo }, { server: http });
    expect(server.url).toBe(`ws://127.0.0.1:${port}`);
    expect(server.http).toBe(http);
    const client = await connectTo(port);
    expect((await client.ask(`${GET}\r\n`)).body).toBe("page /page");
    expect((await client.ask(upgradeRequest("/ws"))).status).toBe(101);
    client.socket.write(clientFrame(1, "hi"));
    expect((await client.read(4)).toString("hex")).toBe("81026869");
    client.close();
    await server.close();
    expect(http.listenerCount("upgrade")).toBe(0);
    expect(http.listening).toBe(true);
    expect((await (await connectTo(port)).ask(`${GET}\r\n`)).body).toBe("page /page");
  });

  test("a path that is not ours: 404 when nobody else listens", async () => {
    const { http, port } = await startHttp(page);
    await startServer({ "/ws": echo }, { server: http });
    expect((await (await connectTo(port)).ask(upgradeRequest("/other"))).status).toBe(404);
    expect((await (await connectTo(port)).ask(upgradeRequest("/%zz"))).status).toBe(400);
  });

  test("a path that is not ours is left to those who listen", async () => {
    const { http, port } = await startHttp(page);
    const theirs = new WebSocketServer({ noServer: true });
    theirs.on("connection", (socket) => socket.send("theirs"));
    http.on("upgrade", (request, socket, head) => {
      if (request.url !== "/theirs") return;
      theirs.handleUpgrade(request, socket, head, (peer) =>
        theirs.emit("connection", peer, request),
      );
    });
    await startServer({ "/ours": (connection) => connection.send("ours") }, { server: http });
    for (const name of ["theirs", "ours"]) {
      const client = new WebSocket(`ws://127.0.0.1:${port}/${name}`);
      const [data] = await once(client, "message");
      expect(String(data)).toBe(name);
      client.terminate();
    }
  });

  test("several servers share one, and the last one answers for all", async () => {
    const { http, port } = await startHttp(page);
    const { server: first } = await startServer({ "/a": echo }, { server: http });
    const { server: second } = await startServer({ "/b": echo }, { server: http });
    expect(http.listenerCount("upgrade")).toBe(1);
    for (const [path, status] of [
      ["/a", 101],
      ["/b", 101],
      ["/c", 404],
    ] as const) {
      const client = await connectTo(port);
      expect((await client.ask(upgradeRequest(path))).status, path).toBe(status);
      client.close();
    }
    await first.close();
    expect((await (await connectTo(port)).ask(upgradeRequest("/a"))).status).toBe(404);
    expect((await (await connectTo(port)).ask(upgradeRequest("/b"))).status).toBe(101);
    await second.close({ timeout: 0 });
    expect(http.listenerCount("upgrade")).toBe(0);
  });

  test("a client that speaks h2c still gets its page", async () => {
    const { http, port } = await startHttp(page);
    await startServer({ "/ws": echo }, { server: http });
    expect((await (await connectTo(port)).ask(GET + H2C)).body).toBe("page /page");
  });

  test("another WebSocket-less protocol is left to those who listen", async () => {
    const { http, port } = await startHttp(page);
    http.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
      if (request.headers.upgrade === "custom") socket.end("HTTP/1.1 101 Custom\r\n\r\n");
    });
    await startServer(echo, { server: http });
    const request = upgradeRequest("/", { Upgrade: "custom" });
    expect((await (await connectTo(port)).ask(request)).statusText).toBe("Custom");
  });

  test("is bound to loopback if that server is", async () => {
    const { http, port } = await startHttp(page);
    const { logger } = await startServer(echo, { server: http });
    const request = upgradeRequest("/", { Host: "evil.example" });
    expect((await (await connectTo(port)).ask(request)).status).toBe(403);
    expect(logger.of("warn")).toHaveLength(1);
  });

  test("that does not listen yet has no address", async () => {
    const http = createServer();
    const { server } = await startServer(echo, { server: http });
    expect([server.address, server.url, server.port]).toEqual([null, "", 0]);
  });
});

describe("accept", () => {
  test("takes a socket that was upgraded elsewhere", async () => {
    const { server } = await startServer({ "/a": echo }, { listen: false });
    expect([server.address, server.url, server.port, server.http]).toEqual([
      null,
      "",
      0,
      undefined,
    ]);
    const { http, port } = await startHttp(() => {});
    http.on("upgrade", (request, socket, head) => server.accept(request, socket, head));
    const client = await connectTo(port);
    expect((await client.ask(upgradeRequest("/a"))).status).toBe(101);
    client.socket.write(clientFrame(1, "hi"));
    expect((await client.read(4)).toString("hex")).toBe("81026869");
    expect((await (await connectTo(port)).ask(upgradeRequest("/b"))).status).toBe(404);
    expect((await (await connectTo(port)).ask(GET + H2C)).status).toBe(426);
    client.close();
    await server.close();
    expect((await (await connectTo(port)).ask(upgradeRequest("/a"))).status).toBe(503);
  });

  test("takes any stream", async () => {
    const { server } = await startServer(echo, { listen: false });
    const [ours, theirs] = duplexPair();
    const client = new RawClient(theirs);
    const rawHeaders = upgradeRequest()
      .split("\r\n")
      .slice(1, -2)
      .flatMap((line) => line.split(": "));
    const request = { method: "GET", url: "/", httpVersion: "1.1", rawHeaders } as IncomingMessage;
    server.accept(request, ours, clientFrame(1, "head"));
    expect((await client.response()).status).toBe(101);
    expect((await client.read(6)).toString("hex")).toBe("810468656164");
    theirs.end();
  });

  test("gives up a socket that makes it fail, and goes on", async () => {
    const { server, logger } = await startServer(echo, { listen: false });
    const [ours] = duplexPair();
    server.accept({ rawHeaders: null } as unknown as IncomingMessage, ours, Buffer.of());
    expect(ours.destroyed).toBe(true);
    expect(logger.of("error")).toEqual(["error: a handshake failed"]);
  });
});

describe("listening", () => {
  test("by default on a free port of 127.0.0.1", async () => {
    const { server } = await startServer();
    expect(server.address).toEqual({ address: "127.0.0.1", family: "IPv4", port: server.port });
    expect(server.url).toBe(`ws://127.0.0.1:${server.port}`);
    expect(server.port).toBeGreaterThan(0);
  });

  test("on a Unix socket, whose clients have no address", async () => {
    const path = join(folder, "s.sock");
    const { server, connect } = await startServer(echo, {
      path,
      maxConnectionsPerAddress: 1,
      trustProxy: ["unix"],
    });
    expect([server.address, server.url, server.port]).toEqual([path, `ws+unix:${path}`, 0]);
    const client = await connect();
    expect((await client.ask(upgradeRequest("/", { Host: "any.example" }))).status).toBe(101);
    expect([...server.connections][0]?.request.remoteAddress).toBeUndefined();
    const forwarded = upgradeRequest("/", { "X-Forwarded-For": "192.0.2.1" });
    expect((await (await connect()).ask(forwarded)).status).toBe(101);
    expect([...server.connections][1]?.request.remoteAddress).toBe("192.0.2.1");
  });

  test("fails with what Node says", async () => {
    const { server } = await startServer();
    await expect(startServer(echo, { port: server.port })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  test("fails for what makes no sense", async () => {
    await expect(startServer(1 as never)).rejects.toThrow("serve takes a handler");
    await expect(startServer({ "/": 1 } as never)).rejects.toThrow(
      "the handler of / is no function",
    );
    await expect(startServer({ chat: echo } as never)).rejects.toThrow('route "chat" is no path');
    await expect(startServer(echo, { port: 1, path: "/x" })).rejects.toThrow(TypeError);
  });

  test("an error of the HTTP server is logged, and ends nothing", async () => {
    const { server, logger, connect } = await startServer();
    const error = new Error("accept EMFILE");
    server.http?.emit("error", error);
    expect(logger.of("error")).toEqual(["error: the server failed"]);
    expect((await (await connect()).ask(upgradeRequest())).status).toBe(101);
  });

  test("with no limit of time, if there is to be none", async () => {
    const { server, connect } = await startServer(echo, { openTimeout: Infinity });
    expect((server.http as HttpServer).headersTimeout).toBe(0);
    expect((await (await connect()).ask(upgradeRequest())).status).toBe(101);
  });

  test("on IPv6", async () => {
    const { server } = await startServer(echo, { host: "::1" });
    expect(server.url).toBe(`ws://[::1]:${server.port}`);
  });
});
