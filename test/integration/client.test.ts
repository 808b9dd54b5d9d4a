/** The client against servers of others and of this package, over every kind of socket. */

import { once } from "node:events";
import { Agent, createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect as connectNet } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { connect } from "fullduplex";
import type { ConnectOptions } from "fullduplex";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import type { ServerOptions, WebSocket } from "ws";

import { certificate as readCertificate } from "../support/certificates.ts";
import { scratchFolder } from "../support/scratch.ts";
import { isPending } from "../support/turns.ts";

const certificate = readCertificate("server");
const folder = scratchFolder();
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An echo server of the package that everybody uses; returns its port. */
async function echo(options: ServerOptions = {}): Promise<number> {
  const { server } = options;
  const address = server ? {} : { port: 0, host: "127.0.0.1" };
  const wss = new WebSocketServer({ ...address, ...options });
  wss.on("connection", (socket) => {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
    socket.on("error", () => {});
  });
  if (!server) await once(wss, "listening");
  cleanups.push(() => {
    for (const client of wss.clients) client.terminate();
    wss.close();
    server?.close();
  });
  return ((server ?? wss).address() as AddressInfo).port;
}

/** An echo server behind TLS. */
async function echoTls(): Promise<number> {
  const server = createTlsServer(certificate);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return echo({ server });
}

const messages: (string | Buffer)[] = [
  "",
  "text é€😀",
  "x".repeat(125),
  "x".repeat(126),
  "é".repeat(40_000),
  Buffer.alloc(0),
  Buffer.from([0, 1, 2, 255]),
  Buffer.alloc(65_535, "abc"),
  Buffer.alloc(65_536, "abc"),
  Buffer.alloc(1_000_000, "large "),
];

async function expectEcho(url: string, options: ConnectOptions = {}): Promise<void> {
  const connection = await connect(url, options);
  for (const message of messages) {
    void connection.send(message);
    const received = await connection.recv();
    if (typeof message === "string") expect(received === message).toBe(true);
    else expect(message.equals(received as Uint8Array)).toBe(true);
  }
  expect(await connection.ping()).toBeGreaterThan(0);
  expect(await connection.close(4000, "done")).toEqual({
    code: 4000,
    reason: "done",
    wasClean: true,
    initiator: "local",
  });
}

describe("messages come back as they were", () => {
  test("uncompressed", async () => {
    await expectEcho(`ws://127.0.0.1:${await echo()}/`, { compression: false });
  });

  test("compressed, each on its own", async () => {
    const port = await echo({ perMessageDeflate: { threshold: 0 } });
    await expectEcho(`ws://127.0.0.1:${port}/`, { compression: { threshold: 0 } });
  });

  test.each([9, 12, 15])("compressed with contexts of 2^%i bytes", async (bits) => {
    const port = await echo({ perMessageDeflate: { threshold: 0 } });
    const compression = {
      threshold: 0,
      serverContextTakeover: true,
      clientContextTakeover: true,
      serverMaxWindowBits: bits,
      clientMaxWindowBits: bits,
    };
    await expectEcho(`ws://127.0.0.1:${port}/`, { compression });
  });

  test("through TLS", async () => {
    const port = await echoTls();
    await expectEcho(`wss://127.0.0.1:${port}/`, { tls: { ca: certificate.cert } });
    await expectEcho(`https://localhost:${port}/`, { tls: { ca: certificate.cert } });
  });

  test("through a Unix socket", async () => {
    const path = join(folder, "client.sock");
    const server = createServer();
    server.listen(path);
    await once(server, "listening");
    await echo({ server });
    await expectEcho(`ws+unix:${path}:/a?b`);
    await expectEcho("ws://example.com/", { socketPath: path });
  });

  test("through an agent's socket", async () => {
    const port = await echo();
    const agent = new Agent({ keepAlive: true });
    let sockets = 0;
    const createConnection = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      sockets++;
      return createConnection(options, callback);
    };
    await expectEcho(`ws://127.0.0.1:${port}/`, { agent });
    expect(sockets).toBe(1);
    expect(Object.keys(agent.sockets)).toEqual([]);
    agent.destroy();
  });
});

