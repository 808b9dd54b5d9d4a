import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connect, prepare } from "../../../../src/client/browser/index.ts";
import type { ConnectOptions } from "../../../../src/client/browser/index.ts";
import type { Connection } from "../../../../src/connection/connection.ts";
import { ClosedError, LimitError, TimeoutError } from "../../../../src/errors.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { FakeWebSocket } from "../../../support/fake-web-socket.ts";
import { isPending, rejection, unhandledRejections } from "../../../support/turns.ts";

interface Opened {
  readonly clock: FakeClock;
  readonly connection: Connection;
  readonly socket: FakeWebSocket;
}

async function open(options: ConnectOptions = {}): Promise<Opened> {
  const clock = new FakeClock();
  const connecting = connect("ws://host.test/", { clock, ...options });
  const socket = FakeWebSocket.last;
  socket.open();
  return { clock, socket, connection: await connecting };
}

beforeEach(() => void vi.stubGlobal("WebSocket", FakeWebSocket));
afterEach(() => void vi.unstubAllGlobals());

describe("messages", () => {
  test("come in as text or bytes", async () => {
    const { connection, socket } = await open();
    socket.message("text");
    socket.message(Uint8Array.of(1, 2).buffer);
    expect([await connection.recv(), await connection.recv()]).toEqual([
      "text",
      Uint8Array.of(1, 2),
    ]);
  });

  test("go out as text or bytes", async () => {
    const { connection, socket } = await open();
    const encoded = new TextEncoder().encode("\ufeffmarked");
    await connection.send("text");
    await connection.send(Uint8Array.of(1));
    await connection.send(new Uint16Array([0x0201]));
    await connection.send(encoded, { text: true });
    await connection.send("text", { text: true });
    await connection.send(prepare("prepared"));
    await connection.send(prepare(Uint8Array.of(2)), { text: true });
    await connection.send(prepare(encoded, { text: true }));
    expect(socket.sent).toEqual([
      "text",
      Uint8Array.of(1),
      Uint8Array.of(1, 2),
      "\ufeffmarked",
      "text",
      "prepared",
      Uint8Array.of(2),
      "\ufeffmarked",
    ]);
  });

  test("go out from shared memory, which a browser does not take", async () => {
    const { connection, socket } = await open();
    const shared = new SharedArrayBuffer(2);
    await connection.send(shared);
    await connection.send(new Uint8Array(shared), { text: true });
    expect(socket.sent).toEqual([new Uint8Array(2), "\0\0"]);
  });

  test("go out at once, whatever waits, because the browser has the queue", async () => {
    const { connection, socket } = await open();
    socket.bufferedAmount = 1_000_000;
    void connection.send("1", { key: "k" });
    void connection.send("2", { key: "k" });
    void connection.send("3", { droppable: true });
    expect(socket.sent).toEqual(["1", "2", "3"]);
    expect(connection.dropped).toBe(0);
  });

  test("don't go out in parts, nor do pings", async () => {
    const { connection } = await open({ keepalive: { interval: 1 } });
    expect(await rejection(connection.send(["part"]))).toMatchObject({ code: "ERR_UNSUPPORTED" });
    expect(await rejection(connection.ping())).toMatchObject({ code: "ERR_UNSUPPORTED" });
    expect(connection.latency).toBeUndefined();
  });
});

