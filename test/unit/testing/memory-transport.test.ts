import { describe, expect, test } from "vitest";
import { MemoryTransport } from "../../../src/testing/memory-transport.ts";
import { systemClock } from "../../../src/util/clock.ts";
import { RecordingSink } from "../node/support/recording-sink.ts";
import { turns } from "../../support/turns.ts";

function join(): {
  a: MemoryTransport;
  b: MemoryTransport;
  sinkA: RecordingSink;
  sinkB: RecordingSink;
} {
  const sinkA = new RecordingSink();
  const sinkB = new RecordingSink();
  const a = new MemoryTransport(sinkA, systemClock);
  const b = new MemoryTransport(sinkB, systemClock);
  MemoryTransport.join(a, b);
  return { a, b, sinkA, sinkB };
}

const named = (sink: RecordingSink, name: string): (readonly unknown[])[] =>
  (sink.calls as readonly (readonly unknown[])[]).filter((call) => call[0] === name);

describe("a transport in memory", () => {
  test("counts what the other one has not read, empty messages too", async () => {
    const { a, b, sinkA } = join();
    b.pause();
    a.send("abc", {});
    a.send(new Uint8Array(), {});
    a.sendPart("x", true, false);
    a.ping(new Uint8Array(2));
    expect(a.bufferedAmount).toBe(3 + 1 + 2 + 4 * 2);
    await turns();
    expect(named(sinkA, "drain")).toEqual([]);
    b.resume();
    await turns();
    expect(a.bufferedAmount).toBe(0);
    expect(named(sinkA, "drain").length).toBeGreaterThan(0);
  });

  test("reads only so much in a turn", async () => {
    const { a, b, sinkB } = join();
    for (let index = 0; index < 10; index++) a.send("x".repeat(40_000), {});
    let most = 0;
    while (named(sinkB, "message").length < 10) {
      const before = named(sinkB, "message").length;
      await turns();
      most = Math.max(most, named(sinkB, "message").length - before);
    }
    expect(most).toBeLessThanOrEqual(4);
    void b;
  });

  test("answers pings by itself, but not while it is paused", async () => {
    const { a, b, sinkA } = join();
    a.ping(new Uint8Array([1]));
    await turns();
    expect(named(sinkA, "pong")).toEqual([["pong", expect.anything()]]);
    b.pause();
    a.ping(new Uint8Array([2]));
    await turns();
    expect(named(sinkA, "pong").length).toBe(1);
  });

  test("joins parts that nobody asked for, and says how much of them it keeps", async () => {
    const { a, sinkB } = join();
    a.sendPart("ab", true, false);
    await turns();
    expect(named(sinkB, "progress").at(-1)).toEqual(["progress", 2]);
    a.sendPart("c", true, true);
    await turns();
    expect(named(sinkB, "message")).toEqual([["message", "abc"]]);
    expect(named(sinkB, "progress").at(-1)).toEqual(["progress", 0]);
  });

  test("delivers parts that were asked for: what is there at once, and the rest as it comes", async () => {
    const { a, b, sinkB } = join();
    a.sendPart("ab", true, false);
    await turns();
    b.receiveParts(true);
    b.receiveParts(false);
    expect(named(sinkB, "part")).toEqual([["part", "ab", false]]);
    a.sendPart("c", true, true);
    a.sendPart("next", true, false);
    a.sendPart("", true, true);
    await turns();
    expect(named(sinkB, "part")).toEqual([
      ["part", "ab", false],
      ["part", "c", true],
    ]);
    expect(named(sinkB, "message")).toEqual([["message", "next"]]);
  });

  test("takes a request for parts back while nothing was delivered", async () => {
    const { a, b, sinkB } = join();
    b.receiveParts(true);
    b.receiveParts(false);
    a.sendPart("ab", true, true);
    await turns();
    expect(named(sinkB, "message")).toEqual([["message", "ab"]]);
  });

  test("does nothing after the end", async () => {
    const { a, b, sinkA, sinkB } = join();
    a.send("lost", {});
    a.abort(new Error("cut"));
    a.abort();
    b.abort();
    a.close(1000, "");
    b.send("late", {});
    b.ping(new Uint8Array());
    b.resume();
    await turns(2);
    const end = { code: 1006, reason: "", wasClean: false };
    expect(sinkA.calls).toMatchObject([["closed", { ...end, initiator: "local" }]]);
    expect(sinkB.calls).toMatchObject([["closed", { ...end, initiator: "remote" }]]);
    expect([a.bufferedAmount, b.bufferedAmount]).toEqual([0, 0]);
  });

  test("closes with a handshake, after what was sent and a turn to answer it", async () => {
    const { a, b, sinkA, sinkB } = join();
    a.send("question", {});
    a.close(3000, "\u00fc".repeat(100));
    a.close(3001, "again");
    a.send("late", {});
    await Promise.resolve();
    b.send("answer", {});
    await turns(3);
    expect(named(sinkB, "message")).toEqual([["message", "question"]]);
    expect(named(sinkA, "message")).toEqual([["message", "answer"]]);
    const end = { code: 3000, reason: "\u00fc".repeat(61), wasClean: true };
    expect(named(sinkB, "closing").length).toBe(1);
    expect(named(sinkB, "closed")).toMatchObject([["closed", { ...end, initiator: "remote" }]]);
    expect(named(sinkA, "closed")).toMatchObject([["closed", { ...end, initiator: "local" }]]);
  });
});