describe("TLS", () => {
  test("is verified unless told otherwise", async () => {
    const url = `wss://127.0.0.1:${await echoTls()}/`;
    await expect(connect(url)).rejects.toMatchObject({
      code: "ERR_CONNECT",
      cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    });
    const connection = await connect(url, { tls: { rejectUnauthorized: false } });
    await connection.close();
  });

  test("is verified for the name that was asked for", async () => {
    const url = `wss://127.0.0.1:${await echoTls()}/`;
    const tls = { ca: certificate.cert, servername: "other.example" };
    await expect(connect(url, { tls })).rejects.toMatchObject({
      code: "ERR_CONNECT",
      cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    });
  });

  test("is not left by a redirect, which is refused", async () => {
    const server = createTlsServer(certificate, (_request, response) => {
      response.writeHead(302, { Location: "ws://127.0.0.1:1/" }).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanups.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const connecting = connect(`wss://127.0.0.1:${port}/`, { tls: { ca: certificate.cert } });
    await expect(connecting).rejects.toMatchObject({
      name: "HandshakeError",
      status: 302,
      message: expect.stringContaining("wss: to ws:"),
    });
  });

  test("shows a certificate to the server that was named, but not to one that it redirects to", async () => {
    const shown: unknown[] = [];
    const options = { ...certificate, requestCert: true, rejectUnauthorized: false };
    const servers = [0, 1].map(() => createTlsServer(options));
    for (const server of servers) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      server.on("secureConnection", (socket) => {
        shown.push(Object.keys(socket.getPeerCertificate()).length > 0);
      });
      cleanups.push(() => server.close());
    }
    const [first, second] = servers.map((server) => (server.address() as AddressInfo).port);
    servers[0]?.on("request", (request, response) => {
      const port = request.url === "/" ? first : second;
      const location = `wss://127.0.0.1:${port}/${request.url === "/" ? "again" : ""}`;
      response.writeHead(302, { Location: location, Connection: "close" }).end();
    });
    servers[1]?.on("request", (_request, response) => response.writeHead(403).end());
    const tls = { ca: certificate.cert, ...certificate };
    await expect(connect(`wss://127.0.0.1:${first}/`, { tls })).rejects.toMatchObject({
      status: 403,
    });
    expect(shown).toEqual([true, true, false]);
  });
});

describe("a server that", () => {
  test("is not there is a failure with a cause", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    for (const host of ["127.0.0.1", "localhost"]) {
      await expect(connect(`ws://${host}:${port}/`)).rejects.toMatchObject({
        code: "ERR_CONNECT",
        cause: { code: "ECONNREFUSED" },
      });
    }
    const path = join(folder, "nobody.sock");
    await expect(connect("ws://localhost/", { socketPath: path })).rejects.toMatchObject({
      cause: { code: "ENOENT" },
    });
  });

  test("doesn't read makes the sender wait, and loses nothing when it reads again", async () => {
    const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(wss, "listening");
    cleanups.push(() => wss.close());
    const { port } = wss.address() as AddressInfo;
    const accepted = once(wss, "connection") as Promise<[WebSocket]>;
    const connection = await connect(`ws://127.0.0.1:${port}/`, { compression: false });
    const [peer] = await accepted;
    peer.pause();
    let sent = 0;
    let waiting: Promise<void>;
    do {
      waiting = connection.send(Buffer.alloc(60_000, sent++ % 256));
    } while (!(await isPending(waiting)));
    expect(connection.bufferedAmount).toBeGreaterThan(60_000);
    let received = 0;
    const all = new Promise<void>((resolve) => {
      peer.on("message", (data: Buffer) => {
        expect(data.equals(Buffer.alloc(60_000, received++ % 256))).toBe(true);
        if (received === sent) resolve();
      });
    });
    peer.resume();
    await all;
    await waiting;
    expect(connection.bufferedAmount).toBe(0);
    await connection.close();
  });

  test("sends pings and doesn't read gets no more answers than fit the wire", async () => {
    const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(wss, "listening");
    cleanups.push(() => wss.close());
    const { port } = wss.address() as AddressInfo;
    const accepted = once(wss, "connection") as Promise<[WebSocket]>;
    const connection = await connect(`ws://127.0.0.1:${port}/`, { compression: false });
    const [peer] = await accepted;
    peer.pause();
    // Something that fills the wire, and then pings which can't be answered.
    const filling = [1, 2, 3, 4, 5].map(() => connection.send(Buffer.alloc(4_000_000)));
    const before = connection.bufferedAmount;
    for (let i = 0; i < 200; i++) {
      await new Promise((resolve) => peer.ping("x".repeat(125), false, resolve));
    }
    let last = 0;
    const caughtUp = new Promise<void>((resolve) => {
      peer.on("pong", (data) => {
        last = data.length;
        if (last === 1) resolve();
      });
    });
    await new Promise((resolve) => peer.ping("!", false, resolve));
    peer.send("that was all");
    await connection.recv();
    expect(connection.bufferedAmount).toBeLessThan(before + 100_000);
    peer.resume();
    await caughtUp;
    await Promise.all(filling);
    await connection.close();
  });

  test("resets the connection at any moment ends it with 1006", async () => {
    for (const moment of [0, 1, 2, 5, 20]) {
      const port = await echo();
      const proxied = await resettingProxy(port, moment);
      const connection = await connect(`ws://127.0.0.1:${proxied}/`, { compression: false });
      const sending = (async () => {
        for (;;) await connection.send(Buffer.alloc(200_000));
      })();
      await expect(sending).rejects.toMatchObject({ code: "ERR_CLOSED", closeCode: 1006 });
      expect(await connection.closed).toMatchObject({ code: 1006, initiator: "remote" });
      await expect(connection.recv()).rejects.toMatchObject({ closeCode: 1006 });
    }
  });
});

/** Passes the handshake and `chunks` chunks on, and then resets the connection. Returns its port. */
async function resettingProxy(target: number, chunks: number): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer((client) => {
    const upstream = connectNet(target, "127.0.0.1");
    let left = chunks + 1;
    client.on("error", () => {});
    upstream.on("error", () => {});
    upstream.pipe(client);
    client.on("data", (chunk) => {
      upstream.write(chunk);
      if (left-- > 0) return;
      client.resetAndDestroy();
      upstream.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
