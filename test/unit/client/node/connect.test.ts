import type { Socket } from "node:net";

import { afterEach, describe, expect, test } from "vitest";

import { connect } from "../../../../src/client/node/connect.ts";
import type { ConnectOptions } from "../../../../src/client/node/connect-options.ts";
import { HandshakeError, TimeoutError } from "../../../../src/errors.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { RawServer, acceptance, response } from "./support/raw-server.ts";
import type { RawRequest } from "./support/raw-server.ts";

let server: RawServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Starts a server that answers so. */
async function serve(
  answer: (request: RawRequest, socket: Socket) => string | void,
): Promise<string> {
  server = await RawServer.start((request, socket) => {
    const text = answer(request, socket);
    if (text) socket.write(text, "latin1");
  });
  return server.url;
}

/** A server that never answers, and when it was asked. */
async function serveNothing(): Promise<{ url: string; asked: Promise<Socket> }> {
  let url!: string;
  const asked = new Promise<Socket>((resolve) => {
    void serve((_request, socket) => resolve(socket)).then((started) => (url = started));
  });
  while (!url) await new Promise((resolve) => setImmediate(resolve));
  return { url, asked };
}

function isClosed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.resume().once("close", resolve));
}

describe("an option that there is not", () => {
  const wrong: [object, string][] = [
    [{ subprotocol: "a" }, 'connect has no option "subprotocol": did you mean "subprotocols"?'],
    [{ initialDelay: 1 }, 'connect has no option "initialDelay"'],
    [{ compression: { levle: 1 } }, 'no option "levle": did you mean "level"?'],
    [["chat"], "connect takes its options as an object"],
  ];
  test.each(wrong)("%j is refused", async (options, message) => {
    await expect(connect("ws://localhost", options)).rejects.toThrow(message);
  });
});

