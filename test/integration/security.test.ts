/**
 * One test for each class of fault in the security history of WebSocket software, named after the class. What is only
 * about sessions, rooms or fallbacks is tested with those.
 */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server as TcpServer, Socket } from "node:net";
import { constants, deflateRawSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { HandshakeError, connect } from "fullduplex";
import type { Connection } from "fullduplex";
import type { HandshakeRequest } from "fullduplex/server";
import { sha1 } from "../../src/node/platform.ts";
import { acceptKey } from "../../src/protocol/handshake/accept-key.ts";
import { certificate } from "../support/certificates.ts";
import { clientFrame, upgradeRequest } from "../support/raw-client.ts";
import type { RawClient } from "../support/raw-client.ts";
import { startServer } from "../support/running-server.ts";

type Running = Awaited<ReturnType<typeof startServer>>;

const COMPRESSED = { "Sec-WebSocket-Extensions": "permessage-deflate" };

/** A client that has shaken hands. */
async function open(running: Running, headers = {}): Promise<RawClient> {
  const client = await running.connect();
  expect((await client.ask(upgradeRequest("/", headers))).status).toBe(101);
  return client;
}

/** The close code that the server sends, after whatever else it sends. */
async function closeCode(client: RawClient): Promise<number> {
  const bytes = await client.rest();
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at + 1] as number;
    if ((bytes[at] as number) === 0x88) return bytes.readUInt16BE(at + 2);
    at += length === 126 ? 4 + bytes.readUInt16BE(at + 2) : 2 + length;
  }
  return 1006;
}

/** A frame with any first byte and length field, masked with zeros. */
function frame(
  first: number,
  length: number | bigint,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const header = Buffer.alloc(14);
  header[0] = first;
  if (typeof length === "bigint") {
    header[1] = 0xff;
    header.writeBigUInt64BE(length, 2);
    return Buffer.concat([header, payload]);
  }
  if (length < 126) {
    header[1] = 0x80 | length;
    return Buffer.concat([header.subarray(0, 6), payload]);
  }
  header[1] = 0xfe;
  header.writeUInt16BE(length, 2);
  return Buffer.concat([header.subarray(0, 8), payload]);
}

/** The server goes on serving others. */
async function expectAlive(running: Running): Promise<void> {
  const connection = await connect(running.server.url);
  await connection.send("still there?");
  expect(await connection.recv()).toBe("still there?");
  await connection.close();
}

const servers: TcpServer[] = [];

