import { describe, expect, test } from "vitest";
import { ClosedError, LimitError, TimeoutError } from "../../../src/errors.ts";
import { CUT, record } from "../../support/recording-transport.ts";
import type { Recorded } from "../../support/recording-transport.ts";
import { isPending, rejection, turns } from "../../support/turns.ts";

const OPTIONS = { interval: 20_000, timeout: 10_000 };

function open(keepalive: typeof OPTIONS | false = OPTIONS): Recorded {
  return record({ keepalive, receiveHighWaterMark: 100 });
}

function payloads({ transport }: Recorded): string[] {
  return transport
    .named("ping")
    .map(([, payload]) => Buffer.from(payload as Uint8Array).toString("hex"));
}

function pong({ sink }: Recorded, hex: string): void {
  sink.pong(Buffer.from(hex, "hex"));
}

function aborts({ transport }: Recorded): unknown[] {
  return transport.named("abort").map(([, error]) => error);
}

describe("a ping", () => {
  test("resolves with the time until its answer, which is the latency", async () => {
    const recorded = open(false);
    const { clock, connection } = recorded;
    const ping = connection.ping();
    expect(payloads(recorded)).toEqual(["00000000"]);
    clock.advance(30);
    expect(await isPending(ping)).toBe(true);
    pong(recorded, "00000000");
    expect(await ping).toBe(30);
    expect(connection.latency).toBe(30);
  });

  test("is answered by the answer to a later one", async () => {
    const recorded = open(false);
    const { clock, connection } = recorded;
    const first = connection.ping();
    clock.advance(10);
    const second = connection.ping();
    clock.advance(5);
    const third = connection.ping();
    pong(recorded, "00000001");
    expect([await first, await second, await isPending(third)]).toEqual([15, 5, true]);
    expect(connection.latency).toBe(5);
    pong(recorded, "00000002");
    expect(await third).toBe(0);
  });

  test.each(["", "00", "0000000000", "00000001", "ffffffff", "hello"])(
    "is not answered by a pong with %j",
    async (payload) => {
      const recorded = open(false);
      const ping = recorded.connection.ping();
      recorded.sink.pong(
        /^[0-9a-f]*$/.test(payload) ? Buffer.from(payload, "hex") : Buffer.from(payload),
      );
      expect(await isPending(ping)).toBe(true);
      expect(recorded.connection.latency).toBeUndefined();
    },
  );

  test("is answered once", async () => {
    const recorded = open(false);
    const ping = recorded.connection.ping();
    pong(recorded, "00000000");
    recorded.clock.advance(50);
    pong(recorded, "00000000");
    expect([await ping, recorded.connection.latency]).toEqual([0, 0]);
  });

  test("rejects when the connection ends first, and afterwards", async () => {
    const { connection, transport } = open(false);
    const ping = connection.ping();
    transport.end(CUT);
    expect(await rejection(ping)).toBeInstanceOf(ClosedError);
    expect(await rejection(connection.ping())).toMatchObject({ closeCode: 1006 });
  });

  test("is refused while 256 are unanswered, and settles however many of our own come", async () => {
    const recorded = open();
    const { clock, connection, transport } = recorded;
    const pings = Array.from({ length: 256 }, () => connection.ping());
    const error = await rejection(connection.ping());
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ limit: 256 });
    for (let round = 0; round < 5; round++) {
      clock.advance(OPTIONS.interval);
      recorded.sink.progress(0);
    }
    expect(payloads(recorded).length).toBe(261);
    // The answer to the last one of our own, for which there was no record.
    pong(recorded, "00000104");
    expect(await Promise.all(pings)).toEqual(Array(256).fill(100_000));
    const last = connection.ping();
    transport.end(CUT);
    await expect(last).rejects.toThrow(ClosedError);
  });
});

