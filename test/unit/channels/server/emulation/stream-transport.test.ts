import { expect, test } from "vitest";
import { jsonEncoding } from "../../../../../src/channels/server/emulation/encoding.ts";
import { StreamTransport } from "../../../../../src/channels/server/emulation/stream-transport.ts";
import { Connection } from "../../../../../src/connection/connection.ts";
import type { ConnectionOptions } from "../../../../../src/connection/connection.ts";
import { prepare } from "../../../../../src/connection/prepared-message.ts";
import { LimitError, TimeoutError } from "../../../../../src/errors.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { isPending, rejection, turns } from "../../../../support/turns.ts";

interface Ends {
  readonly connection: Connection;
  readonly transport: StreamTransport;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly gone: AbortController;
  readonly clock: FakeClock;
}

function open(options: ConnectionOptions = {}): Ends {
  const clock = new FakeClock();
  const gone = new AbortController();
  let transport!: StreamTransport;
  const connection = new Connection<unknown>(
    (sink) => (transport = new StreamTransport(sink, jsonEncoding, gone.signal)),
    { data: undefined, request: undefined },
    { clock, ...options },
  );
  return { connection, transport, reader: transport.body.getReader(), gone, clock };
}

async function text(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read();
  return Buffer.from(value ?? []).toString();
}

/** All lines until the end. */
async function lines(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string[]> {
  let all = "";
  for (let piece = await text(reader); piece !== ""; piece = await text(reader)) all += piece;
  return all.split("\n").slice(0, -1);
}

const LARGE = "x".repeat(40_000);

test("each message is a line, and what one turn sends goes out together", async () => {
  const { connection, reader } = open();
  const first = text(reader);
  await connection.send("1");
  expect(await first).toBe("1\n");
  const second = text(reader);
  for (const message of ["2", prepare("3"), "ü"]) void connection.send(message);
  expect(await second).toBe("2\n3\nü\n");
});

test("what is not read yet is counted, to the byte", async () => {
  const { connection, reader, transport } = open();
  void connection.send("ü");
  void connection.send(prepare("1"));
  expect(transport.bufferedAmount).toBe(5);
  expect(connection.bufferedAmount).toBe(5);
  await text(reader);
  expect(connection.bufferedAmount).toBe(0);
});

test("a prepared message is encoded once for all", async () => {
  const message = prepare("x");
  for (let round = 0; round < 3; round++) {
    const { connection, reader } = open();
    void connection.send(message);
    expect(await text(reader)).toBe("x\n");
  }
  expect(message.derived.size).toBe(1);
});

test("a client that does not read is waited for", async () => {
  const { connection, reader } = open();
  await connection.send(LARGE);
  const blocked = connection.send(LARGE);
  const queued = connection.send("after");
  expect(await isPending(blocked)).toBe(true);
  expect(await isPending(queued)).toBe(true);
  expect((await text(reader)).length).toBe(2 * LARGE.length + 2);
  await Promise.all([blocked, queued]);
  expect(await text(reader)).toBe("after\n");
});

test("for a slow client only the latest of a key waits, and what is droppable doesn't", async () => {
  const { connection, reader } = open();
  for (let count = 0; count < 2; count++) void connection.send(LARGE);
  for (const value of [1, 2, 3]) {
    void connection.send(`a${value}`, { key: "a" });
    void connection.send(`b${value}`, { droppable: true });
  }
  expect(connection.dropped).toBe(5);
  await text(reader);
  expect(await text(reader)).toBe("a3\n");
});

test("too much for a client that does not read ends it, with bounded memory", async () => {
  const { connection, reader, clock } = open({ maxSendQueue: 100_000 });
  for (let count = 0; count < 10; count++) void connection.send(LARGE);
  expect(connection.state).toBe("closing");
  expect(connection.bufferedAmount).toBeLessThan(3 * LARGE.length);
  clock.advance(10_000);
  const info = await connection.closed;
  expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: "local" });
  expect(info.error).toBeInstanceOf(LimitError);
  expect(await rejection(reader.read())).toMatchObject({ name: "AbortError" });
  expect(connection.bufferedAmount).toBe(0);
});

