import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connect } from "../../../../src/client/browser/index.ts";
import { HandshakeError, TimeoutError } from "../../../../src/errors.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { FakeWebSocket } from "../../../support/fake-web-socket.ts";
import { isPending, rejection, unhandledRejections } from "../../../support/turns.ts";

const URL = "ws://host.test/path";

beforeEach(() => {
  FakeWebSocket.made = [];
  vi.stubGlobal("WebSocket", FakeWebSocket);
});
afterEach(() => void vi.unstubAllGlobals());

describe("connect", () => {
  test("resolves once the socket is open, with what was agreed on", async () => {
    const clock = new FakeClock();
    const connecting = connect(URL, { clock, subprotocols: ["a", "b"] });
    const socket = FakeWebSocket.last;
    expect(await isPending(connecting)).toBe(true);
    socket.open("b");
    const connection = await connecting;
    expect([socket.url, socket.protocols, socket.binaryType]).toEqual([
      URL,
      ["a", "b"],
      "arraybuffer",
    ]);
    expect(connection.subprotocol).toBe("b");
    expect(connection.request).toEqual({ url: URL });
    expect([clock.timers, socket.calls, socket.onopen]).toEqual([0, [], null]);
  });

  test("works without options, and takes a URL object", async () => {
    const connecting = connect(new globalThis.URL(URL));
    FakeWebSocket.last.open();
    const connection = await connecting;
    expect([connection.subprotocol, FakeWebSocket.last.protocols]).toEqual([undefined, []]);
  });

  test("loses no message that comes in the same task as the opening", async () => {
    const connecting = connect(URL);
    const socket = FakeWebSocket.last;
    socket.open();
    socket.message("early");
    socket.end(1000, "", true);
    const connection = await connecting;
    expect(await connection.recv()).toBe("early");
    expect(connection.state).toBe("closed");
  });

  test("rejects when there is no server, or it refuses", async () => {
    const clock = new FakeClock();
    const error = rejection(connect(URL, { clock }));
    FakeWebSocket.last.end();
    expect(await error).toBeInstanceOf(HandshakeError);
    expect(await error).toMatchObject({ code: "ERR_HANDSHAKE", status: undefined });
    expect(clock.timers).toBe(0);
  });

  test.each([
    [{}, 10_000],
    [{ openTimeout: 50 }, 50],
  ])("with %j gives up after its timeout", async (options, timeout) => {
    const clock = new FakeClock();
    const error = rejection(connect(URL, { clock, ...options }));
    const socket = FakeWebSocket.last;
    clock.advance(timeout - 1);
    expect(socket.calls).toEqual([]);
    clock.advance(1);
    expect(await error).toBeInstanceOf(TimeoutError);
    expect(socket.calls).toEqual([["close", undefined, ""]]);
    // What comes of the closed socket changes nothing.
    socket.open();
    socket.end();
  });

  test("gives up with the signal", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const error = rejection(connect(URL, { clock, signal: controller.signal }));
    controller.abort(new Error("enough"));
    expect(await error).toMatchObject({ message: "enough" });
    expect(FakeWebSocket.last.calls).toEqual([["close", undefined, ""]]);
    expect(clock.timers).toBe(0);
  });

  test("makes no socket when the signal is aborted already", async () => {
    const signal = AbortSignal.abort(new Error("before"));
    await expect(connect(URL, { signal })).rejects.toThrow("before");
    expect(FakeWebSocket.made).toEqual([]);
  });

  test("is not changed by the signal once it is connected", async () => {
    const controller = new AbortController();
    const connecting = connect(URL, { signal: controller.signal });
    FakeWebSocket.last.open();
    const connection = await connecting;
    controller.abort();
    expect([connection.state, FakeWebSocket.last.calls]).toEqual(["open", []]);
  });

  test("rejects for what makes no sense, and leaves nothing behind", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const options = { clock, signal: controller.signal };
    await expect(connect("no url", options)).rejects.toThrow(TypeError);
    await expect(connect(URL, { ...options, subprotocols: ["a", "a"] })).rejects.toThrow(
      SyntaxError,
    );
    expect(clock.timers).toBe(0);
    clock.advance(10_000);
    controller.abort();
  });

  test("rejects for headers, which a browser can't send", async () => {
    const options = { openTimeout: 1, headers: { a: "b" } };
    expect(await rejection(connect(URL, options))).toMatchObject({ code: "ERR_UNSUPPORTED" });
  });

  test("is no unhandled rejection in what belongs to it", async () => {
    const rejected = await unhandledRejections(async () => {
      await connect(URL, {
        openTimeout: 1,
        clock: new FakeClock(),
        signal: AbortSignal.abort(),
      }).catch(() => {});
    });
    expect(rejected).toEqual([]);
  });
});
