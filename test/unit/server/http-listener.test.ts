import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { HttpHandler } from "../../../src/http/handler.ts";
import { httpListener } from "../../../src/server/http-listener.ts";
import type { HttpListenerOptions } from "../../../src/server/http-listener.ts";
import { RecordingLogger } from "../../support/recording-logger.ts";
import { isPending, turns, until } from "../../support/turns.ts";

interface Site {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly logger: RecordingLogger;
}

async function site(handler: HttpHandler, options: HttpListenerOptions = {}): Promise<Site> {
  const logger = new RecordingLogger();
  const server = createServer(httpListener(handler, { logger, ...options }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, server, logger };
}

/** A socket that collects what comes. */
async function raw(
  port: number,
  text: string,
): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => void (received += chunk.toString("latin1")));
  await once(socket, "connect");
  socket.write(text);
  return { socket, received: () => received };
}

test("a request comes as it was sent, and the response goes as it was made", async () => {
  let seen: Request | undefined;
  const { url, port } = await site(async (request, peer) => {
    seen = request;
    expect(peer.address).toBe("127.0.0.1");
    return new Response(await request.text(), {
      status: 201,
      statusText: "Made",
      headers: [
        ["X-One", "1"],
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["Connection", "upgrade"],
        ["Transfer-Encoding", "gzip"],
        ["Keep-Alive", "timeout=999"],
      ],
    });
  });
  const response = await fetch(`${url}/path/a%20b?q=1`, {
    method: "PUT",
    body: "hällo",
    headers: { "X-Custom": "yes" },
  });
  expect(await response.text()).toBe("hällo");
  expect([response.status, response.statusText]).toEqual([201, "Made"]);
  expect(response.headers.get("x-one")).toBe("1");
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(response.headers.get("keep-alive")).not.toBe("timeout=999");
  expect(response.headers.get("transfer-encoding")).toBe("chunked");
  expect(seen?.url).toBe(`http://127.0.0.1:${port}/path/a%20b?q=1`);
  expect([seen?.method, seen?.headers.get("x-custom")]).toEqual(["PUT", "yes"]);
});

test("an empty response says so, and HEAD, 204 and 304 have no body", async () => {
  let cancelled = 0;
  const { port } = await site(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/none") return new Response(null);
    if (pathname === "/304") return new Response(null, { status: 304 });
    if (pathname === "/204") return new Response(null, { status: 204 });
    return new Response(new ReadableStream({ cancel: () => void cancelled++ }), {
      headers: { "Content-Length": "7" },
    });
  });
  const { received, socket } = await raw(
    port,
    ["GET /none", "GET /304", "GET /204", "HEAD /"]
      .map((line) => `${line} HTTP/1.1\r\nHost: a\r\n\r\n`)
      .join(""),
  );
  await until(() => received().split("HTTP/1.1 ").length === 5, "four responses");
  const [none = "", , , head = ""] = received().split("HTTP/1.1 ").slice(1);
  expect(none).toMatch(/^200 OK\r\n[^]*content-length: 0\r\n/i);
  expect(head).toMatch(/content-length: 7\r\n[^]*\r\n\r\n$/i);
  expect(cancelled).toBe(1);
  socket.destroy();
});

test("a response is streamed: its head and each chunk go out when they are there", async () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const { url } = await site(async () => {
    return new Response(new ReadableStream({ start: (given) => void (controller = given) }));
  });
  const response = await fetch(url);
  const reader = response.body!.getReader();
  for (const text of ["one", "two"]) {
    const read = reader.read();
    expect(await isPending(read)).toBe(true);
    controller.enqueue(Buffer.from(text));
    expect(Buffer.from((await read).value!).toString()).toBe(text);
  }
  controller.close();
  expect((await reader.read()).done).toBe(true);
});

test("a client that does not read slows the response's body down", async () => {
  const chunk = new Uint8Array(64 * 1024);
  let made = 0;
  const { port } = await site(async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        made++;
        controller.enqueue(chunk);
        if (made === 1000) controller.close();
      },
    });
    return new Response(body, { headers: { "Content-Length": String(chunk.length * 1000) } });
  });
  const request = httpRequest({ port, host: "127.0.0.1" }).end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.pause();
  let before = -1;
  while (before !== made) {
    before = made;
    await turns(50);
  }
  expect(made).toBeLessThan(900);
  let size = 0;
  for await (const part of response) size += (part as Buffer).length;
  expect(size).toBe(chunk.length * 1000);
});

