/** RawSocket from outside: bytes on sockets, and our own client. */

import { once } from "node:events";
import { rename, writeFile } from "node:fs/promises";
import { connect as connectSocket, createServer } from "node:net";
import type { AddressInfo, NetConnectOpts, Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { FullduplexError, HandshakeError, LimitError, TimeoutError } from "../../src/errors.ts";
import type { CloseInfo } from "../../src/errors.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { Deferred } from "../../src/util/deferred.ts";
import { connectRawSocket, serveRawSocket } from "../../src/wamp/rawsocket/index.ts";
import type {
  RawSocketAddress,
  RawSocketConnection,
  RawSocketServer,
  ServeRawSocketOptions,
} from "../../src/wamp/rawsocket/index.ts";
import { certificate } from "../support/certificates.ts";
import { RawClient } from "../support/raw-client.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { scratchFolder } from "../support/scratch.ts";
import { rejection, turns, until } from "../support/turns.ts";

const folder = scratchFolder();
let sockets = 0;

const BYTES = { subprotocols: ["wamp.2.msgpack"] };

async function start(
  handler: (connection: RawSocketConnection) => unknown,
  options: ServeRawSocketOptions = {},
): Promise<RawSocketServer> {
  const server = await serveRawSocket(handler, { logger: new RecordingLogger(), ...options });
  onTestFinished(() => server.close());
  return server;
}

/** A peer whose bytes are written out. */
class Peer {
  readonly #client: RawClient;

  constructor(client: RawClient) {
    this.#client = client;
  }

  static async connect(address: RawSocketAddress): Promise<Peer> {
    const client = await RawClient.connect({ ...(address as NetConnectOpts), allowHalfOpen: true });
    onTestFinished(() => client.close());
    return new Peer(client);
  }

  get socket(): Socket {
    return this.#client.socket as Socket;
  }

  write(bytes: Iterable<number>): void {
    this.socket.write(Uint8Array.from(bytes));
  }

  async take(count: number): Promise<number[]> {
    return [...(await this.#client.read(count))];
  }

  /** What is left once the other side has ended, or cut, the stream. */
  async rest(): Promise<number[]> {
    return [...(await this.#client.rest())];
  }
}

async function greeted(server: RawSocketServer, second = 0xf2): Promise<Peer> {
  const peer = await Peer.connect(server.address);
  peer.write([0x7f, second, 0, 0]);
  await peer.take(4);
  return peer;
}

/** A server whose only connection echoes. */
async function echo(options: ServeRawSocketOptions = BYTES): Promise<{
  readonly server: RawSocketServer;
  readonly accepted: Promise<RawSocketConnection>;
}> {
  const accepted = new Deferred<RawSocketConnection>();
  const server = await start(async (connection) => {
    accepted.resolve(connection);
    await connection.forEach((message) => connection.send(message));
  }, options);
  return { server, accepted: accepted.promise };
}

describe("the handshake with a router", () => {
  test("agrees on a serializer, and tells both lengths", async () => {
    const { server, accepted } = await echo();
    const peer = await Peer.connect(server.address);
    peer.write([0x7f, 0x12, 0, 0]);
    expect(await peer.take(4)).toEqual([0x7f, 0xb2, 0, 0]);
    const connection = await accepted;
    expect(connection.subprotocol).toBe("wamp.2.msgpack");
    expect(connection.request).toMatchObject({
      remoteAddress: "127.0.0.1",
      secure: false,
      tls: undefined,
      maxPeerMessage: 1024,
    });
  });

  test.each([
    ["a serializer that is not there", [0x7f, 0xf1, 0, 0], 1],
    ["no serializer", [0x7f, 0xf0, 0, 0], 1],
    ["messages that are too short", [0x7f, 0x12, 0, 0], 2],
    ["reserved bits", [0x7f, 0xf2, 0, 1], 3],
  ])("refuses %s", async (_, bytes, code) => {
    const { server } = await echo({ ...BYTES, minPeerMessage: 4096 });
    const peer = await Peer.connect(server.address);
    peer.write(bytes);
    expect(await peer.take(4)).toEqual([0x7f, code << 4, 0, 0]);
    expect(await peer.rest()).toEqual([]);
  });

  test("refuses more connections than there may be, until one has gone", async () => {
    const { server, accepted } = await echo({ ...BYTES, maxConnections: 1 });
    const first = await greeted(server);
    const second = await Peer.connect(server.address);
    expect(await second.take(4)).toEqual([0x7f, 0x40, 0, 0]);
    expect(await second.rest()).toEqual([]);
    first.socket.destroy();
    await (
      await accepted
    ).closed;
    const third = await greeted(server);
    third.write([0, 0, 0, 0]);
    expect(await third.take(4)).toEqual([0, 0, 0, 0]);
  });

  test.each(["GET / HTTP/1.1\r\n\r\n", "\0\0\0\0", "\x7e\xf1\0\0"])(
    "has no answer to %j",
    async (text) => {
      const { server } = await echo();
      const peer = await Peer.connect(server.address);
      peer.write(Buffer.from(text, "latin1"));
      expect(await peer.rest()).toEqual([]);
    },
  );

  test("ends when it takes too long", async () => {
    const clock = new FakeClock();
    const { server } = await echo({ ...BYTES, clock, openTimeout: 3000 });
    const peer = await Peer.connect(server.address);
    peer.write([0x7f, 0xf2, 0]);
    await until(() => clock.timers > 0, "the handshake to begin");
    clock.advance(3000);
    expect(await peer.rest()).toEqual([]);
  });

  test("may come byte by byte, as may all that follows it", async () => {
    const { server } = await echo();
    const peer = await Peer.connect(server.address);
    for (const byte of [0x7f, 0xf2, 0, 0, 0, 0, 0, 2, 5, 6, 1, 0, 0, 1, 7]) {
      peer.write([byte]);
      await turns(2);
    }
    expect(await peer.take(15)).toEqual([0x7f, 0xb2, 0, 0, 0, 0, 0, 2, 5, 6, 2, 0, 0, 1, 7]);
  });

  test("and all that follows it may come at once", async () => {
    const { server } = await echo();
    const peer = await Peer.connect(server.address);
    peer.write([0x7f, 0xf2, 0, 0, 0, 0, 0, 2, 5, 6, 0, 0, 0, 0]);
    expect(await peer.take(14)).toEqual([0x7f, 0xb2, 0, 0, 0, 0, 0, 2, 5, 6, 0, 0, 0, 0]);
  });
});

describe("frames", () => {
  test("of JSON are text, as strictly as text is", async () => {
    const received = new Deferred<unknown>();
    const closed = new Deferred<CloseInfo>();
    const server = await start(async (connection) => {
      received.resolve(await connection.recv());
      closed.resolve(await connection.closed);
    });
    const peer = await greeted(server, 0xf1);
    peer.write([0, 0, 0, 5, ...Buffer.from('"ü"'), 0x20]);
    expect(await received.promise).toBe('"ü" ');
    peer.write([0, 0, 0, 1, 0xff]);
    expect(await peer.rest()).toEqual([]);
    peer.socket.end();
    expect(await closed.promise).toMatchObject({ code: 1007, initiator: "local" });
  });

  test.each([
    ["longer than was said", [0, 0, 2, 1], 1009],
    ["with reserved bits", [0x10, 0, 0, 0], 1002],
    ["of no type", [3, 0, 0, 0], 1002],
  ])("that are %s end the connection", async (_, bytes, code) => {
    const { server, accepted } = await echo({ ...BYTES, maxMessage: 512 });
    const peer = await greeted(server);
    peer.write(bytes);
    expect(await peer.rest()).toEqual([]);
    peer.socket.end();
    const connection = await accepted;
    expect(await connection.closed).toMatchObject({ code, wasClean: false, initiator: "local" });
  });

  test("are never longer than the peer said", async () => {
    const { server, accepted } = await echo();
    const peer = await greeted(server, 0x02);
    const connection = await accepted;
    await connection.send(new Uint8Array(512));
    expect((await peer.take(516)).slice(0, 4)).toEqual([0, 0, 2, 0]);
    void connection.send(new Uint8Array(513));
    expect(await peer.rest()).toEqual([]);
    peer.socket.end();
    const { code, error } = await connection.closed;
    expect([code, error instanceof LimitError]).toEqual([1009, true]);
  });

  test("of exactly 16 MiB are carried", async () => {
    const maxMessage = 2 ** 24;
    const { server } = await echo({ ...BYTES, maxMessage });
    const client = await connectRawSocket(server.address, {
      subprotocol: "wamp.2.msgpack",
      maxMessage,
    });
    const message = new Uint8Array(maxMessage).fill(7);
    message[maxMessage - 1] = 9;
    await client.send(message);
    expect(Buffer.compare((await client.recv()) as Uint8Array, message)).toBe(0);
    await client.close();
  });

  test("that came before the peer's end are answered", async () => {
    const { server, accepted } = await echo();
    const peer = await greeted(server);
    peer.socket.end(Buffer.from([0, 0, 0, 1, 42]));
    expect(await peer.take(5)).toEqual([0, 0, 0, 1, 42]);
    expect(await peer.rest()).toEqual([]);
    const connection = await accepted;
    expect(await connection.closed).toMatchObject({ code: 1005, wasClean: true });
  });

  test("that break off are a failure", async () => {
    const { server, accepted } = await echo();
    const peer = await greeted(server);
    peer.socket.end(Buffer.from([0, 0, 0, 9, 42]));
    const connection = await accepted;
    expect(await connection.closed).toMatchObject({ code: 1006, wasClean: false });
  });

  test("end with a reset, too", async () => {
    const { server, accepted } = await echo();
    const peer = await greeted(server);
    const connection = await accepted;
    peer.socket.resetAndDestroy();
    expect(await connection.closed).toMatchObject({ code: 1006, initiator: "remote" });
  });
});

describe("pings", () => {
  test("are answered with what was in them, while nobody reads", async () => {
    const server = await start((connection) => connection.closed, BYTES);
    const peer = await greeted(server);
    peer.write([0, 0, 0, 1, 42, 1, 0, 0, 3, 7, 8, 9]);
    expect(await peer.take(7)).toEqual([2, 0, 0, 3, 7, 8, 9]);
  });

  test("of a peer that reads no answers are not piled up, and all answered in the end", async () => {
    const { server, accepted } = await echo();
    const peer = await greeted(server);
    const connection = await accepted;
    peer.socket.removeAllListeners("data").pause();
    const ping = Buffer.concat([Buffer.from([1, 0, 4, 0]), Buffer.alloc(1024, 5)]);
    const pong = Buffer.concat([Buffer.from([2, 0, 4, 0]), Buffer.alloc(1024, 5)]);
    const pongs = Buffer.concat(Array.from({ length: 1000 }, () => pong));
    const count = 20_000;
    let bytes = 0;
    peer.socket.on("data", (chunk: Buffer) => {
      const at = bytes % pong.length;
      bytes += chunk.length;
      expect(chunk.equals(pongs.subarray(at, at + chunk.length))).toBe(true);
    });
    peer.socket.pause();
    for (let index = 0; index < count; index++) peer.socket.write(ping);
    let most = 0;
    for (let still = 0, written = -1; still < 100; still++) {
      await turns();
      most = Math.max(most, connection.bufferedAmount);
      if (peer.socket.bytesWritten !== written) still = 0;
      written = peer.socket.bytesWritten;
    }
    expect(peer.socket.writableLength).toBeGreaterThan(0);
    // (64 KiB, and what comes in one read.)
    expect(most).toBeLessThan(512 * 1024);
    peer.socket.resume();
    await until(() => bytes === count * pong.length, "all answers");
  });

  test("that nobody answers end the connection", async () => {
    const clock = new FakeClock();
    const { server, accepted } = await echo({ ...BYTES, clock, keepalive: {} });
    const peer = await greeted(server);
    const connection = await accepted;
    clock.advance(20_000);
    expect((await peer.take(8)).slice(0, 4)).toEqual([1, 0, 0, 4]);
    clock.advance(20_000);
    const { code, error } = await connection.closed;
    expect([code, error instanceof TimeoutError]).toEqual([1006, true]);
  });
});

test("there are no pings unless they are asked for", async () => {
  const clock = new FakeClock();
  const { server } = await echo({ ...BYTES, clock });
  const client = await connectRawSocket(server.address, { subprotocol: "wamp.2.msgpack", clock });
  await client.send(Uint8Array.of(1));
  await client.recv();
  expect(clock.timers).toBe(0);
  await client.ping();
  await client.close();
});

describe("what is sent in one turn", () => {
  test("leaves in one write", async () => {
    const server = await start(async (connection) => {
      await connection.recv();
      for (let index = 0; index < 50; index++) void connection.send(Uint8Array.of(index));
      await connection.closed;
    }, BYTES);
    const peer = await greeted(server);
    const chunks: Buffer[] = [];
    peer.socket.on("data", (chunk) => chunks.push(chunk));
    peer.write([0, 0, 0, 0]);
    await peer.take(250);
    // (The first one goes at once, because it might be the only one.)
    expect(chunks.length).toBeLessThanOrEqual(2);
  });
});

describe("TLS", () => {
  const server = certificate("server");
  const client = certificate("client");

  test("is known to both sides, with certificates and keying material", async () => {
    const accepted = new Deferred<RawSocketConnection>();
    const { address } = await start(
      async (connection) => {
        accepted.resolve(connection);
        await connection.forEach((message) => connection.send(message));
      },
      { tls: { ...server, requestCert: true, ca: [client.cert] } },
    );
    const near = await connectRawSocket(address, { tls: { ca: server.cert, ...client } });
    await near.send("[1]");
    expect(await near.recv()).toBe("[1]");
    const far = await accepted.promise;
    expect(far.request.secure).toBe(true);
    expect(far.request.tls?.authorized).toBe(true);
    expect(far.request.tls?.peerCertificate?.subject.CN).toBe("client");
    const [ours, theirs] = [near, far].map(({ request }) =>
      request.tls?.exportKeyingMaterial(32, "EXPORTER-Channel-Binding"),
    );
    expect(ours).toHaveLength(32);
    expect(ours).toEqual(theirs);
    expect(await near.close()).toMatchObject({ code: 1000, wasClean: true });
  });

  test("is verified", async () => {
    const { address } = await start((connection) => connection.closed, { tls: server });
    expect(await rejection(connectRawSocket(address, { tls: {} }))).toMatchObject({
      code: "ERR_CONNECT",
    });
  });

  test("that is never spoken keeps no server from closing", async () => {
    const running = await start((connection) => connection.closed, { tls: server });
    const peer = await Peer.connect(running.address);
    await running.close();
    expect(await peer.rest()).toEqual([]);
  });
});

describe("a Unix socket", () => {
  test("carries messages", async () => {
    const path = join(folder, `${++sockets}.sock`);
    const { server } = await echo({ path });
    expect(server.address).toEqual({ path });
    const client = await connectRawSocket({ path });
    expect(client.request.remoteAddress).toBeUndefined();
    await client.send("[]");
    expect(await client.recv()).toBe("[]");
    expect(await client.close()).toMatchObject({ code: 1000, wasClean: true });
  });

  test("takes the place of one that was left behind, and of no other", async () => {
    const path = join(folder, `${++sockets}.sock`);
    await leaveSocket(path);
    const { server } = await echo({ path });
    expect(await rejection(serveRawSocket(() => {}, { path }))).toMatchObject({
      code: "EADDRINUSE",
    });
    await server.close();
    await writeFile(path, "precious");
    expect(await rejection(serveRawSocket(() => {}, { path }))).toMatchObject({
      code: "EADDRINUSE",
    });
  });
});

describe("connecting", () => {
  async function listening(greet: (bytes: Buffer) => number[]): Promise<AddressInfo> {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => socket.write(Uint8Array.from(greet(bytes))));
      onTestFinished(() => void socket.destroy());
    });
    onTestFinished(() => void server.close());
    await once(server.listen(0, "127.0.0.1"), "listening");
    return server.address() as AddressInfo;
  }

  const place = ({ port }: AddressInfo): { host: string; port: number } => ({
    host: "127.0.0.1",
    port,
  });

  test("says why there is no router", async () => {
    const server = await start(() => {});
    await server.close();
    const error = await rejection(connectRawSocket(server.address));
    expect(error).toBeInstanceOf(FullduplexError);
    expect(error).toMatchObject({ code: "ERR_CONNECT", cause: { code: "ECONNREFUSED" } });
  });

  test.each([
    ["refuses", [0x7f, 0x10, 0, 0], "the router has no such serializer"],
    ["speaks something else", [0x48, 0x54], "this is no RawSocket"],
    ["chooses something else", [0x7f, 0xf2, 0, 0], "the router chose another serializer"],
  ])("says that the router %s", async (_, bytes, message) => {
    const address = await listening(() => bytes);
    const error = await rejection(connectRawSocket(place(address)));
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ message });
  });

  test("says that the router went away", async () => {
    const server = createServer((socket) => socket.end());
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const error = await rejection(connectRawSocket(place(server.address() as AddressInfo)));
    expect(error).toBeInstanceOf(HandshakeError);
  });

  test("takes only so long", async () => {
    const clock = new FakeClock();
    const greetings: Buffer[] = [];
    const address = await listening((bytes) => (greetings.push(bytes), []));
    const connecting = rejection(connectRawSocket(place(address), { clock, openTimeout: 500 }));
    await until(() => greetings.length > 0, "the greeting");
    expect(greetings).toEqual([Buffer.from([0x7f, 0xb1, 0, 0])]);
    clock.advance(500);
    expect(await connecting).toBeInstanceOf(TimeoutError);
  });

  test("can be given up", async () => {
    const address = await listening(() => []);
    const controller = new AbortController();
    const connecting = rejection(connectRawSocket(place(address), { signal: controller.signal }));
    controller.abort(new Error("no more"));
    expect(await connecting).toMatchObject({ message: "no more" });
  });

  test("refuses options that make no sense", async () => {
    const address = { host: "127.0.0.1", port: 1 };
    for (const options of [
      { subprotocol: "wamp.2.json.batched" },
      { maxMessage: 511 },
      { maxMessage: 2 ** 24 + 1 },
      { maxMesage: 512 },
    ]) {
      const error = await rejection(connectRawSocket(address, options));
      expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    }
    expect(await rejection(serveRawSocket(() => {}, { port: 1, path: "/x" }))).toBeInstanceOf(
      TypeError,
    );
    expect(await rejection(serveRawSocket(() => {}, { subprotocols: [] }))).toBeInstanceOf(
      TypeError,
    );
  });
});

describe("a server", () => {
  test("closes its connections, and the handler's end closes its own", async () => {
    const server = await start((connection) => connection.recv());
    const client = await connectRawSocket(server.address);
    await client.send("[]");
    expect(await client.closed).toMatchObject({ code: 1005, wasClean: true });
    const other = await connectRawSocket(server.address);
    const waiting = await Peer.connect(server.address);
    await server.close();
    expect(await other.closed).toMatchObject({ code: 1005, wasClean: true });
    expect(await waiting.rest()).toEqual([]);
  });

  test("logs what its handler throws, and goes on", async () => {
    const logger = new RecordingLogger();
    const server = await start(
      () => {
        throw new Error("oh");
      },
      { logger },
    );
    const client = await connectRawSocket(server.address);
    await client.closed;
    expect(JSON.stringify([logger.lines, String(logger.details)])).toContain(
      "the handler of a RawSocket failed",
    );
  });
});

/** What is left of a server that did not end properly. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer().listen(`${path}.other`);
  await once(server, "listening");
  await rename(`${path}.other`, path);
  await new Promise((resolve) => server.close(resolve));
  const [error] = (await once(connectSocket({ path }), "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNREFUSED");
}