describe("back-pressure", () => {
  test("send waits above the high-water mark, and looks now and then", async () => {
    const { clock, connection, socket } = await open({ highWaterMark: 100 });
    socket.bufferedAmount = 100;
    await connection.send("below");
    expect(clock.timers).toBe(0);
    socket.bufferedAmount = 101;
    const first = connection.send("1");
    expect(connection.send("2")).toBe(first);
    expect([clock.timers, connection.bufferedAmount]).toEqual([1, 101]);
    clock.advance(100);
    expect(await isPending(first)).toBe(true);
    socket.bufferedAmount = 100;
    clock.advance(20);
    await first;
    expect(clock.timers).toBe(0);
    socket.bufferedAmount = 101;
    const again = connection.send("3");
    expect(again).not.toBe(first);
    socket.bufferedAmount = 0;
    clock.advance(20);
    await again;
  });

  test("has a mark of 64 KiB and a limit of 16 MiB by default", async () => {
    const { clock, connection, socket } = await open();
    socket.bufferedAmount = 65_535;
    await connection.send("");
    socket.bufferedAmount = 16 * 1024 * 1024;
    void connection.send("");
    expect([clock.timers, connection.state]).toEqual([1, "open"]);
    socket.bufferedAmount++;
    void connection.send("");
    expect(connection.state).toBe("closed");
  });

  test("ends the connection when too much waits", async () => {
    const { clock, connection, socket } = await open({ highWaterMark: 10, maxSendQueue: 100 });
    socket.bufferedAmount = 100;
    const first = connection.send("1");
    socket.bufferedAmount = 101;
    const second = connection.send("2");
    const info = await connection.closed;
    expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: "local" });
    expect(info.error).toBeInstanceOf(LimitError);
    for (const sent of [first, second]) {
      const error = await rejection(sent);
      expect(error).toBeInstanceOf(ClosedError);
      expect(error).toMatchObject({ cause: info.error });
    }
    expect([clock.timers, connection.bufferedAmount]).toEqual([0, 0]);
    expect(socket.calls.at(-1)).toEqual(["close", undefined, ""]);
  });

  test("that ends with the connection leaves no timer, and nobody has to listen", async () => {
    const rejected = await unhandledRejections(async () => {
      const { clock, connection, socket } = await open({ highWaterMark: 10 });
      socket.bufferedAmount = 10;
      void connection.send("1");
      void connection.send("2");
      socket.end();
      expect(clock.timers).toBe(0);
      await expect(connection.send("3")).rejects.toThrow(ClosedError);
    });
    expect(rejected).toEqual([]);
  });

  test("more than 16 MiB that nobody reads close the connection with 4008", async () => {
    const { connection, socket } = await open();
    for (let index = 0; index < 18; index++) socket.message("x".repeat(1024 * 1024));
    expect(socket.calls).toEqual([["close", 4008, ""]]);
    socket.end(4008, "", true);
    const info = await connection.closed;
    expect(info).toMatchObject({ code: 4008, wasClean: true, initiator: "local" });
    expect(info.error).toBeInstanceOf(LimitError);
  });
});

describe("closing", () => {
  test.each([
    [1000, 1000],
    [1001, 4001],
    [1011, 4011],
    [1014, 4014],
    [3000, 3000],
    [4999, 4999],
  ])("with %d is sent as %d", async (code, sendable) => {
    const { clock, connection, socket } = await open();
    const closed = connection.close(code, "why");
    expect(socket.calls).toEqual([["close", sendable, "why"]]);
    socket.end(sendable, "why", true);
    expect(await closed).toMatchObject({
      code: sendable,
      reason: "why",
      wasClean: true,
      initiator: "local",
    });
    expect(clock.timers).toBe(0);
  });

  test("by the peer says so", async () => {
    const { connection, socket } = await open();
    socket.end(1001, "bye", true);
    expect(await connection.closed).toMatchObject({
      code: 1001,
      reason: "bye",
      initiator: "remote",
    });
  });

  test.each(["\u20ac".repeat(42), "\u{1f600}".repeat(100), "x".repeat(124), "\ud83d".repeat(100)])(
    "with a reason that is too long still closes: %j",
    async (reason) => {
      const { connection, socket } = await open();
      void connection.close(3000, reason);
      const [, code, cut] = socket.calls.at(-1) as [string, number, string];
      expect(code).toBe(3000);
      expect(reason.startsWith(cut)).toBe(true);
      expect(cut.length).toBeGreaterThan(30);
    },
  );

  test("that the peer doesn't answer ends after closeTimeout", async () => {
    const { clock, connection, socket } = await open({ closeTimeout: 100 });
    void connection.close();
    clock.advance(100);
    const { error } = await connection.closed;
    expect(error).toBeInstanceOf(TimeoutError);
    // What comes later changes nothing.
    socket.message("late");
    socket.end(1000, "", true);
    expect(await connection.closed).toMatchObject({ code: 1006 });
    await expect(connection.recv()).rejects.toThrow(ClosedError);
  });

  test("by terminate ends at once", async () => {
    const { clock, connection, socket } = await open();
    connection.terminate();
    expect([connection.state, clock.timers]).toEqual(["closed", 0]);
    expect(socket.calls).toEqual([["close", undefined, ""]]);
  });

  test("by terminate from within forEach lets it finish", async () => {
    const { connection, socket } = await open();
    socket.message("1");
    socket.message("2");
    const log: string[] = [];
    const loop = connection.forEach(async (message) => {
      log.push(`begin ${String(message)}`);
      connection.terminate();
      await Promise.resolve();
      log.push(`end ${String(message)}`);
    });
    await expect(loop).rejects.toThrow(ClosedError);
    expect(log).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
  });
});