test("the code of a close is the last line, and comes after all that was sent", async () => {
  const { connection, reader } = open();
  for (let count = 0; count < 5; count++) void connection.send(LARGE);
  const closed = connection.close(3503, "enough");
  expect(await isPending(closed)).toBe(true);
  const all = await lines(reader);
  expect(all).toHaveLength(6);
  expect(JSON.parse(all[5]!)).toEqual({ push: { disconnect: { code: 3503, reason: "enough" } } });
  expect(await closed).toEqual({
    code: 3503,
    reason: "enough",
    wasClean: true,
    initiator: "local",
    error: undefined,
  });
});

test("a close is not over before its last line has been taken", async () => {
  const { connection, reader } = open();
  const closed = connection.close(3001);
  await text(reader);
  // (Whoever read it may not have passed it on yet.)
  expect(await isPending(closed)).toBe(true);
  expect((await reader.read()).done).toBe(true);
  expect((await closed).code).toBe(3001);
});

test("a close that nobody reads is cut", async () => {
  const { connection, clock } = open({ closeTimeout: 100 });
  const closed = connection.close(3001);
  clock.advance(100);
  const info = await closed;
  expect(info.code).toBe(1006);
  expect(info.error).toBeInstanceOf(TimeoutError);
});

test("a client that goes away ends it at once, however that shows", async () => {
  const ways: ((ends: Ends) => unknown)[] = [
    ({ gone }) => gone.abort(),
    ({ reader }) => reader.cancel(),
  ];
  for (const leave of ways) {
    for (const isClosing of [false, true]) {
      const ends = open();
      if (isClosing) void ends.connection.close(3001);
      const waiting = ends.connection.recv();
      await leave(ends);
      expect(await ends.connection.closed).toMatchObject({ code: 1006, initiator: "remote" });
      await rejection(waiting);
      expect(ends.connection.bufferedAmount).toBe(0);
      expect(ends.transport.receive("late")).toBeUndefined();
      ends.gone.abort();
      ends.connection.terminate();
      await ends.reader.cancel().catch(() => {});
      await turns();
    }
  }
});

test("a client that has gone before there is a connection", async () => {
  const gone = AbortSignal.abort();
  const connection = new Connection<unknown>(
    (sink) => new StreamTransport(sink, jsonEncoding, gone),
    { data: undefined, request: undefined },
  );
  await connection.send("x").catch(() => {});
  expect((await connection.closed).code).toBe(1006);
});

test("commands come in order, and wait while reading is paused", async () => {
  const { connection, transport } = open({ receiveHighWaterMark: 1000 });
  expect(transport.receive("x".repeat(2000))).toBeUndefined();
  await turns();
  const waits = ["1", "2", "3"].map((frame) => transport.receive(frame)!);
  expect(await isPending(waits[0]!)).toBe(true);
  const received = [await connection.recv()];
  await Promise.all(waits);
  for (let count = 0; count < 3; count++) received.push(await connection.recv());
  expect(received.slice(1)).toEqual(["1", "2", "3"]);
  expect(transport.receive("4")).toBeUndefined();
  expect(await connection.recv()).toBe("4");
});

test("too many commands that wait end it, and let go of everybody", async () => {
  const { connection, transport, reader } = open({ receiveHighWaterMark: 1000 });
  void transport.receive("x".repeat(2000));
  await turns();
  let count = 0;
  const waits: Promise<void>[] = [];
  while (connection.state === "open" && count++ < 10_000) waits.push(transport.receive("{}")!);
  expect(count).toBeLessThan(1100);
  await Promise.all(waits);
  expect(transport.receive("late")).toBeUndefined();
  expect(JSON.parse((await lines(reader))[0]!)).toEqual({
    push: { disconnect: { code: 3013, reason: "too many requests" } },
  });
  const info = await connection.closed;
  expect(info).toMatchObject({ code: 3013, initiator: "local" });
  expect(info.error).toBeInstanceOf(LimitError);
});

test("what is held is given up when the client goes away", async () => {
  const { connection, transport, gone } = open({ receiveHighWaterMark: 1000 });
  void transport.receive("x".repeat(2000));
  await turns();
  const held = transport.receive("1")!;
  gone.abort();
  await held;
  expect((await connection.closed).code).toBe(1006);
});

test("a reason is cut as in a close frame", async () => {
  const { connection, reader } = open();
  void connection.close(3000, "\u20ac".repeat(100));
  const { push } = JSON.parse((await lines(reader))[0]!) as never as {
    push: { disconnect: { reason: string } };
  };
  expect(Buffer.byteLength(push.disconnect.reason)).toBe(123);
});
