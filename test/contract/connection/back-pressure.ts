/**
 * A slow peer is waited for, with bounded memory, and nothing that has to arrive is lost.
 *
 * @module
 */

import { expect } from "vitest";
import { prepare } from "../../../src/connection/prepared-message.ts";
import type { Message } from "../../../src/connection/transport.ts";
import { ClosedError, LimitError } from "../../../src/errors.ts";
import { isPending, rejection, turns, until } from "../../support/turns.ts";
import { CHUNK, bytes, chunk, expectSame, fill, receive, receiveAll, still } from "./harness.ts";
import type { Contract } from "./harness.ts";

/** The kernel's buffers on both sides take a part of it, where there is one. Bytes. */
const MOST_IN_FLIGHT = 48 * 1024 * 1024;

export function backPressureContract(contract: Contract): void {
  waiting(contract);
  waitingMessages(contract);
  overflowing(contract);
}

function waiting(contract: Contract): void {
  contract.promises("send waits while the peer doesn't read, then goes on", async (open) => {
    const { near, far } = await open();
    const { count, blocked } = await fill(near, chunk);
    expect(count * CHUNK).toBeLessThan(MOST_IN_FLIGHT);
    expect(near.bufferedAmount).toBeGreaterThanOrEqual(64 * 1024);
    expect(await isPending(blocked)).toBe(true);
    const received = await receive(far, count);
    await blocked;
    expectSame(
      received,
      Array.from({ length: count }, (_, index) => chunk(index)),
    );
    await near.send("after");
    expect(await far.recv()).toBe("after");
  });

  contract.promises("a high-water mark of 0 waits for each message to be taken", async (open) => {
    const { near, far } = await open({ highWaterMark: 0 });
    for (const message of ["1", "2"]) {
      void near.send(message);
      expect(await far.recv()).toBe(message);
    }
    await near.send("3");
  });

  contract.promises("what a forEach sends beyond a low high-water mark goes on", async (open) => {
    const { near, far } = await open({ highWaterMark: 100 });
    const loop = near.forEach(async (message) => {
      await near.send(bytes(200, 1));
      await near.send(message);
    });
    for (const message of ["1", "2", "3"]) {
      void far.send(message);
      expectSame(await receive(far, 2), [bytes(200, 1), message]);
    }
    await far.close();
    await loop;
  });

  contract.promises("reading pauses while nobody receives, then goes on", async (open) => {
    const { near, far } = await open();
    const { count, blocked } = await fill(far, chunk);
    expect(count * CHUNK).toBeLessThan(MOST_IN_FLIGHT);
    const received = await receive(near, count);
    await blocked;
    expectSame(
      received,
      Array.from({ length: count }, (_, index) => chunk(index)),
    );
    void far.send("after");
    expect(await near.recv()).toBe("after");
  });

  contract.promises("a slow forEach slows its peer down", async (open) => {
    const { near, far } = await open();
    let handled = 0;
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const loop = near.forEach(async () => {
      if (handled++ === 0) await gate;
    });
    const { count, blocked } = await fill(far, chunk);
    expect(handled).toBe(1);
    release();
    await blocked;
    await until(() => handled === count, "all messages to be handled");
    await far.close();
    await loop;
  });

  contract.promises("both sides may wait for each other's reader at once", async (open) => {
    const { near, far } = await open();
    const there = await fill(near, chunk);
    const back = await fill(far, chunk);
    const [a, b] = await Promise.all([receive(far, there.count), receive(near, back.count)]);
    await Promise.all([there.blocked, back.blocked]);
    expect([a.length, b.length]).toEqual([there.count, back.count]);
  });

  contract.promises(
    "a message of the largest size is received by a reader that waits",
    async (open) => {
      const { near, far } = await open({ receiveHighWaterMark: 1024 });
      const received = receive(near, 4);
      for (let index = 0; index < 4; index++) await far.send(bytes(1024 * 1024, index));
      expectSame(
        await received,
        [0, 1, 2, 3].map((index) => bytes(1024 * 1024, index)),
      );
    },
  );
}