/** A server that is none of ours: it answers each request with these bytes. */
async function startRaw(
  answer: (request: string, socket: Socket) => string | Buffer,
): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (request) => socket.write(answer(String(request), socket)));
  });
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("what an application passes", () => {
  test("a number is never a size of memory (CVE-2016-10518)", async () => {
    const running = await startServer();
    const connection = await connect(running.server.url);
    for (const value of [200, -1, {}, null, undefined, true]) {
      expect(() => connection.send(value as never)).toThrow(TypeError);
    }
    await connection.close();
  });

  test("a view of any type is the bytes that it shows, and no others (CVE-2026-45736)", async () => {
    const running = await startServer();
    const connection = await connect(running.server.url);
    const memory = Uint8Array.from({ length: 64 }, (_, index) => index).buffer;
    const views = [
      new Uint16Array(memory, 8, 3),
      new Float64Array(memory, 16, 2),
      new BigInt64Array(memory, 24, 1),
      new DataView(memory, 5, 7),
      new Uint8ClampedArray(memory, 1, 3),
    ];
    for (const view of views) {
      await connection.send(view);
      const expected = [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
      expect([...((await connection.recv()) as Uint8Array)]).toEqual(expected);
    }
    const closed = connection.close(4000, new Uint16Array(3) as unknown as string);
    expect(Buffer.byteLength((await closed).reason)).toBeLessThanOrEqual(123);
  });

  test("a line break gets into no header (CVE-2026-1527)", async () => {
    const running = await startServer();
    const { url } = running.server;
    const evil = "x\r\nX-Injected: 1";
    await expect(connect(url, { headers: { "X-A": evil } })).rejects.toThrow(TypeError);
    await expect(connect(url, { headers: { [evil]: "1" } })).rejects.toThrow(TypeError);
    await expect(connect(url, { subprotocols: [evil] })).rejects.toThrow();
    await expect(connect(url, { origin: evil })).rejects.toThrow(TypeError);
    await expect(connect(`${url}/a\r\nb`)).resolves.toSatisfy((connection: Connection) => {
      connection.terminate();
      return true;
    });
  });
});

describe("a handshake", () => {
  test("names of prototypes are ordinary names (GHSA-5v72-xg48-5rpm, engine.io 6.6.10)", async () => {
    const seen: HandshakeRequest[] = [];
    const running = await startServer(undefined, {
      onHandshake: (request: HandshakeRequest) => void seen.push(request),
      subprotocols: ["__proto__"],
    });
    const client = await running.connect();
    const response = await client.ask(
      upgradeRequest("/?__proto__=a&constructor=b", {
        "Sec-WebSocket-Extensions": "constructor; toString=1, __proto__",
        "Sec-WebSocket-Protocol": "constructor, __proto__",
        __proto__: undefined,
        constructor: "c",
      }),
    );
    expect(response.status).toBe(101);
    expect(response.headers.get("sec-websocket-protocol")).toBe("__proto__");
    expect(seen[0]?.query.get("__proto__")).toBe("a");
    expect(seen[0]?.headers.get("constructor")).toBe("c");
    expect(Object.getPrototypeOf(seen[0]?.params)).toBe(null);
  });

  test("other origins are refused (CVE-2018-14732, cross-site WebSocket hijacking)", async () => {
    const running = await startServer();
    const ask = async (Origin: string): Promise<number> =>
      (await (await running.connect()).ask(upgradeRequest("/", { Origin }))).status;
    expect(await ask("https://evil.example")).toBe(403);
    expect(await ask("null")).toBe(403);
    expect(await ask("http://localhost.evil.example")).toBe(403);
    expect(await ask("http://localhost")).toBe(101);
  });

  test("foreign names of loopback are refused (CVE-2025-24010, DNS rebinding)", async () => {
    const running = await startServer();
    const client = await running.connect();
    const headers = { Host: "evil.example", Origin: "http://evil.example" };
    expect((await client.ask(upgradeRequest("/", headers))).status).toBe(403);
  });

  test("more headers than fit are refused, not dropped in silence (CVE-2024-37890)", async () => {
    const running = await startServer();
    const client = await running.connect();
    const headers = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`a${index}`, ""]),
    );
    expect((await client.ask(upgradeRequest("/", headers))).status).toBe(431);
    await expectAlive(running);

    const many = Array.from({ length: 2100 }, (_, index) => `a${index}: b\r\n`).join("");
    const url = await startRaw(() => `HTTP/1.1 101 Switching Protocols\r\n${many}\r\n`);
    await expect(connect(url)).rejects.toThrow();
  });

  test("a reset while the hook decides hurts nobody (CVE-2020-36048, CVE-2022-41940)", async () => {
    let decide = (): void => {};
    let asked = (): void => {};
    const decision = new Promise<void>((resolve) => (decide = resolve));
    const hasAsked = new Promise<void>((resolve) => (asked = resolve));
    const running = await startServer(undefined, {
      onHandshake: async (request: HandshakeRequest) => {
        if (request.path !== "/slow") return;
        asked();
        await decision;
      },
    });
    const client = await running.connect();
    client.socket.write(upgradeRequest("/slow"));
    await hasAsked;
    (client.socket as Socket).resetAndDestroy();
    decide();
    await expectAlive(running);
    const paths = [...running.server.connections].map(({ request }) => request.path);
    expect(paths).not.toContain("/slow");
  });

  test("a hook that throws or rejects is answered, and nothing of it is told (engine.io 6.6.12)", async () => {
    const running = await startServer(undefined, {
      onHandshake: async (request: HandshakeRequest) => {
        if (request.path === "/bad") throw new Error("the password is swordfish");
      },
    });
    const response = await (await running.connect()).ask(upgradeRequest("/bad"));
    expect(response.status).toBe(500);
    expect(response.body).not.toContain("swordfish");
    await expectAlive(running);
  });

  test("what a hook returns by mistake admits nobody", async () => {
    for (const result of [false, null, 401, "no", [], { status: 401 }, { user: "Ada" }]) {
      const running = await startServer(undefined, { onHandshake: () => result as never });
      const response = await (await running.connect()).ask(upgradeRequest());
      expect(response.status, JSON.stringify(result)).toBe(500);
      expect(running.logger.of("error").length).toBe(1);
    }
  });

  test("crafted requests are answered or dropped, and no more (CVE-2022-21676, CVE-2023-31125)", async () => {
    const running = await startServer();
    const requests = [
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: \r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      "GET http://[::1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      "GET //// HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      upgradeRequest("/?%zz=%"),
      upgradeRequest("/", { "Content-Length": "5" }),
      upgradeRequest("/", { "Transfer-Encoding": "chunked" }),
      upgradeRequest("/", {
        "Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits",
      }),
      upgradeRequest("/", { Origin: "//:::" }),
      upgradeRequest("/", { Host: "[::1" }),
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\0".repeat(1000),
      randomBytes(1000),
    ];
    for (const request of requests) {
      const client = await running.connect();
      (client.socket as Socket).end(request);
      await client.rest();
    }
    await expectAlive(running);
  });

  test("window bits that zlib refuses are not agreed on (CVE-2026-2229)", async () => {
    const running = await startServer();
    for (const bits of ["0", "1", "7", "16", "-1", "09", "1e1", '"', "8"]) {
      const client = await running.connect();
      const offer = `permessage-deflate; server_max_window_bits=${bits}; client_max_window_bits`;
      const { status, headers } = await client.ask(
        upgradeRequest("/", { "Sec-WebSocket-Extensions": offer }),
      );
      if (bits === '"') expect(status).toBe(400);
      else {
        expect(status).toBe(101);
        const agreed = headers.get("sec-websocket-extensions");
        expect(agreed === undefined).toBe(bits !== "8");
        client.socket.write(clientFrame(1, "hi"));
        expect((await client.read(4)).toString("hex")).toBe("81026869");
      }
      client.close();
    }
  });

  test("slow requests are answered 408, and dropped (slow loris)", async () => {
    const running = await startServer(undefined, { openTimeout: 50 });
    const client = await running.connect();
    client.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n");
    const response = await client.response();
    expect(response.status).toBe(408);
    await client.rest();
  });
});

