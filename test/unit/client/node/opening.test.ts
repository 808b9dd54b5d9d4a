import type { Socket } from "node:net";

import { afterEach, describe, expect, test } from "vitest";

import { Opening } from "../../../../src/client/node/opening.ts";
import type { Opened } from "../../../../src/client/node/opening.ts";
import type { ConnectOptions } from "../../../../src/client/node/connect-options.ts";
import { readFields } from "../../../../src/client/node/request-headers.ts";
import { readTarget } from "../../../../src/client/node/target.ts";
import { FullduplexError, HandshakeError } from "../../../../src/errors.ts";
import { RawServer, acceptance, response } from "./support/raw-server.ts";
import type { RawRequest } from "./support/raw-server.ts";

let server: RawServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Opens a connection to a server that answers so. */
async function open(
  answer: (request: RawRequest, socket: Socket) => string | void,
  options: ConnectOptions = {},
): Promise<Opened> {
  server ??= await RawServer.start((request, socket) => {
    const text = answer(request, socket);
    if (text) socket.write(text, "latin1");
  });
  return openUrl(`${server.url}/start`, options);
}

function openUrl(url: string, options: ConnectOptions = {}): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const accept = (opened: Opened): Opened => opened;
    const deflate = options.compression === true ? {} : undefined;
    const plan = { options, deflate, accept, resolve, reject };
    void new Opening(readTarget(url), readFields(options.headers), plan);
  });
}

async function failure(promise: Promise<unknown>): Promise<HandshakeError> {
  return promise.then(
    () => {
      throw new Error("it was accepted");
    },
    (error: HandshakeError) => error,
  );
}

async function isGone(): Promise<void> {
  const sockets = [...(server?.sockets ?? [])];
  await Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.resume().once("close", resolve))),
  );
}