test("a handler that does not read slows the request's body down", async () => {
  let read!: () => void;
  const gate = new Promise<void>((resolve) => (read = resolve));
  const { port } = await site(async (request) => {
    await gate;
    let size = 0;
    for await (const chunk of request.body!) size += chunk.length;
    return new Response(String(size));
  });
  const request = httpRequest({ port, host: "127.0.0.1", method: "POST" }).setMaxListeners(0);
  const answered = once(request, "response");
  const chunk = Buffer.alloc(64 * 1024);
  let sent = 0;
  while (request.write(chunk) || request.writableLength < 1024 * 1024) {
    sent++;
    if (request.writableNeedDrain) {
      const drained = once(request, "drain");
      await Promise.race([drained, turns(50)]);
    }
  }
  sent++;
  expect(sent).toBeLessThan(1000);
  read();
  request.end();
  const [response] = (await answered) as [IncomingMessage];
  expect(Number((await response.toArray()).join(""))).toBe(sent * chunk.length);
});

test("when the client goes away the signal is aborted, and the body cancelled", async () => {
  let signal!: AbortSignal;
  let cancelled: unknown;
  const { port, logger } = await site(async (request) => {
    signal = request.signal;
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from("x")),
        cancel: (reason) => void (cancelled = reason),
      }),
    );
  });
  const { socket, received } = await raw(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await until(() => received().endsWith("x\r\n"), "the first chunk");
  expect(signal.aborted).toBe(false);
  socket.destroy();
  await until(() => cancelled !== undefined, "the body to be cancelled");
  expect(signal.aborted).toBe(true);
  expect(logger.lines).toEqual([]);
});

test("when the client goes away before the answer, the signal is aborted", async () => {
  let signal: AbortSignal | undefined;
  let cancelled = false;
  const { port, logger } = await site(async (request) => {
    signal = request.signal;
    await once(request.signal, "abort");
    if (new URL(request.url).pathname === "/throw") throw request.signal.reason;
    return new Response(new ReadableStream({ cancel: () => void (cancelled = true) }));
  });
  for (const path of ["/throw", "/"]) {
    signal = undefined;
    const { socket } = await raw(port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await until(() => signal !== undefined, "the request");
    socket.destroy();
  }
  await until(() => cancelled, "the body to be cancelled");
  expect(logger.lines).toEqual([]);
});

test("when the client goes away, requests that wait for their turn end with the first one", async () => {
  const signals: AbortSignal[] = [];
  let cancelled = 0;
  const { port, logger } = await site(async (request) => {
    signals.push(request.signal);
    return new Response(new ReadableStream({ cancel: () => void cancelled++ }));
  });
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warn);
  onTestFinished(() => void process.off("warning", warn));
  const { socket } = await raw(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20));
  await until(() => signals.length === 20, "the requests");
  socket.destroy();
  await until(() => cancelled === 20, "the bodies to be cancelled");
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect(logger.lines).toEqual([]);
  expect(warnings).toEqual([]);
});

test("a client that goes away in the middle of its body ends the handler's reading", async () => {
  let error: unknown;
  const { port } = await site(async (request) => {
    await request.text().catch((thrown: unknown) => (error = thrown));
    return new Response();
  });
  const { socket } = await raw(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  await turns(20);
  socket.destroy();
  await until(() => error !== undefined, "an error");
});

test("the signal is not aborted after a response that arrived", async () => {
  let signal!: AbortSignal;
  const { url, server } = await site(async (request) => {
    ({ signal } = request);
    return new Response("done");
  });
  await (await fetch(url)).text();
  server.closeAllConnections();
  await turns(20);
  expect(signal.aborted).toBe(false);
});

test("what a handler throws is logged, and answered with 500 that says nothing", async () => {
  const broken = new Error("a secret");
  const results: (() => unknown)[] = [
    () => Promise.reject(broken),
    () => {
      throw broken;
    },
    () => undefined,
    () => Response.error(),
    () => used(),
    () => new Response(new ReadableStream({ pull: () => Promise.reject(broken) })),
  ];
  for (const result of results) {
    const { url, logger } = await site((() => result()) as never);
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([500, ""]);
    expect(logger.lines).toEqual(["error: the handler of a request failed"]);
  }
  function used(): Response {
    const response = new Response("x");
    void response.text();
    return response;
  }
});

test("what the body of a response throws is logged, and cuts the connection", async () => {
  let fail!: () => void;
  const sent = new Promise<void>((resolve) => (fail = resolve));
  const { url, logger } = await site(async () => {
    let count = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (count++ > 0) {
          await sent;
          throw new Error("broken");
        }
        controller.enqueue(Buffer.from("x"));
      },
    });
    return new Response(body);
  });
  const response = await fetch(url);
  fail();
  await expect(response.text()).rejects.toThrow(/terminated/);
  expect(logger.lines).toEqual(["error: the handler of a request failed"]);
});