function waitingMessages(contract: Contract): void {
  contract.promises("messages that wait may be reused, and arrive as they were", async (open) => {
    const { near, far } = await open();
    const { count, blocked } = await fill(near, chunk);
    const buffer = Buffer.from("waiting");
    const options = { compress: false };
    const late = near.send(buffer, options);
    buffer.fill(0);
    void near.send(prepare("prepared"));
    void near.send("text");
    expect(await isPending(late)).toBe(true);
    const received = await receive(far, count + 3);
    await Promise.all([blocked, late]);
    expectSame(received.slice(count), [Buffer.from("waiting"), "prepared", "text"]);
  });

  contract.promises("only the latest message of a key waits", async (open) => {
    const { near, far } = await open();
    const { count } = await fill(near, chunk);
    const options: { key: string } = { key: "a" };
    for (let round = 0; round < 3; round++) {
      options.key = "a";
      void near.send(`a${round}`, options);
      options.key = "__proto__";
      void near.send(`proto${round}`, options);
      void near.send(`plain${round}`);
    }
    expect(near.dropped).toBe(4);
    const received = await receive(far, count + 5);
    expect(received.slice(count)).toEqual(["a2", "proto2", "plain0", "plain1", "plain2"]);
    void near.send("a3", { key: "a" });
    void near.send("a4", { key: "a" });
    expect(await receive(far, 2)).toEqual(["a3", "a4"]);
    expect(near.dropped).toBe(4);
  });

  contract.promises("droppable messages don't wait", async (open) => {
    const { near, far } = await open();
    const { count, blocked } = await fill(near, chunk);
    const dropped = near.send("dropped", { droppable: true });
    void near.send("kept");
    expect(near.dropped).toBe(1);
    expect((await receive(far, count + 1)).at(-1)).toBe("kept");
    await Promise.all([blocked, dropped]);
    await near.send("sent", { droppable: true });
    expect(await far.recv()).toBe("sent");
    expect(near.dropped).toBe(1);
  });
}

function overflowing(contract: Contract): void {
  contract.promises("too much that waits closes the connection with 1008", async (open) => {
    const { clock, ...options } = still();
    const { near, far } = await open({ ...options, clock, maxSendQueue: 1024 * 1024 });
    const { count, blocked } = await fill(near, chunk);
    const sends: Promise<unknown>[] = [];
    while (near.state === "open" && sends.length < 1_000)
      sends.push(rejection(near.send(chunk(0))));
    expect(sends.length).toBeLessThan(50);
    expect(near.bufferedAmount).toBeLessThan(MOST_IN_FLIGHT);
    const received = receiveAll(far);
    const info = await near.closed;
    expect(info).toMatchObject({ code: 1008, initiator: "local" });
    expect(info.error).toBeInstanceOf(LimitError);
    for (const error of [await rejection(blocked), ...(await Promise.all(sends))]) {
      expect(error).toBeInstanceOf(ClosedError);
      expect(error).toMatchObject({ closeCode: 1008, cause: info.error });
    }
    expect(await far.closed).toMatchObject({ code: 1008, initiator: "remote" });
    expect((await received).length).toBeLessThanOrEqual(count);
  });

  contract.promises("overflow can drop messages instead", async (open) => {
    const { near, far } = await open({ maxSendQueue: 1024 * 1024, overflow: "drop" });
    const { count } = await fill(near, chunk);
    for (let index = 0; index < 60; index++) void near.send(chunk(index));
    const { dropped } = near;
    expect(dropped).toBeGreaterThan(20);
    expect(dropped).toBeLessThan(60);
    const received = await receive(far, count + 60 - dropped);
    expectSame(
      received.slice(count),
      Array.from({ length: 60 - dropped }, (_, index) => chunk(index)),
    );
    await near.send("after");
    expect(await far.recv()).toBe("after");
  });

  contract.promises("one message that is larger than all that may wait is sent", async (open) => {
    const { near, far } = await open({ maxSendQueue: 1024 });
    const { count } = await fill(near, chunk);
    void near.send(bytes(1024 * 1024));
    expect(near.state).toBe("open");
    const received = await receive(far, count + 1);
    expectSame(received.slice(count), [bytes(1024 * 1024)]);
  });

  contract.promises("empty messages count for something", async (open) => {
    const { near, far } = await open({ maxSendQueue: 10_000 });
    await fill(near, chunk);
    let sends = 0;
    for (; near.state === "open" && sends < 1_000; sends++) void near.send("");
    expect(sends).toBeLessThan(1_000);
    void receiveAll(far);
    expect(await near.closed).toMatchObject({ code: 1008 });
  });

  contract.promises("messages in parts that wait count for something", async (open) => {
    const { near, far } = await open({ maxSendQueue: 100_000 });
    await fill(near, chunk);
    let sends = 0;
    for (; near.state === "open" && sends < 1_000; sends++) void near.send(["part"]);
    expect(sends).toBeLessThan(1_000);
    void receiveAll(far);
    expect(await near.closed).toMatchObject({ code: 1008 });
    await turns();
  });

  contract.promises("messages after a gap are dropped too, while closing", async (open) => {
    const { near, far } = await open({ receiveHighWaterMark: 1024 });
    const sent: Message[] = Array.from(
      { length: 200 },
      (_, index) => `${index} ${"x".repeat(100)}`,
    );
    for (const message of sent) void far.send(message);
    void near.close();
    const received: Message[] = [];
    // Slowly, so that there is room again now and then.
    await near.forEach(async (message) => {
      received.push(message);
      await turns();
    });
    expect(received.length).toBeLessThan(sent.length);
    expect(near.dropped).toBe(sent.length - received.length);
    expect(received).toEqual(sent.slice(0, received.length));
  });
}
