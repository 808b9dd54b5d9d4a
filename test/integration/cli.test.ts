/** The command line over real sockets, in this process. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { connect } from "fullduplex";
import type { Connection, ConnectOptions } from "fullduplex";
import type { ServerConnection } from "fullduplex/server";

import { run } from "../../src/cli/run.ts";
import { certificate } from "../support/certificates.ts";
import { freePort } from "../support/ports.ts";
import { echo, startServer } from "../support/running-server.ts";
import { scratchFolder, writeFiles } from "../support/scratch.ts";
import { FakeIo } from "../unit/cli/support.ts";

const folder = scratchFolder();
const path = (name: string): string => join(folder, name);
const tls = certificate("server");
const client = certificate("client");
writeFiles(folder, {
  "server.pem": tls.cert,
  "client.pem": client.cert,
  "client.key": client.key,
  token: "s3cret\n",
});

let io: FakeIo;

beforeEach(() => {
  io = new FakeIo();
});

/** Runs `connect` with lines of input. */
function send(lines: readonly string[], ...words: string[]): Promise<number> {
  io.stdin.end(lines.map((line) => `${line}\n`).join(""));
  return run(["connect", "--wait", "1", ...words], io);
}

/** A server that says "ready" and then neither answers nor reads. */
async function startDeaf(): Promise<string> {
  const server = createHttpServer().listen(0, "127.0.0.1");
  server.on("upgrade", ({ headers }, socket) => {
    const key = `${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}`;
    socket.on("error", () => {});
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`);
    socket.write(Buffer.from("81057265616479", "hex"));
    onTestFinished(() => void socket.destroy());
  });
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("fullduplex connect", () => {
  test("prints what an echo server answers, and ends well", async () => {
    const { server } = await startServer();
    expect(await send(["hi", "", "grüße"], server.url)).toBe(0);
    expect(io.out).toBe("hi\n\ngrüße\n");
    expect(io.err).toBe("");
    expect(io.isListeningForSignals).toBe(false);
  });

  test("sends header fields, an origin, subprotocols and a token", async () => {
    const { server } = await startServer(
      async (connection: ServerConnection<unknown>) => {
        const { headers, origin } = connection.request;
        const fields = ["x-a", "authorization"].map((name) => headers.get(name));
        await connection.send([...fields, origin, connection.subprotocol].join("; "));
      },
      { subprotocols: ["two"], origins: "any" },
    );
    const words = ["-H", "X-A: 1", "-H", "x-a:2", "--origin", "https://a.b", "--token-file"];
    const more = [path("token"), "--subprotocol", "one", "--subprotocol", "two"];
    expect(await send([], server.url, ...words, ...more)).toBe(0);
    expect(io.out).toBe("1, 2; Bearer s3cret; https://a.b; two\n");
    expect(io.err).not.toContain("s3cret");
  });

  test("shows how the peer closed, and tells it by the exit code", async () => {
    const { server } = await startServer((connection: ServerConnection<unknown>) =>
      connection.close(Number(connection.request.path.slice(1)), "be\x1bcause"),
    );
    expect(await send([], `${server.url}/1000`)).toBe(0);
    expect(io.err).toBe('closed by the peer: 1000 (normal) "be\\x1bcause"\n');
    for (const [code, exitCode] of [
      [1001, 0],
      [1011, 3],
      [4000, 3],
    ] as const) {
      io = new FakeIo();
      expect(await send([], `${server.url}/${code}`)).toBe(exitCode);
    }
  });

  test("tells a lost connection by the exit code", async () => {
    const { server } = await startServer((connection: ServerConnection<unknown>) =>
      connection.terminate(),
    );
    expect(await send([], server.url)).toBe(3);
    expect(io.err).toMatch(/^the connection was lost: 1006 \(no close frame\)/);
  });

  test("tells a message that is too long by the exit code", async () => {
    const { server } = await startServer();
    expect(await send(["x".repeat(11)], server.url, "--max-message", "10")).toBe(3);
    expect(io.err).toMatch(
      /^closed: 1009 \(message too big\).*, because of: message longer than 10/,
    );
  });

  test("tells refused input by the exit code", async () => {
    const { server } = await startServer();
    expect(await send(["nope", "[ 1 ]"], server.url, "--json")).toBe(5);
    expect(io.out).toBe("[\n  1\n]\n");
  });

  test("says that nobody listens", async () => {
    const port = await freePort();
    expect(await send([], `ws://127.0.0.1:${port}`)).toBe(2);
    expect(io.err).toMatch(/^fullduplex: can't connect to ws:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  });

  test("says how it was refused", async () => {
    const { server } = await startServer(echo, {
      onHandshake: () => new Response("go \x1b[2Jaway", { status: 403 }),
    });
    expect(await send([], server.url)).toBe(2);
    expect(io.err).toMatch(/status 403 \(Forbidden\)\ngo \\x1b\[2Jaway\n$/);
  });

  test("gives up a server that doesn't answer", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    expect(await send([], `ws://127.0.0.1:${port}`, "--timeout", "20")).toBe(4);
    expect(io.err).toBe("fullduplex: connecting took longer than 20 ms\n");
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("closes the connection at %s", async (signal, code) => {
    const { server } = await startServer();
    const done = run(["connect", server.url], io);
    io.stdin.write("hi\n");
    await io.until(({ out }) => out === "hi\n");
    const [connection] = server.connections;
    io.signal(signal);
    expect(await done).toBe(code);
    expect(await connection?.closed).toMatchObject({ code: 1000, initiator: "remote" });
  });

  test("a signal ends an attempt to connect", async () => {
    const { server } = await startServer(echo, { onHandshake: () => new Promise(() => {}) });
    const done = run(["connect", server.url], io);
    await io.until(() => io.isListeningForSignals);
    io.signal("SIGTERM");
    expect(await done).toBe(143);
    expect(io.err).toBe("");
  });

  test("a second signal cuts a connection whose peer doesn't answer", async () => {
    const done = run(["connect", await startDeaf(), "--timeout", "60000"], io);
    await io.until(({ out }) => out === "ready\n");
    io.signal("SIGINT");
    io.signal("SIGINT");
    expect(await done).toBe(130);
  });

  test.each(["0", "1"])("gives up a peer that answers nothing, with --wait %s", async (wait) => {
    io.stdin.end();
    const url = await startDeaf();
    // (It bounds connecting too, which takes its time on a busy machine.)
    expect(await run(["connect", url, "--wait", wait, "--timeout", "1000"], io)).toBe(4);
    expect(io.err).toMatch(
      /1006 \(no close frame\), because of: closing took longer than 1000 ms\n$/,
    );
  });

  test("has a prompt in a terminal, and shows the end", async () => {
    io = new FakeIo({ terminal: true });
    const { server } = await startServer();
    const done = run(["connect", server.url], io);
    await io.until(({ out }) => out.includes("> "));
    io.stdin.write("hi\r");
    await io.until(({ out }) => out.includes("< hi\n"));
    io.stdin.write("/close 4001 enough\r");
    expect(await done).toBe(0);
    expect(io.err).toMatch(
      /^connected to ws:.*\nclosed: 4001 \(the application's own\) "enough"\n$/,
    );
  });

  test("Ctrl-C in a terminal closes the connection", async () => {
    io = new FakeIo({ terminal: true });
    const { server } = await startServer();
    const done = run(["connect", server.url], io);
    await io.until(({ out }) => out.includes("> "));
    io.stdin.write("\x03");
    expect(await done).toBe(130);
  });
});

describe("fullduplex connect over TLS", () => {
  test("trusts the certificates that it is given", async () => {
    const { server } = await startServer(echo, { tls });
    expect(await send(["hi"], server.url, "--ca", path("server.pem"))).toBe(0);
    expect(io.out).toBe("hi\n");
  });

  test("trusts no other, and says what to do", async () => {
    const { server } = await startServer(echo, { tls });
    expect(await send(["hi"], server.url)).toBe(2);
    expect(io.err).toMatch(/--ca; to trust any, --insecure\n$/);
  });

  test("trusts any when it is told to, with a warning", async () => {
    const { server } = await startServer(echo, { tls });
    expect(await send(["hi"], server.url, "--insecure")).toBe(0);
    expect(io.err).toBe("warning: the server's certificate is not verified\n");
  });

  test("presents a certificate", async () => {
    const { server } = await startServer(
      async (connection: ServerConnection<unknown>) => {
        await connection.send("come in");
      },
      { tls: { ...tls, ca: client.cert, requestCert: true, rejectUnauthorized: true } },
    );
    const words = ["--ca", path("server.pem"), "--cert", path("client.pem")];
    expect(await send([], server.url, ...words, "--key", path("client.key"))).toBe(0);
    expect(io.out).toBe("come in\n");
  });
});

describe("fullduplex connect --trace", () => {
  const frames = (): string[] => io.err.split("\n").filter((line) => /^[<>] /.test(line));

  test("shows each frame as it is on the wire", async () => {
    const { server } = await startServer();
    expect(await send(["hi"], `${server.url}/a?secret`, "--trace", "--wait", "0")).toBe(0);
    expect(frames()).toEqual([
      "> GET /a?… HTTP/1.1",
      "< HTTP/1.1 101 Switching Protocols",
      '> text, 2 bytes: "hi"',
      "> close, 2 bytes: 1000 (normal)",
      '< text, 2 bytes: "hi"',
      "< close, 2 bytes: 1000 (normal)",
    ]);
    expect(io.out).toBe("hi\n");
  });

  test("shows that a message is compressed, and passes large ones unharmed", async () => {
    const { server } = await startServer();
    const text = "x".repeat(500_000);
    expect(await send([text], server.url, "--trace")).toBe(0);
    expect(io.out).toBe(`${text}\n`);
    expect(frames()).toContainEqual(
      expect.stringMatching(/^> text, compressed, \d+ bytes: [0-9a-f]+…$/),
    );
    io = new FakeIo();
    expect(await send([text], server.url, "--trace", "--no-compress")).toBe(0);
    expect(io.out).toBe(`${text}\n`);
    expect(frames()).toContain(`< text, 500000 bytes: "${"x".repeat(48)}"…`);
  });

  test("works over TLS", async () => {
    const { server } = await startServer(echo, { tls });
    expect(await send(["hi"], server.url, "--trace", "--ca", path("server.pem"))).toBe(0);
    expect(frames()).toContain('< text, 2 bytes: "hi"');
  });

  test("follows a redirect from plain to secure", async () => {
    const { server: secure } = await startServer(echo, { tls });
    const { server } = await startServer(echo, {
      onHandshake: () => new Response(null, { status: 307, headers: { Location: secure.url } }),
    });
    const words = ["--trace", "--ca", path("server.pem"), "--wait", "0"];
    expect(await send(["hi"], server.url, ...words)).toBe(0);
    expect(frames().slice(0, 5)).toEqual([
      "> GET / HTTP/1.1",
      "< HTTP/1.1 307 Temporary Redirect",
      "> GET / HTTP/1.1",
      "< HTTP/1.1 101 Switching Protocols",
      '> text, 2 bytes: "hi"',
    ]);
  });

  test("follows to a Unix socket", async () => {
    const { server } = await startServer(echo, { path: path("traced.sock") });
    expect(await send(["hi"], server.url, "--trace")).toBe(0);
    expect(io.out).toBe("hi\n");
    expect(frames()).toContain('> text, 2 bytes: "hi"');
  });

  test("says the same as without it when nobody listens, or a certificate is not trusted", async () => {
    expect(await send([], `ws://127.0.0.1:${await freePort()}`, "--trace")).toBe(2);
    expect(io.err).toMatch(/ECONNREFUSED/);
    io = new FakeIo();
    const { server } = await startServer(echo, { tls });
    expect(await send([], server.url, "--trace")).toBe(2);
    expect(io.err).toMatch(/--insecure\n$/);
  });

  test("tells a lost connection as without it", async () => {
    const { server } = await startServer((connection: ServerConnection<unknown>) =>
      connection.terminate(),
    );
    expect(await send([], server.url, "--trace")).toBe(3);
  });
});

describe("fullduplex echo", () => {
  /** Starts it, and gives its address; it is stopped when the test has ended. */
  async function start(...words: string[]): Promise<string> {
    const done = run(["echo", ...words], io);
    await io.until(() => io.isListeningForSignals);
    onTestFinished(async () => {
      io.signal("SIGTERM");
      expect(await done).toBe(0);
    });
    return /^listening on (\S+)\n$/.exec(io.out)?.[1] ?? expect.unreachable(io.out);
  }

  async function open(url: string, options?: ConnectOptions): Promise<Connection> {
    const connection = await connect(url, options);
    onTestFinished(() => connection.terminate());
    return connection;
  }

  test("sends back text and bytes, empty ones too", async () => {
    const connection = await open(await start("--port", "0"));
    const messages = ["", "grüße", Buffer.alloc(0), Buffer.from([0, 255])];
    for (const message of messages) await connection.send(message);
    for (const message of messages) expect(await connection.recv()).toEqual(message);
  });

  test("sends back what came right before a close, in order", async () => {
    const connection = await open(await start());
    const received: unknown[] = [];
    const all = connection.forEach((message) => void received.push(message));
    const expected = Array.from({ length: 500 }, (_, index) => `${index}`);
    for (const message of expected) void connection.send(message);
    void connection.close();
    await all;
    expect(received).toEqual(expected);
  });

  test("takes messages of 16 MiB, and none that are longer", async () => {
    const connection = await open(await start(), { maxMessage: 2 ** 24 });
    const message = Buffer.alloc(2 ** 24, 7);
    await connection.send(message);
    expect(message.equals((await connection.recv()) as Buffer)).toBe(true);
    void connection.send(Buffer.alloc(2 ** 24 + 1));
    expect(await connection.closed).toMatchObject({ code: 1009, initiator: "remote" });
  });

  test("accepts compression if it is told to, with the parameters that were asked for", async () => {
    const url = await start("--compress");
    const wishes = { serverMaxWindowBits: 9, clientMaxWindowBits: 10, serverContextTakeover: true };
    const connection = await open(url, { compression: { ...wishes, clientContextTakeover: true } });
    const { headers } = connection.request as { headers: { get(name: string): string } };
    const extension = headers.get("sec-websocket-extensions");
    expect(extension).toContain("permessage-deflate");
    expect(extension).toContain("server_max_window_bits=9");
    expect(extension).not.toContain("no_context_takeover");
    for (let turn = 0; turn < 3; turn++) {
      await connection.send("again and again ".repeat(1000));
      expect(await connection.recv()).toBe("again and again ".repeat(1000));
    }
  });

  test("accepts none otherwise, and any origin", async () => {
    const connection = await open(await start(), { origin: "https://evil.example" });
    const { headers } = connection.request as { headers: { has(name: string): boolean } };
    expect(headers.has("sec-websocket-extensions")).toBe(false);
  });

  test("listens on a Unix socket", async () => {
    const url = await start("--path", path("echo.sock"));
    expect(url).toBe(`ws+unix:${path("echo.sock")}`);
    const connection = await open(url);
    await connection.send("hi");
    expect(await connection.recv()).toBe("hi");
  });

  test("closes connections when it is told to stop", async () => {
    const done = run(["echo"], io);
    await io.until(() => io.isListeningForSignals);
    const connection = await open(/ws:\S+/.exec(io.out)?.[0] as string);
    io.signal("SIGINT");
    expect(await done).toBe(0);
    expect(await connection.closed).toMatchObject({ code: 1001, initiator: "remote" });
    expect(io.err).toBe("");
  });

  test("says that a port is taken", async () => {
    const { server } = await startServer();
    expect(await run(["echo", "--port", `${server.port}`], io)).toBe(2);
    expect(io.err).toMatch(/^fullduplex: listen EADDRINUSE/);
  });

  test("a broken client is not worth a word", async () => {
    const url = await start();
    const connection = await open(url);
    await connection.send("hi");
    expect(await connection.recv()).toBe("hi");
    connection.terminate();
    await connection.closed;
    const next = await open(url);
    await next.send("hi");
    expect(await next.recv()).toBe("hi");
    expect(io.err).toBe("");
  });
});

describe("fullduplex hub", () => {
  test("says where it listens, serves, and stops when it is told to", async () => {
    const done = run(["hub", "--port", "0"], io);
    await io.until(() => io.isListeningForSignals);
    const said = /^listening on (http:\S+)\nAPI key: ([\w-]{43})\ntoken secret: [\w-]{43}\n$/;
    const [, url = "", key = ""] = said.exec(io.out) ?? expect.unreachable(io.out);
    expect((await fetch(url)).status).toBe(200);
    const call = { method: "POST", headers: { "X-API-Key": key }, body: "{}" };
    expect((await fetch(new URL("/api/info", url), call)).status).toBe(200);
    io.signal("SIGTERM");
    expect(await done).toBe(0);
  });

  test("takes its keys from the environment, and does not print those", async () => {
    const [first, second, secret] = ["a".repeat(32), "b".repeat(32), "c".repeat(32)] as const;
    const keys = `${first}, ${second}`;
    const env = { FULLDUPLEX_API_KEY: keys, FULLDUPLEX_TOKEN_SECRET: secret };
    io = new FakeIo({ env });
    const done = run(["hub", "--port", "0"], io);
    await io.until(() => io.isListeningForSignals);
    const url = /^listening on (http:\S+)\n$/.exec(io.out)?.[1] ?? expect.unreachable(io.out);
    for (const key of [first, second]) {
      const call = { method: "POST", headers: { Authorization: `apikey ${key}` }, body: "{}" };
      expect((await fetch(new URL("/api/info", url), call)).status).toBe(200);
    }
    io.signal("SIGTERM");
    expect(await done).toBe(0);
    expect(io.err).toBe("");
  });

  test.each([
    ["FULLDUPLEX_API_KEY", "an API key has to have 32 characters or more"],
    ["FULLDUPLEX_TOKEN_SECRET", "the token secret has to have 32 characters or more"],
  ])("refuses a short %s, and does not repeat it", async (name, message) => {
    io = new FakeIo({ env: { [name]: "short-and-secret" } });
    expect(await run(["hub", "--port", "0"], io)).toBe(1);
    expect(io.err).toContain(message);
    expect(io.err).not.toContain("short-and-secret");
    expect(io.out).toBe("");
  });

  test("says that a port is taken", async () => {
    const { server } = await startServer();
    expect(await run(["hub", "--port", `${server.port}`], io)).toBe(2);
    expect(io.err).toMatch(new RegExp(`^fullduplex: port ${server.port} of 127.0.0.1 is taken`));
  });
});