describe("keepalive", () => {
  test("pings after each interval", () => {
    const recorded = open();
    recorded.clock.advance(19_999);
    expect(payloads(recorded)).toEqual([]);
    recorded.clock.advance(1);
    expect(payloads(recorded)).toEqual(["00000000"]);
    pong(recorded, "00000000");
    recorded.sink.progress(0);
    recorded.clock.advance(20_000);
    expect(payloads(recorded)).toEqual(["00000000", "00000001"]);
    expect(recorded.connection.latency).toBe(0);
  });

  test("has defaults of 20 seconds", () => {
    const recorded = record({ keepalive: {} });
    recorded.clock.advance(39_999);
    expect([payloads(recorded).length, aborts(recorded).length]).toEqual([1, 0]);
    recorded.clock.advance(1);
    expect(aborts(recorded)).toEqual([expect.objectContaining({ timeout: 20_000 })]);
  });

  test("ends a connection that brought nothing for the timeout after a ping", async () => {
    const recorded = open();
    recorded.clock.advance(29_999);
    expect(aborts(recorded)).toEqual([]);
    recorded.clock.advance(1);
    expect(aborts(recorded)).toEqual([expect.any(TimeoutError)]);
    const { error } = await recorded.connection.closed;
    expect(error).toMatchObject({ timeout: 10_000 });
    expect(recorded.clock.timers).toBe(0);
  });

  test("takes any data for life", () => {
    const recorded = open();
    recorded.clock.advance(29_999);
    recorded.sink.progress(0);
    recorded.clock.advance(10_000);
    expect(aborts(recorded)).toEqual([]);
    recorded.clock.advance(10_001);
    expect(aborts(recorded).length).toBe(1);
  });

  test("does not wait longer because of more pings", () => {
    const recorded = open({ interval: 1_000, timeout: 10_000 });
    recorded.clock.advance(10_999);
    expect([payloads(recorded).length, aborts(recorded).length]).toEqual([10, 0]);
    recorded.clock.advance(1);
    expect(aborts(recorded).length).toBe(1);
  });

  test("does not mistake a paused reader for a dead peer, and goes on afterwards", async () => {
    const recorded = open();
    const { clock, connection, sink } = recorded;
    sink.message("x".repeat(200));
    await turns();
    expect(recorded.transport.named("pause").length).toBe(1);
    clock.advance(100_000);
    expect(aborts(recorded)).toEqual([]);
    expect(payloads(recorded).length).toBe(5);
    await connection.recv();
    // (The last ping was at 100 s, so that there is a deadline.)
    clock.advance(9_999);
    expect(aborts(recorded)).toEqual([]);
  });

  test("waits once more after a pause, as the answer may not be read yet", async () => {
    const recorded = open();
    const { clock, connection, sink } = recorded;
    sink.message("x".repeat(200));
    await turns();
    clock.advance(29_999);
    await connection.recv();
    expect(recorded.transport.named("resume").length).toBe(1);
    clock.advance(1);
    expect(aborts(recorded)).toEqual([]);
    clock.advance(9_999);
    expect(aborts(recorded)).toEqual([]);
    clock.advance(1);
    expect(aborts(recorded).length).toBe(1);
  });

  test("stops when the connection is closing", () => {
    const recorded = open();
    recorded.clock.advance(20_000);
    void recorded.connection.close();
    expect(recorded.clock.timers).toBe(1);
    recorded.clock.advance(9_999);
    expect(aborts(recorded)).toEqual([]);
    expect(payloads(recorded).length).toBe(1);
  });

  test("stops when the connection ends", () => {
    const recorded = open();
    recorded.clock.advance(20_000);
    recorded.transport.end(CUT);
    expect(recorded.clock.timers).toBe(0);
  });

  test.each([false, { interval: 0 }] as const)("can be left out: %j", (keepalive) => {
    const recorded = record({ keepalive });
    expect(recorded.clock.timers).toBe(0);
  });

  test("remembers a bounded number of unanswered pings", () => {
    const recorded = open({ interval: 1, timeout: 1_000_000 });
    recorded.clock.advance(1_000);
    expect(payloads(recorded).length).toBe(1_000);
    recorded.clock.advance(5);
    pong(recorded, "000003ec");
    expect(recorded.connection.latency).toBeGreaterThan(0);
  });
});
