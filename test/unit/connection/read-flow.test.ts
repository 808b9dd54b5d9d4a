import { describe, expect, test } from "vitest";
import { turns } from "../../support/turns.ts";
import { record } from "../../support/recording-transport.ts";
import type { Recorded } from "../../support/recording-transport.ts";

/** What an entry costs beside its data. */
const ENTRY = 32;
const MARK = 1_000;

function open(): Recorded {
  return record({ receiveHighWaterMark: MARK });
}

function pauses({ transport }: Recorded): string[] {
  return transport.calls.map(([name]) => name).filter((name) => ["pause", "resume"].includes(name));
}

function message(length: number): string {
  return "x".repeat(length - ENTRY);
}

describe("reading pauses", () => {
  test("once more waits than the mark, after the turn", async () => {
    const recorded = open();
    recorded.sink.message(message(MARK));
    await turns();
    expect(pauses(recorded)).toEqual([]);
    recorded.sink.message("");
    recorded.sink.message("");
    expect(pauses(recorded)).toEqual([]);
    await turns();
    expect(pauses(recorded)).toEqual(["pause"]);
    recorded.sink.message(message(MARK));
    await turns();
    expect(pauses(recorded)).toEqual(["pause"]);
  });

  test("not for what is read in the same turn", async () => {
    const recorded = open();
    const { connection, sink } = recorded;
    for (let index = 0; index < 10; index++) sink.message(message(MARK));
    for (let index = 0; index < 10; index++) await connection.recv();
    await turns();
    expect(pauses(recorded)).toEqual([]);
  });

  test("for empty messages too", async () => {
    const recorded = open();
    for (let index = 0; index <= MARK / ENTRY; index++) recorded.sink.message("");
    await turns();
    expect(pauses(recorded)).toEqual(["pause"]);
  });

  test("for an unfinished message that nobody waits for", async () => {
    const recorded = open();
    recorded.sink.progress(MARK);
    await turns();
    expect(pauses(recorded)).toEqual([]);
    recorded.sink.progress(MARK + 1);
    await turns();
    expect(pauses(recorded)).toEqual(["pause"]);
  });

  test("for a message that waits and an unfinished one together", async () => {
    const recorded = open();
    recorded.sink.message(message(600));
    recorded.sink.progress(500);
    await turns();
    expect(pauses(recorded)).toEqual([]);
    recorded.sink.message("");
    await turns();
    expect(pauses(recorded)).toEqual(["pause"]);
  });

  test("not for an unfinished message that somebody waits for", async () => {
    for (const read of ["recv", "forEach"] as const) {
      const recorded = open();
      if (read === "recv") void recorded.connection.recv();
      else void recorded.connection.forEach(() => {});
      recorded.sink.progress(10 * MARK);
      await turns();
      expect(pauses(recorded)).toEqual([]);
    }
  });

  test("when the one who waited for an unfinished message has given up", async () => {
    const recorded = open();
    const controller = new AbortController();
    const waiting = recorded.connection.recv({ signal: controller.signal });
    recorded.sink.progress(10 * MARK);
    controller.abort();
    await expect(waiting).rejects.toThrow();
    recorded.sink.progress(10 * MARK);
    await turns();
    expect(pauses(recorded)).toEqual(["pause"]);
  });
});

describe("reading goes on", () => {
  test("once at most half of the mark waits", async () => {
    const recorded = open();
    const { connection, sink } = recorded;
    for (let index = 0; index < 11; index++) sink.message(message(100));
    await turns();
    for (let index = 0; index < 5; index++) await connection.recv();
    expect(pauses(recorded)).toEqual(["pause"]);
    await connection.recv();
    expect(pauses(recorded)).toEqual(["pause", "resume"]);
    await connection.recv();
    expect(pauses(recorded)).toEqual(["pause", "resume"]);
  });

  test("when somebody waits for an unfinished message", async () => {
    for (const read of ["recv", "forEach", "recvStream"] as const) {
      const recorded = open();
      recorded.sink.progress(2 * MARK);
      await turns();
      const { connection } = recorded;
      if (read === "recv") void connection.recv();
      else if (read === "forEach") void connection.forEach(() => {});
      else void connection.recvStream().next();
      expect(pauses(recorded)).toEqual(["pause", "resume"]);
    }
  });

  test("when the function of forEach is done", async () => {
    const recorded = open();
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    void recorded.connection.forEach(() => gate);
    recorded.sink.message("held");
    recorded.sink.message(message(2 * MARK));
    await turns();
    expect(pauses(recorded)).toEqual(["pause"]);
    release();
    await turns();
    expect(pauses(recorded)).toEqual(["pause", "resume"]);
  });

  test("for good once it is closing", async () => {
    const recorded = open();
    const { connection, sink } = recorded;
    sink.message(message(2 * MARK));
    await turns();
    void connection.close();
    expect(pauses(recorded)).toEqual(["pause", "resume"]);
    sink.message(message(2 * MARK));
    sink.progress(10 * MARK);
    await turns();
    expect(pauses(recorded)).toEqual(["pause", "resume"]);
  });

  test("and a pause that was decided on is dropped when the connection closes first", async () => {
    const recorded = open();
    recorded.sink.message(message(2 * MARK));
    void recorded.connection.close();
    await turns();
    expect(pauses(recorded)).toEqual([]);
  });
});

test("a mark of 0 pauses after each message", async () => {
  const recorded = record({ receiveHighWaterMark: 0 });
  recorded.sink.message("");
  await turns();
  await recorded.connection.recv();
  recorded.sink.message("");
  await turns();
  expect(pauses(recorded)).toEqual(["pause", "resume", "pause"]);
});