describe("a connection", () => {
  test("knows its handshake, and loses no byte that came with it", async () => {
    const url = await serve((request) => {
      return `${acceptance(request, "Sec-WebSocket-Protocol: b\r\nX-Mine: 1\r\n")}\x81\x02hi\x88\x02\x03\xe8`;
    });
    const connection = await connect(`${url.replace("//", "//user:secret@")}/a?b#c`, {
      subprotocols: ["a", "b"],
    });
    expect(connection.request.url).toBe(`${url}/a?b`);
    expect(connection.request.headers.get("x-mine")).toBe("1");
    expect(connection.subprotocol).toBe("b");
    expect(connection.data).toBeUndefined();
    expect(await connection.recv()).toBe("hi");
    expect(await connection.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  test("keeps to its limits", async () => {
    const url = await serve((request) => `${acceptance(request)}\x81\x04long`);
    const connection = await connect(url, { maxMessage: 3 });
    await expect(connection.recv()).rejects.toMatchObject({ closeCode: 1009 });
  });

  test("offers compression unless told otherwise, and uses what was agreed", async () => {
    const url = await serve((request) => {
      const extensions = request.headers.get("sec-websocket-extensions");
      const answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
      const more = extensions ? `Sec-WebSocket-Extensions: ${answer}\r\n` : "";
      return `${acceptance(request, more)}\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00`;
    });
    const connection = await connect(url);
    expect(await connection.recv()).toBe("Hello");
    connection.terminate();
    const plain = await connect(url, { compression: false });
    await expect(plain.recv()).rejects.toMatchObject({ closeCode: 1002 });
    const own = await connect(url, {
      compression: { clientMaxWindowBits: 10, serverMaxWindowBits: 15 },
    });
    own.terminate();
    const offers = server!.requests.map(({ headers }) => headers.get("sec-websocket-extensions"));
    expect(offers).toEqual([
      expect.stringContaining("permessage-deflate"),
      undefined,
      expect.stringContaining("client_max_window_bits=10"),
    ]);
  });
});

describe("options that make no sense are rejections", () => {
  const wrong: [string, string, ConnectOptions][] = [
    ["a URL that is none", "nowhere", {}],
    ["another scheme", "ftp://127.0.0.1/", {}],
    ["a header with a line break", "ws://127.0.0.1/", { headers: { a: "b\r\nc: d" } }],
    ["a header of the handshake", "ws://127.0.0.1/", { headers: { Upgrade: "x" } }],
    ["an origin with a line break", "ws://127.0.0.1/", { origin: "a\r\nb: c" }],
    ["a subprotocol with a line break", "ws://127.0.0.1/", { subprotocols: ["a\r\nb: c"] }],
    ["a level of compression", "ws://127.0.0.1/", { compression: { level: 10 } }],
    ["a window", "ws://127.0.0.1/", { compression: { clientMaxWindowBits: 7 } }],
  ];

  test.each(wrong)("%s", async (_what, url, options) => {
    const connecting = connect(url, options);
    await expect(connecting).rejects.toSatisfy(
      (error) => error instanceof TypeError || error instanceof RangeError,
    );
  });

  test("a limit, which only shows when there is a connection", async () => {
    const url = await serve((request) => acceptance(request));
    const ended = new Promise((resolve) => setImmediate(resolve));
    await expect(connect(url, { maxMessage: -1 })).rejects.toThrow(RangeError);
    await ended;
    await Promise.all([...server!.sockets].map(isClosed));
  });

  test("an agent of another scheme", async () => {
    const { Agent } = await import("node:https");
    const connecting = connect("ws://127.0.0.1:1/", { agent: new Agent() });
    await expect(connecting).rejects.toThrow("Protocol");
  });
});

describe("a signal", () => {
  test("that is aborted already prevents everything", async () => {
    const url = await serve(() => response(500));
    const reason = new Error("never mind");
    await expect(connect(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server!.requests.length).toBe(0);
  });

  test("ends the wait for an answer, with its reason", async () => {
    const { url, asked } = await serveNothing();
    const controller = new AbortController();
    const connecting = connect(url, { signal: controller.signal });
    const socket = await asked;
    controller.abort("enough");
    await expect(connecting).rejects.toBe("enough");
    await isClosed(socket);
  });

  test("ends the wait for a TCP connection", async () => {
    const controller = new AbortController();
    const connecting = connect("ws://127.0.0.1:1/", { signal: controller.signal });
    controller.abort();
    await expect(connecting).rejects.toMatchObject({ name: "AbortError" });
  });

  test("ends the wait for the body of a refusal", async () => {
    let respond!: (socket: Socket) => void;
    const responded = new Promise<Socket>((resolve) => (respond = resolve));
    const url = await serve((_request, socket) => {
      socket.write("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nhalf", () => respond(socket));
    });
    const controller = new AbortController();
    const connecting = connect(url, { signal: controller.signal });
    const socket = await responded;
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    controller.abort("enough");
    await expect(connecting).rejects.toBe("enough");
    await isClosed(socket);
  });

  test("has no effect once there is a connection, and is not listened to any more", async () => {
    const url = await serve((request) => `${acceptance(request)}\x81\x02hi`);
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: unknown[]): void => {
      listeners++;
      Reflect.apply(add, signal, args);
    };
    signal.removeEventListener = (...args: unknown[]): void => {
      listeners--;
      Reflect.apply(remove, signal, args);
    };
    const connection = await connect(url, { signal });
    expect(listeners).toBe(0);
    controller.abort();
    expect(await connection.recv()).toBe("hi");
    connection.terminate();
  });
});

describe("the timeout", () => {
  test("covers the wait for an answer, ten seconds by default", async () => {
    const clock = new FakeClock();
    const { url, asked } = await serveNothing();
    const connecting = connect(url, { clock });
    const socket = await asked;
    clock.advance(9_999);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    await expect(connecting).rejects.toThrow(TimeoutError);
    await expect(connecting).rejects.toMatchObject({ timeout: 10_000 });
    expect(clock.timers).toBe(0);
    await isClosed(socket);
  });

  test("covers redirects", async () => {
    const clock = new FakeClock();
    let asked!: () => void;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const url = await serve(({ target }) => {
      if (target === "/") return response(302, "Location: /next\r\n");
      return asked();
    });
    const connecting = connect(url, { clock, openTimeout: 5 });
    await isAsked;
    clock.advance(5);
    await expect(connecting).rejects.toThrow(TimeoutError);
  });

  test("while a refusal is being read reports the refusal, as far as it came", async () => {
    const clock = new FakeClock();
    const url = await serve(() => "HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nhalf");
    const connecting = connect(url, { clock, openTimeout: 5 });
    while (server!.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const settled = connecting.catch((error: unknown) => error);
    // The answer is on its way; time goes on until it is there.
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5);
    expect(await settled).toBeInstanceOf(HandshakeError);
    expect(await settled).toMatchObject({ status: 403, body: "half" });
    expect(clock.timers).toBe(0);
  });

  test("is over when there is a connection", async () => {
    const clock = new FakeClock();
    const url = await serve((request) => acceptance(request));
    const connection = await connect(url, { clock, keepalive: false });
    expect(clock.timers).toBe(0);
    connection.terminate();
    await connection.closed;
  });
});
