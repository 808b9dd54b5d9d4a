/**
 * One way to close, that always gets through.
 *
 * @module
 */

import { expect } from "vitest";
import { ClosedError, TimeoutError } from "../../../src/errors.ts";
import { isPending, rejection } from "../../support/turns.ts";
import { CHUNK, bytes, chunk, fill, receive, receiveAll, still } from "./harness.ts";
import type { Contract } from "./harness.ts";

export function closingContract(contract: Contract): void {
  codes(contract);
  handshakes(contract);
  congestedCloses(contract);
  cutting(contract);
}

function codes(contract: Contract): void {
  contract.promises("both sides learn code, reason and who began", async (open) => {
    for (const [code, reason] of [
      [1000, ""],
      [1000, "done"],
      [3000, "\u00fc"],
      [4999, "x".repeat(123)],
    ] as const) {
      const { near, far } = await open();
      const info = { code, reason, wasClean: true };
      expect(await near.close(code, reason)).toMatchObject({ ...info, initiator: "local" });
      expect(await far.closed).toMatchObject({ ...info, initiator: "remote" });
      expect((await near.closed).error).toBeUndefined();
      expect([near.state, far.state]).toEqual(["closed", "closed"]);
    }
  });

  contract.promises("the other side may begin as well", async (open) => {
    for (const code of [1000, 1001, 1011, 3000, 4999]) {
      const { near, far } = await open();
      const info = { code, reason: "why", wasClean: true };
      expect(await far.close(code, "why")).toMatchObject({ ...info, initiator: "local" });
      expect(await near.closed).toMatchObject({ ...info, initiator: "remote" });
    }
  });

  contract.promises("every code of the registry can be sent", async (open) => {
    for (const code of [1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]) {
      const { near, far } = await open();
      expect(await near.close(code)).toMatchObject({ code, initiator: "local" });
      expect(await far.closed).toMatchObject({ code, initiator: "remote" });
    }
  });

  contract.promises("a code that must not be sent is refused at once", async (open) => {
    const { near, far } = await open();
    for (const code of [
      0,
      999,
      1004,
      1005,
      1006,
      1015,
      1016,
      2999,
      5000,
      65_536,
      -1000,
      1000.5,
      1.5,
      NaN,
      Infinity,
    ]) {
      expect(() => near.close(code)).toThrow(RangeError);
    }
    expect(() => near.close("1000" as never)).toThrow(RangeError);
    expect(near.state).toBe("open");
    await near.send("still here");
    expect(await far.recv()).toBe("still here");
  });

  contract.promises("a reason is cut at 123 bytes, not inside of a character", async (open) => {
    for (const [reason, expected] of [
      ["x".repeat(124), "x".repeat(123)],
      ["\u00fc".repeat(62), "\u00fc".repeat(61)],
      ["x".repeat(121) + "\u20ac", "x".repeat(121)],
      ["x".repeat(119) + "\u{1f600}tail", "x".repeat(119) + "\u{1f600}"],
      ["x".repeat(120) + "\u{1f600}", "x".repeat(120)],
    ] as const) {
      const { near, far } = await open();
      expect(await near.close(3000, reason)).toMatchObject({ reason: expected });
      expect(await far.closed).toMatchObject({ reason: expected });
    }
  });

  contract.promises("a reason of any length does no harm", async (open) => {
    const { near, far } = await open();
    await near.close(3000, "\u20ac\u{1f600}".repeat(1_000));
    const { code, reason, wasClean } = await far.closed;
    expect([code, wasClean]).toEqual([3000, true]);
    expect(reason.slice(0, 9)).toBe("\u20ac\u{1f600}\u20ac\u{1f600}\u20ac\u{1f600}");
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });
}