test("a body that breaks off while the client doesn't read cuts the connection, quietly if aborted", async () => {
  for (const [name, lines] of [
    ["Error", 1],
    ["AbortError", 0],
  ] as const) {
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    let pulls = 0;
    const { port, logger, server } = await site(async () => {
      const body = new ReadableStream<Uint8Array>(
        {
          start: (given) => void (controller = given),
          pull: () => (pulls++, controller.enqueue(new Uint8Array(1024 * 1024))),
        },
        { highWaterMark: 0 },
      );
      return new Response(body);
    });
    const { socket } = await raw(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    socket.pause();
    let before = -1;
    while (before !== pulls) {
      before = pulls;
      await turns(50);
    }
    controller.error(new DOMException("broken", name));
    const open = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
    while ((await open()) > 0) await turns();
    expect(logger.lines).toHaveLength(lines);
  }
});

test("a body that is no bytes, or not of its length, never becomes another response", async () => {
  const bodies = [
    new Response(new ReadableStream({ start: (c) => (c.enqueue({ no: "bytes" }), c.close()) })),
    new Response("HTTP/1.1 200 OK", { headers: { "Content-Length": "3" } }),
    new Response("x", { headers: { "Content-Length": "30" } }),
  ];
  for (const body of bodies) {
    const { port, logger } = await site(async () => body);
    const { socket, received } = await raw(
      port,
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    await once(socket, "close");
    expect(received().split("HTTP/1.1 ").length).toBeLessThanOrEqual(2);
    expect(logger.of("error")).toHaveLength(1);
  }
});

test("malformed targets and hosts are answered with 400", async () => {
  const { port } = await site(async (request) => new Response(request.url));
  const heads = [
    "GET / HTTP/1.1\r\nHost: a b",
    "GET / HTTP/1.1\r\nHost: user@a",
    "GET / HTTP/1.1\r\nHost: a/../b",
    "GET / HTTP/1.1\r\nHost: a:99999",
    "GET / HTTP/1.1\r\nHost:",
    "GET / HTTP/1.0",
    "GET http://us:er@a/ HTTP/1.1\r\nHost: a",
    "GET http:///path HTTP/1.1\r\nHost: a",
    "GET ftp://a/ HTTP/1.1\r\nHost: a",
    "OPTIONS * HTTP/1.1\r\nHost: a",
    "TRACE / HTTP/1.1\r\nHost: a",
  ];
  for (const head of heads) {
    const { received, socket } = await raw(port, `${head}\r\nConnection: close\r\n\r\n`);
    await once(socket, "close");
    expect(received(), head).toMatch(/^HTTP\/1\.1 400 /);
  }
});

test("a target that is a whole URL says the host, and slashes are part of a path", async () => {
  const { port } = await site(async (request) => new Response(request.url));
  for (const [target, url] of [
    ["http://other.example:8080/a?b", "http://other.example:8080/a?b"],
    ["http://other.example", "http://other.example/"],
    ["//evil.example/a", "http://a//evil.example/a"],
    ["/?a=http://b", "http://a/?a=http://b"],
  ]) {
    const { received, socket } = await raw(
      port,
      `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    await once(socket, "close");
    expect(received()).toContain(`\r\n${url}\r\n`);
  }
});

test("a trusted proxy says who the client is", async () => {
  const handler: HttpHandler = async ({ url }, { address }) => new Response(`${url} ${address}`);
  const headers = {
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "site.example",
  };
  const trusting = await site(handler, { trustProxy: ["loopback"] });
  const answer = await fetch(`${trusting.url}/x`, { headers });
  expect(await answer.text()).toBe("https://site.example/x 192.0.2.7");
  const other = await site(handler);
  const direct = await fetch(`${other.url}/x`, { headers });
  expect(await direct.text()).toBe(`${other.url}/x 127.0.0.1`);
});

test("a body that nobody reads is skipped, and the connection used again", async () => {
  for (const isBegun of [false, true]) {
    const { port } = await site(async (request) => {
      if (isBegun) await request.body?.getReader().read();
      return new Response("ok");
    });
    const body = "x".repeat(100_000);
    const post = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`;
    const { received, socket } = await raw(port, post + body.slice(0, 50_000));
    await until(() => received().includes("ok"), "the response");
    socket.write(`${body.slice(50_000)}${post}${body}`);
    await until(() => received().split("HTTP/1.1 200").length === 3, "the second response");
  }
});

test("a body that never ends is given up once the response is out, which still arrives", async () => {
  const { port } = await site(async () => new Response("too large", { status: 413 }));
  const { received, socket } = await raw(
    port,
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  let isOver = false;
  socket.on("close", () => (isOver = true));
  socket.on("end", () => (isOver = true));
  while (!isOver) {
    if (!socket.write(chunk)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
    await turns();
  }
  expect(received()).toMatch(/^HTTP\/1\.1 413 [^]*too large/);
});

test("who reads on after the response is told that the body is gone", async () => {
  let rest: Promise<unknown> | undefined;
  const { port } = await site(async (request) => {
    rest = request.text().catch((error: unknown) => error);
    return new Response("early");
  });
  await raw(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  await until(() => rest !== undefined, "the request");
  expect(await rest).toBeInstanceOf(Error);
});

test("an option that there is not is refused", () => {
  expect(() => httpListener(async () => new Response(), { trust: [] } as never)).toThrow(/trust/);
});