describe("the request", () => {
  test("is that of RFC 6455 section 4.1", async () => {
    const { socket } = await open((request) => acceptance(request), {
      headers: { "X-Mine": "1" },
      subprotocols: ["a", "b"],
      compression: true,
    }).catch((error: unknown) => Promise.reject(error));
    const [request] = server!.requests;
    expect(request?.target).toBe("/start");
    expect(request?.lines).toEqual([
      `Host: 127.0.0.1:${server!.port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      expect.stringMatching(/^Sec-WebSocket-Key: [A-Za-z0-9+/]{22}==$/),
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: a, b",
      expect.stringMatching(/^Sec-WebSocket-Extensions: permessage-deflate; /),
      "X-Mine: 1",
    ]);
    socket.destroy();
  });

  test("has another key each time", async () => {
    await open(() => response(400)).catch(() => {});
    await open(() => response(400)).catch(() => {});
    const keys = server!.requests.map(({ headers }) => headers.get("sec-websocket-key"));
    expect(new Set(keys).size).toBe(2);
  });

  test("that can't be made is refused, but not at once", async () => {
    const wrong = openUrl("ws://127.0.0.1:1/", { subprotocols: ["a b"] });
    await expect(wrong).rejects.toThrow(TypeError);
    await expect(openUrl("ws://127.0.0.1:1/", { subprotocols: ["a\r\nB: c"] })).rejects.toThrow(
      TypeError,
    );
    await expect(openUrl("ws://127.0.0.1:1/", { subprotocols: ["a", "a"] })).rejects.toThrow(
      TypeError,
    );
  });
});

describe("an acceptance", () => {
  test("gives the socket, the answer's headers, and the bytes that came with it", async () => {
    const opened = await open((request) => `${acceptance(request, "X-Mine: 1\r\n")}\x81\x01a`);
    expect(opened.headers.get("x-mine")).toBe("1");
    expect(opened.acceptance).toEqual({ subprotocol: undefined, deflate: undefined });
    expect(Buffer.from(opened.head).toString("latin1")).toBe("\x81\x01a");
    expect(opened.target.url.href).toBe(`${server!.url}/start`);
    opened.socket.destroy();
  });

  test.each([
    ["of another key", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n"],
    ["without proof", "Upgrade: websocket\r\nConnection: Upgrade\r\n"],
    ["of another protocol", "Upgrade: h2c\r\nConnection: Upgrade\r\n"],
    ["that upgrades nothing", ""],
  ])("%s is refused, and the socket dropped", async (_what, headers) => {
    const error = await failure(open(() => `HTTP/1.1 101 Whatever\r\n${headers}\r\n`));
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error.status).toBe(101);
    expect(error.message).not.toContain("refused");
    await isGone();
  });

  test.each([
    ["a subprotocol that was not offered", "Sec-WebSocket-Protocol: c\r\n"],
    ["an extension that was not offered", "Sec-WebSocket-Extensions: permessage-deflate\r\n"],
  ])("of %s is refused, and the socket dropped", async (_what, headers) => {
    const options = { subprotocols: ["a"] };
    const error = await failure(open((request) => acceptance(request, headers), options));
    expect(error).toMatchObject({ name: "HandshakeError", status: 101 });
    await isGone();
  });

  test("with more header fields than anybody needs is refused, not misread", async () => {
    const many = "a: b\r\n".repeat(2500);
    const error = await failure(open((request) => acceptance(request, many)));
    expect(error).toBeInstanceOf(HandshakeError);
    await isGone();
  });

  test("that is followed by a reset is nothing to fall over", async () => {
    const opened = await open((request, socket) => {
      socket.write(acceptance(request), () => socket.resetAndDestroy());
    });
    await new Promise((resolve) => opened.socket.resume().once("close", resolve));
    expect(opened.socket.destroyed).toBe(true);
  });
});

describe("a refusal", () => {
  test("tells status, headers and body", async () => {
    const body = "who are you?";
    const error = await failure(open(() => response(401, "WWW-Authenticate: Basic\r\n", body)));
    expect(error).toMatchObject({ name: "HandshakeError", status: 401, body });
    expect(error.message).toContain("401");
    expect(error.headers?.get("www-authenticate")).toBe("Basic");
    await isGone();
  });

  test("with 200 is one, too", async () => {
    const error = await failure(open(() => response(200, "", "<html>")));
    expect(error).toMatchObject({ name: "HandshakeError", status: 200, body: "<html>" });
  });

  test("of any length is read up to 64 KiB", async () => {
    const error = await failure(open(() => response(500, "", "x".repeat(300_000))));
    expect(error.body.length).toBe(64 * 1024);
    await isGone();
  });

  test("whose body breaks off shows what came", async () => {
    const error = await failure(
      open((_request, socket) => {
        const text = "HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nhalf";
        socket.write(text, () => setImmediate(() => socket.resetAndDestroy()));
      }),
    );
    expect(error.status).toBe(403);
    expect(["", "half"]).toContain(error.body);
  });
});

describe("an answer that is none", () => {
  test.each([
    ["not HTTP", "SSH-2.0-OpenSSH\r\n"],
    ["a malformed header", "HTTP/1.1 101 OK\r\na b: c\r\n\r\n"],
    ["endless headers", `HTTP/1.1 101 OK\r\n${"a: b\r\n".repeat(10_000)}`],
  ])("is a failed handshake (%s)", async (_what, text) => {
    const error = await failure(open(() => text));
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.status).toBeUndefined();
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ["a reset", (socket) => socket.resetAndDestroy()],
    ["an end", (socket) => socket.end()],
    ["an end in the middle of it", (socket) => socket.end("HTTP/1.1 101 Sw")],
  ])("is a failure to connect (%s)", async (_what, act) => {
    const error = await failure(open((_request, socket) => void act(socket)));
    expect(error).toBeInstanceOf(FullduplexError);
    expect(["ERR_CONNECT", "ERR_HANDSHAKE"]).toContain(error.code);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("because there is no server is a failure to connect", async () => {
    const closed = await RawServer.start(() => {});
    const { url } = closed;
    await closed.stop();
    const error = await failure(openUrl(`${url.replace("ws://", "ws://user:secret@")}/?token=t`));
    expect(error).toMatchObject({ code: "ERR_CONNECT", cause: { code: "ECONNREFUSED" } });
    expect(error.message).toContain(url);
    expect(error.message).not.toMatch(/secret|token/);
  });
});

describe("redirects", () => {
  /** Redirects from /start to /1, and so on up to `count`. */
  function chain(count: number): (request: RawRequest) => string {
    return (request) => {
      const at = Number(request.target.slice(1)) || 0;
      return at < count ? response(302, `Location: /${at + 1}\r\n`) : acceptance(request);
    };
  }

  test("are followed", async () => {
    const { target, socket } = await open(chain(10), { headers: { Cookie: "a=b" } });
    expect(target.url.pathname).toBe("/10");
    expect(server!.requests.length).toBe(11);
    expect(server!.requests.every(({ headers }) => headers.get("cookie") === "a=b")).toBe(true);
    socket.destroy();
  });

  test("are followed ten times", async () => {
    const error = await failure(open(chain(11)));
    expect(error).toMatchObject({ name: "HandshakeError", status: 302 });
    expect(error.message).toContain("more than 10 times");
    expect(server!.requests.length).toBe(11);
    await isGone();
  });

  test("are followed as often as the options say", async () => {
    expect((await failure(open(chain(3), { maxRedirects: 2 }))).message).toContain("2 times");
    const error = await failure(open(chain(3), { maxRedirects: 0 }));
    expect(error).toMatchObject({ status: 302, message: expect.stringContaining("status 302") });
    expect(error.headers?.get("location")).toBe("/1");
  });

  test("to nowhere are refusals", async () => {
    const error = await failure(open(() => response(302, "Location: gopher://a\r\n", "moved")));
    expect(error).toMatchObject({ status: 302, body: "moved" });
    expect(await failure(open(() => response(302)))).toMatchObject({ status: 302 });
  });

  test("to another origin go without credentials", async () => {
    const other = await RawServer.start((request, socket) => socket.write(acceptance(request)));
    const opened = await open(() => response(307, `Location: ${other.url}/there\r\n`), {
      headers: { Authorization: "Bearer x", Cookie: "a=b", "X-Mine": "1" },
    });
    const [request] = other.requests;
    expect(opened.target.url.href).toBe(`${other.url}/there`);
    expect(request?.headers.get("authorization")).toBeUndefined();
    expect(request?.headers.get("cookie")).toBeUndefined();
    expect(request?.headers.get("x-mine")).toBe("1");
    expect(request?.headers.get("host")).toBe(`127.0.0.1:${other.port}`);
    opened.socket.destroy();
    await other.stop();
  });
});

describe("giving up", () => {
  test("drops the socket, and calls nobody back", async () => {
    const calls: unknown[] = [];
    const arrived = new Promise<void>((resolve) => {
      void RawServer.start(() => resolve()).then((started) => {
        server = started;
        const accept = (opened: Opened): Opened => opened;
        const record = (value: unknown): void => void calls.push(value);
        const plan = { options: {}, deflate: undefined, accept, resolve: record, reject: record };
        opening = new Opening(readTarget(started.url), [], plan);
      });
    });
    let opening!: Opening<Opened>;
    await arrived;
    opening.cancel();
    opening.cancel();
    await isGone();
    expect(calls).toEqual([]);
  });
});