function handshakes(contract: Contract): void {
  contract.promises("closing again changes nothing", async (open) => {
    const { near, far } = await open();
    const first = near.close(3001, "first");
    const second = near.close(3002, "second");
    expect(await second).toBe(await first);
    expect(await near.close(3003)).toMatchObject({ code: 3001, reason: "first" });
    expect(await far.close(3004)).toMatchObject({ code: 3001, initiator: "remote" });
    expect(await far.closed).toMatchObject({ code: 3001, reason: "first" });
  });

  contract.promises("both sides may close at once", async (open) => {
    const { near, far } = await open();
    const [a, b] = await Promise.all([near.close(3001, "near"), far.close(3002, "far")]);
    for (const info of [a, b]) {
      expect(info.wasClean).toBe(true);
      expect([3001, 3002]).toContain(info.code);
    }
    expect([near.state, far.state]).toEqual(["closed", "closed"]);
  });

  contract.promises("nothing can be sent once it is closing", async (open) => {
    const { near, far } = await open();
    const closed = near.close();
    const late = near.send("late");
    const parts = near.send(["late"]);
    for (const promise of [late, parts])
      expect(await rejection(promise)).toBeInstanceOf(ClosedError);
    await closed;
    expect(await rejection(near.send("later"))).toMatchObject({ closeCode: 1000 });
    expect(await receiveAll(far)).toEqual([]);
  });

  contract.promises("what was sent before the close arrives before it", async (open) => {
    const { near, far } = await open();
    for (let index = 0; index < 50; index++) void near.send(`${index}`);
    void near.send(bytes(200_000));
    void near.send("last");
    void near.close();
    const received = await receiveAll(far);
    expect(received.length).toBe(52);
    expect(received.at(-1)).toBe("last");
    expect(await far.closed).toMatchObject({ code: 1000, wasClean: true });
  });

  contract.promises("a message that came with the close can be answered", async (open) => {
    const { near, far } = await open();
    const answering = near.forEach((message) => near.send(`answer to ${String(message)}`));
    void far.send("question");
    void far.close();
    expect(await receiveAll(far)).toEqual(["answer to question"]);
    await answering;
  });

  contract.promises("the end of an await using closes with 1000", async (open) => {
    const { near, far } = await open();
    await near[Symbol.asyncDispose]();
    expect(near.state).toBe("closed");
    expect(await far.closed).toMatchObject({ code: 1000, wasClean: true });
    await near[Symbol.asyncDispose]();
  });
}

function congestedCloses(contract: Contract): void {
  contract.promises("what waits for a slow peer is sent before the close", async (open) => {
    const { near, far } = await open();
    const { count, blocked } = await fill(near, chunk);
    for (let index = 0; index <= 10; index++) void near.send(`waiting ${index}`);
    const closed = near.close(3000, "bye");
    expect(near.state).toBe("closing");
    expect(await isPending(closed)).toBe(true);
    const received = await receiveAll(far);
    expect(received.length).toBe(count + 11);
    expect(received.at(-1)).toBe("waiting 10");
    // It was sent; a transport that has to look for room may not have looked before the end.
    await blocked.catch((error: unknown) => expect(error).toMatchObject({ code: "ERR_CLOSED" }));
    expect(await closed).toMatchObject({ code: 3000, reason: "bye", wasClean: true });
  });

  contract.promises("a connection that is full of unread messages can be closed", async (open) => {
    const { near, far } = await open();
    const { blocked } = await fill(far, chunk);
    void blocked.catch(() => {});
    expect(await near.close()).toMatchObject({ code: 1000, wasClean: true, initiator: "local" });
    expect(await far.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(near.dropped).toBeGreaterThan(0);
    // What had been received before can still be read.
    const kept = await receiveAll(near);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept[0]).toHaveLength(CHUNK);
  });

  contract.promises("a peer that never answers is cut off after closeTimeout", async (open) => {
    const { clock, ...options } = still();
    const { near } = await open({ ...options, clock, closeTimeout: 5_000 });
    // It is full, reads no further, and so doesn't see the close.
    const { blocked } = await fill(near, chunk);
    const closed = near.close(3000);
    clock.advance(4_999);
    expect(await isPending(closed)).toBe(true);
    clock.advance(1);
    const info = await closed;
    expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: "local" });
    expect(info.error).toBeInstanceOf(TimeoutError);
    expect(info.error).toMatchObject({ timeout: 5_000 });
    expect(await rejection(blocked)).toMatchObject({ cause: info.error });
  });
}

function cutting(contract: Contract): void {
  contract.promises("terminate ends the other side without a handshake", async (open) => {
    const { near, far } = await open();
    near.terminate();
    expect((await far.closed).wasClean).toBe(false);
  });

  contract.promises("terminate ends this side at once", async (open) => {
    const { near, far } = await open();
    await near.send("1");
    await receive(far, 1);
    near.terminate();
    expect(near.state).not.toBe("open");
    await expect(near.send("late")).rejects.toThrow(ClosedError);
    expect(await near.closed).toMatchObject({ code: 1006, wasClean: false, initiator: "local" });
    expect((await near.closed).reason).toBe("");
    near.terminate();
    expect(near.state).toBe("closed");
    expect(await near.close()).toMatchObject({ code: 1006 });
  });

  contract.promises("terminate ends a close that hangs", async (open) => {
    const { clock, ...options } = still();
    const { near } = await open({ ...options, clock });
    const { blocked } = await fill(near, chunk);
    const closed = near.close();
    expect(await isPending(closed)).toBe(true);
    near.terminate();
    expect(await closed).toMatchObject({ code: 1006 });
    expect(await rejection(blocked)).toBeInstanceOf(ClosedError);
    expect(clock.timers).toBe(0);
  });
}