describe("a client", () => {
  test("verifies certificates unless told otherwise (CVE-2016-10536, CVE-2020-15133)", async () => {
    const running = await startServer(undefined, { tls: certificate("server") });
    const { url } = running.server;
    expect(url).toMatch(/^wss:/);
    await expect(connect(url)).rejects.toMatchObject({ code: "ERR_CONNECT" });
    const connection = await connect(url, { tls: { rejectUnauthorized: false } });
    await connection.close();
  });

  test("takes no credentials along to another origin (ws#2013)", async () => {
    const seen: HandshakeRequest[] = [];
    const target = await startServer(undefined, {
      onHandshake: (request: HandshakeRequest) => void seen.push(request),
    });
    const redirect = createHttpServer();
    redirect.on("upgrade", (_request, socket) =>
      socket.end(
        `HTTP/1.1 302 Found\r\nLocation: ${target.server.url}/\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    redirect.listen(0, "127.0.0.1");
    await once(redirect, "listening");
    const { port } = redirect.address() as AddressInfo;
    const headers = { Authorization: "Bearer secret", Cookie: "a=b", "X-Other": "kept" };
    const connection = await connect(`ws://127.0.0.1:${port}/`, { headers });
    await connection.close();
    redirect.close();
    expect(seen[0]?.headers.get("authorization")).toBe(undefined);
    expect(seen[0]?.headers.get("cookie")).toBe(undefined);
    expect(seen[0]?.headers.get("x-other")).toBe("kept");
  });

  test("masks with keys that can't be guessed (ws#994)", async () => {
    let bytes = Buffer.alloc(0);
    let complete = (): void => {};
    const allCame = new Promise<void>((resolve) => (complete = resolve));
    const server = createHttpServer();
    server.on("upgrade", (request, socket: Socket) => {
      const accept = acceptKey(request.headers["sec-websocket-key"] as string, sha1);
      socket.write(
        `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on("data", (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (bytes.length === 200 * 6) complete();
      });
      socket.on("error", () => {});
      socket.on("end", () => socket.end());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const connection = await connect(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (let count = 0; count < 200; count++) await connection.send("");
    await allCame;
    connection.terminate();
    await connection.closed;
    await new Promise((resolve) => server.close(resolve));
    const keys = new Set<number>();
    for (let at = 0; at + 6 <= bytes.length; at += 6) keys.add(bytes.readUInt32BE(at + 2));
    expect(keys.size).toBeGreaterThan(195);
  });

  test("a refusal stands, whatever follows it in the same packet", async () => {
    const url = await startRaw((request) => {
      const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] as string;
      const accept = acceptKey(key, sha1);
      return (
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n" +
        `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
      );
    });
    await expect(connect(url)).rejects.toMatchObject({ code: "ERR_HANDSHAKE", status: 403 });
  });

  test("an acceptance that is wrong is refused, whatever else the server says", async () => {
    const answers = [
      "HTTP/1.1 101 x\r\n\r\n",
      "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
      "HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
      "garbage\r\n\r\n",
      "",
    ];
    for (const answer of answers) {
      const url = await startRaw((_request, socket) => {
        socket.end(answer);
        return "";
      });
      await expect(connect(url)).rejects.toSatisfy(
        (error) =>
          error instanceof HandshakeError || (error as { code: string }).code === "ERR_CONNECT",
      );
    }
  });
});

describe("frames", () => {
  test("a claimed length allocates nothing (CVE-2016-10542, CVE-2026-1528)", async () => {
    const running = await startServer(undefined, { maxMessage: Infinity });
    const lengths: [bigint, number][] = [
      [2n ** 31n, 1006],
      [2n ** 53n, 1009],
      [2n ** 63n - 1n, 1009],
      [2n ** 63n, 1002],
      [2n ** 64n - 1n, 1002],
      [5n, 1002],
    ];
    const before = process.memoryUsage().arrayBuffers;
    for (const [length, code] of lengths) {
      const client = await open(running);
      (client.socket as Socket).end(frame(0x82, length, Buffer.alloc(10)));
      expect(await closeCode(client)).toBe(code);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  test("a message beyond the limit is refused by its header alone, and by its fragments' sum (undici 2026)", async () => {
    const running = await startServer(undefined, { maxMessage: 1000 });
    const whole = await open(running);
    whole.socket.write(frame(0x82, 1001));
    expect(await closeCode(whole)).toBe(1009);

    const parts = await open(running);
    for (let count = 0; count < 11; count++) {
      parts.socket.write(frame(count === 0 ? 0x02 : 0x00, 100, Buffer.alloc(100)));
    }
    expect(await closeCode(parts)).toBe(1009);
  });

  test.each([
    ["of one byte (CVE-2026-48779)", 1],
    ["of none (ws#2329)", 0],
  ])("a flood of fragments %s keeps no memory per fragment", async (_name, size) => {
    const running = await startServer();
    const client = await open(running);
    const fragment = frame(0x00, size, Buffer.alloc(size, "a"));
    const flood = Buffer.concat(Array.from({ length: 20_000 }, () => fragment));
    client.socket.write(frame(0x01, size, Buffer.alloc(size, "a")));
    for (let count = 0; count < 10; count++) client.socket.write(flood);
    client.socket.write(frame(0x80, 3, Buffer.from("end")));
    const length = 200_001 * size + 3;
    const header = await client.read(length < 126 ? 2 : 10);
    expect(header[0]).toBe(0x81);
    const payload = await client.read(length);
    expect(payload.subarray(-4).toString()).toMatch(/end$/);
    client.close();
  });

  test("a compressed message is bounded by what it inflates to (CVE-2026-1526)", async () => {
    const running = await startServer();
    const client = await open(running, COMPRESSED);
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    const bomb = deflateRawSync(Buffer.alloc(256 * 1024 * 1024), flush).subarray(0, -4);
    const before = process.memoryUsage().rss;
    const header = Buffer.alloc(14);
    header[0] = 0xc2;
    header[1] = 0xff;
    header.writeBigUInt64BE(BigInt(bomb.length), 2);
    client.socket.write(Buffer.concat([header, bomb]));
    expect(await closeCode(client)).toBe(1009);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  test("small messages that inflate to large ones wait like those (decompression bombs in series)", async () => {
    let read = (): void => {};
    const mayRead = new Promise<void>((resolve) => (read = resolve));
    const lengths: number[] = [];
    const running = await startServer(async (connection) => {
      await mayRead;
      await connection.forEach((message) => void lengths.push(message.length));
    });
    const client = await open(running, COMPRESSED);
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    const bomb = deflateRawSync(Buffer.alloc(1024 * 1024 - 1), flush).subarray(0, -4);
    const before = process.memoryUsage().arrayBuffers;
    const message = frame(0xc2, bomb.length, bomb);
    client.socket.write(Buffer.concat(Array.from({ length: 60 }, () => message)));
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    read();
    client.socket.write(clientFrame(8, Buffer.from("03e8", "hex")));
    expect(await closeCode(client)).toBe(1000);
    expect(lengths).toEqual(Array.from({ length: 60 }, () => 1024 * 1024 - 1));
  });

  test("a flood of pings is not answered without end to who doesn't read (ws 8.23.0)", async () => {
    const running = await startServer();
    const client = await open(running);
    client.socket.pause();
    const [connection] = running.server.connections;
    const pings = Buffer.concat(
      Array.from({ length: 5_000 }, () => frame(0x89, 125, Buffer.alloc(125))),
    );
    for (let count = 0; count < 60; count++) {
      if (!client.socket.write(pings)) await once(client.socket, "drain");
    }
    // 37 MB of pings: the answers beyond what the kernel took stay below the mark and what one read brings.
    expect(connection?.bufferedAmount).toBeLessThan(256 * 1024);
    client.close();
  });

  test("what was sent to who doesn't read is bounded (slow read)", async () => {
    let ended: unknown;
    const running = await startServer(
      async (connection) => {
        for (;;) {
          if (connection.state !== "open") break;
          void connection.send(new Uint8Array(64 * 1024));
          await new Promise((resolve) => setImmediate(resolve));
          expect(connection.bufferedAmount).toBeLessThan(2 * 1024 * 1024);
        }
        ended = (await connection.closed).error;
      },
      { maxSendQueue: 1024 * 1024, closeTimeout: 50 },
    );
    const client = await open(running);
    client.socket.pause();
    const [connection] = running.server.connections;
    await connection?.closed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toMatchObject({ code: "ERR_LIMIT" });
  });

  test("a broken rule ends its connection with a close code, and no process (CVE-2024-38355)", async () => {
    const running = await startServer();
    const broken: [string, Buffer, number][] = [
      ["unmasked", Buffer.from("810161", "hex"), 1002],
      ["RSV1 without an extension", frame(0xc1, 1, Buffer.from("a")), 1002],
      ["RSV1 on a ping", frame(0xc9, 0), 1002],
      ["reserved opcode", frame(0x83, 0), 1002],
      ["fragmented ping", frame(0x09, 0), 1002],
      ["long ping", frame(0x89, 126, Buffer.alloc(126)), 1002],
      ["continuation of nothing", frame(0x80, 0), 1002],
      ["surrogate", frame(0x81, 3, Buffer.from("eda080", "hex")), 1007],
      ["overlong", frame(0x81, 2, Buffer.from("c080", "hex")), 1007],
      ["close with one byte", frame(0x88, 1, Buffer.from("a")), 1002],
      ["close with 1005", frame(0x88, 2, Buffer.from("03ed", "hex")), 1002],
      ["close with 2999", frame(0x88, 2, Buffer.from("0bb7", "hex")), 1002],
      ["close with bad UTF-8", frame(0x88, 3, Buffer.from("03e8ff", "hex")), 1007],
    ];
    for (const [name, bytes, code] of broken) {
      const client = await open(running);
      client.socket.write(bytes);
      expect(await closeCode(client), name).toBe(code);
    }
    await expectAlive(running);
    expect(running.logger.of("error")).toEqual([]);
  });

  test("nothing after a close frame counts", async () => {
    const messages: unknown[] = [];
    const running = await startServer((connection) =>
      connection.forEach((message) => void messages.push(message)),
    );
    const client = await open(running);
    client.socket.write(
      Buffer.concat([
        clientFrame(1, "before"),
        clientFrame(8, Buffer.from("03e8", "hex")),
        clientFrame(1, "after"),
        frame(0x83, 0),
      ]),
    );
    expect(await closeCode(client)).toBe(1000);
    expect(messages).toEqual(["before"]);
  });

  test("a reset at any moment ends its connection only", async () => {
    const running = await startServer();
    for (const bytes of ["", "81", "8185", "818500000000", "81850000000068", "88"]) {
      const client = await open(running);
      client.socket.write(Buffer.from(bytes, "hex"));
      (client.socket as Socket).resetAndDestroy();
    }
    await expectAlive(running);
  });
});

describe("limits", () => {
  test("a client that says nothing holds up no shutdown", async () => {
    const running = await startServer();
    const client = await running.connect();
    const connection = await connect(running.server.url);
    void running.server.close({ timeout: 60_000 });
    expect(await connection.closed).toMatchObject({ code: 1001 });
    await running.server.close();
    await client.rest();
  });

  test("connections are bounded before they are accepted, if told so", async () => {
    const running = await startServer(undefined, {
      maxConnections: 2,
      maxConnectionsPerAddress: 1,
    });
    const first = await open(running);
    const second = await running.connect();
    expect((await second.ask(upgradeRequest())).status).toBe(429);
    first.close();
  });
});
