/**
 * Messages that are sent and received in parts.
 *
 * @module
 */

import { expect } from "vitest";
import type { Connection } from "../../../src/connection/connection.ts";
import type { Data } from "../../../src/connection/data.ts";
import type { RecvOptions } from "../../../src/connection/inbox.ts";
import type { Message } from "../../../src/connection/transport.ts";
import { ClosedError, StateError, TimeoutError } from "../../../src/errors.ts";
import { isPending, rejection, turns } from "../../support/turns.ts";
import { bytes, chunk, expectSame, fill, isStuck, receive, still } from "./harness.ts";
import type { Contract } from "./harness.ts";

export function partsContract(contract: Contract): void {
  sendingParts(contract);
  failingSources(contract);
  receivingParts(contract);
  leavingParts(contract);
}

async function* later<T>(...values: T[]): AsyncGenerator<T> {
  for (const value of values) {
    await turns();
    yield value;
  }
}

/** The rest of the next message, in parts. */
async function readParts(connection: Connection, options?: RecvOptions): Promise<Message[]> {
  const parts: Message[] = [];
  for await (const part of connection.recvStream(options)) parts.push(part);
  return parts;
}

function join(parts: readonly Message[]): Message {
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  return Buffer.concat(parts as Uint8Array[]);
}

function sendingParts(contract: Contract): void {
  contract.promises("what an iterable yields is one message", async (open) => {
    const { near, far } = await open();
    await near.send(["one ", "", "message"]);
    await near.send(new Set([bytes(3), bytes(0), bytes(70_000)]));
    await near.send(later("from ", "somewhere ", "slow"));
    await near.send(later<Data>(bytes(10), new DataView(bytes(4).buffer)));
    await near.send([""]);
    await near.send("after");
    expectSame(await receive(far, 6), [
      "one message",
      Buffer.concat([bytes(3), bytes(70_000)]),
      "from somewhere slow",
      Buffer.concat([bytes(10), bytes(4)]),
      "",
      "after",
    ]);
  });

  contract.promises("an iterable that yields nothing is no message", async (open) => {
    const { near, far } = await open();
    await near.send([]);
    await near.send(later());
    await near.send("after");
    expect(await far.recv()).toBe("after");
  });

  contract.promises("text may be cut inside of a character", async (open) => {
    const { near, far } = await open();
    await near.send(["\ud83d", "\ude00 \ud83d", "", "\ude01"]);
    await near.send("ab\u{1f600}".split(""));
    expect(await receive(far, 2)).toEqual(["\u{1f600} \u{1f601}", "ab\u{1f600}"]);
  });

  contract.promises("what is sent during a message in parts comes after it", async (open) => {
    const { near, far } = await open();
    const all = [near.send("0"), near.send(later("1", "1")), near.send("2"), near.send(["3", "3"])];
    await near.send(bytes(4));
    await Promise.all(all);
    expectSame(await receive(far, 5), ["0", "11", "2", "33", bytes(4)]);
  });

  contract.promises(
    "what is in parts waits for a slow peer, and goes before a close",
    async (open) => {
      const { near, far } = await open();
      const { count } = await fill(near, chunk);
      void near.send(["in ", "parts"]);
      void near.send("text");
      void near.send(later("and ", "again"));
      void near.close();
      const received = await receive(far, count + 3);
      expect(received.slice(count)).toEqual(["in parts", "text", "and again"]);
      expect(await far.closed).toMatchObject({ code: 1000, wasClean: true });
    },
  );

  contract.promises("a part that never comes doesn't keep a close from ending", async (open) => {
    const { clock, ...options } = still();
    const { near } = await open({ ...options, clock });
    const sent = near.send(
      (async function* () {
        yield "first";
        await new Promise(() => {});
      })(),
    );
    await turns(5);
    const closed = near.close();
    clock.advance(10_000);
    expect(await closed).toMatchObject({ code: 1006 });
    expect(await rejection(sent)).toBeInstanceOf(ClosedError);
  });

  contract.promises("parts may be reused once the next one is asked for", async (open) => {
    const { near, far } = await open();
    function* reusing(): Generator<Uint8Array> {
      const buffer = Buffer.alloc(200_000);
      for (let part = 0; part < 5; part++) yield buffer.fill(part);
      buffer.fill(255);
    }
    const received = far.recv();
    await near.send(reusing());
    const expected = [0, 1, 2, 3, 4].map((part) => Buffer.alloc(200_000, part));
    expectSame([await received], [Buffer.concat(expected)]);
  });

  contract.promises("pings are answered inside of a message in parts", async (open) => {
    const { near, far } = await open();
    let release!: () => void;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    async function* slow(): AsyncGenerator<string> {
      yield "first ";
      await waiting;
      yield "last";
    }
    const sent = near.send(slow());
    await turns(5);
    expect(await near.ping()).toBeGreaterThanOrEqual(0);
    expect(await far.ping()).toBeGreaterThanOrEqual(0);
    release();
    await sent;
    expect(await far.recv()).toBe("first last");
  });
}

function failingSources(contract: Contract): void {
  contract.promises("parts of mixed kinds close the connection with 1011", async (open) => {
    const { near, far } = await open();
    await expect(near.send(["text", bytes(1)])).rejects.toThrow(TypeError);
    expect(await near.closed).toMatchObject({ code: 1011, initiator: "local" });
    expect((await near.closed).error).toBeInstanceOf(TypeError);
    expect(await far.closed).toMatchObject({ code: 1011, reason: "", initiator: "remote" });
  });

  contract.promises("a source that fails inside of its message closes with 1011", async (open) => {
    const { near, far } = await open();
    const broken = new Error("no more");
    async function* source(): AsyncGenerator<string> {
      yield "first";
      throw broken;
    }
    expect(await rejection(near.send(source()))).toBe(broken);
    expect(await near.closed).toMatchObject({ code: 1011, error: broken });
    expect(await rejection(far.recv())).toMatchObject({ closeCode: 1011 });
  });

  contract.promises("a source that fails before its first part does no harm", async (open) => {
    const { near, far } = await open();
    const broken = new Error("nothing");
    // oxlint-disable-next-line require-yield
    const source = (async function* () {
      throw broken;
    })();
    expect(await rejection(near.send(source))).toBe(broken);
    await expect(near.send([1 as never])).rejects.toThrow(TypeError);
    await near.send("still here");
    expect(await far.recv()).toBe("still here");
  });

  contract.promises(
    "a source that fails while the connection closes breaks nothing",
    async (open) => {
      const { near, far } = await open();
      const broken = new Error("no more");
      async function* source(): AsyncGenerator<string> {
        yield "first";
        await turns(3);
        throw broken;
      }
      const sent = rejection(near.send(source()));
      void near.send("never, because it would be inside of the broken message");
      void near.close(1000);
      expect(await sent).toBe(broken);
      expect(await near.closed).toMatchObject({ code: 1011 });
      expect(await far.closed).toMatchObject({ code: 1011 });
    },
  );

  contract.promises("a source is told when the connection has ended", async (open) => {
    const { near, far } = await open();
    let isTold = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) {
          await turns();
          yield "more";
        }
      } finally {
        isTold = true;
      }
    }
    const sent = near.send(endless());
    await turns(10);
    far.terminate();
    await expect(sent).rejects.toThrow(ClosedError);
    await turns(5);
    expect(isTold).toBe(true);
  });
}

function receivingParts(contract: Contract): void {
  contract.promises("recvStream yields a message as it comes", async (open) => {
    const { near, far } = await open();
    let release!: () => void;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    const sent = far.send(
      (async function* () {
        yield "first ";
        await waiting;
        yield "last";
      })(),
    );
    const parts: Message[] = [];
    for await (const part of near.recvStream()) {
      parts.push(part);
      release();
    }
    await sent;
    expect(parts.length).toBeGreaterThanOrEqual(2);
    expect(parts.join("")).toBe("first last");
  });

  contract.promises(
    "recvStream yields messages that are there already, one each time",
    async (open) => {
      const { near, far } = await open();
      const sent = ["text", bytes(1_000), "", bytes(0), "\u{1f600}"];
      for (const message of sent) await far.send(message);
      await turns(10);
      const received: Message[] = [];
      for (const message of sent) {
        const parts = await readParts(near);
        received.push(typeof message === "string" ? parts.join("") : join(parts));
      }
      expectSame(received, sent);
    },
  );

  contract.promises("recvStream takes a message that is larger than the limit", async (open) => {
    const { near, far } = await open();
    const chunks = Array.from({ length: 60 }, (_, index) => bytes(64 * 1024, index));
    for (let round = 0; round < 2; round++) {
      const received = readParts(near);
      await far.send(later(...chunks));
      expectSame([join(await received)], [Buffer.concat(chunks)]);
    }
  });

  contract.promises("recvStream takes large messages that follow each other", async (open) => {
    const { near, far } = await open();
    const sending = (async () => {
      for (let round = 0; round < 6; round++) {
        await far.send(Buffer.alloc(1_500_000, round), { compress: false });
      }
    })();
    for (let round = 0; round < 6; round++) {
      const message = join(await readParts(near)) as Uint8Array;
      expect([message.length, message[0], message.at(-1)]).toEqual([1_500_000, round, round]);
    }
    await sending;
  });

  contract.promises("recvStream, recv and forEach take turns", async (open) => {
    const { near, far } = await open();
    for (let index = 0; index < 6; index++) await far.send([`${index}`, "!"]);
    expect(join(await readParts(near))).toBe("0!");
    expect(await near.recv()).toBe("1!");
    expect(join(await readParts(near))).toBe("2!");
    const stop = new Error("enough");
    const loop = near.forEach(() => {
      throw stop;
    });
    expect(await rejection(loop)).toBe(stop);
    expect(join(await readParts(near))).toBe("4!");
    expect(await near.recv()).toBe("5!");
  });

  contract.promises(
    "recvStream rejects when the connection ends inside of the message",
    async (open) => {
      const { near, far } = await open();
      void far.send(
        (async function* () {
          yield "first";
          await new Promise(() => {});
        })(),
      );
      const stream = near.recvStream();
      expect(await stream.next()).toEqual({ done: false, value: "first" });
      const next = stream.next();
      far.terminate();
      expect(await rejection(next)).toBeInstanceOf(ClosedError);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    },
  );

  contract.promises("recvStream has the messages for itself", async (open) => {
    const { near, far } = await open();
    await far.send(["a", "b"]);
    const stream = near.recvStream();
    await stream.next();
    expect(await rejection(near.recv())).toBeInstanceOf(StateError);
    expect(await rejection(near.recvStream().next())).toBeInstanceOf(StateError);
    expect(await rejection(near.forEach(() => {}))).toBeInstanceOf(StateError);
    await stream.return();
    await far.send("next");
    expect(await near.recv()).toBe("next");
  });
}

function leavingParts(contract: Contract): void {
  contract.promises("leaving recvStream early drops the rest of the message only", async (open) => {
    const { near, far } = await open();
    for (let round = 0; round < 3; round++) {
      const sent = far.send(later("first", "second", "third"));
      for await (const part of near.recvStream()) {
        expect(part.slice(0, 5)).toBe("first");
        break;
      }
      const next = near.recv();
      await sent;
      await far.send(`after ${round}`);
      expect(await next).toBe(`after ${round}`);
    }
  });

  contract.promises("leaving one stream doesn't make the next one whole", async (open) => {
    const { near, far } = await open();
    const chunks = Array.from({ length: 40 }, (_, index) => bytes(64 * 1024, index));
    const sending = (async () => {
      for (let round = 0; round < 3; round++) await far.send(later(...chunks));
    })();
    for await (const _ of near.recvStream()) break;
    for await (const _ of near.recvStream()) break;
    expectSame([join(await readParts(near))], [Buffer.concat(chunks)]);
    await sending;
    expect(near.state).toBe("open");
  });

  contract.promises("an interrupted recvStream loses no message", async (open) => {
    const { clock, ...options } = still();
    const { near, far } = await open({ ...options, clock });
    const controller = new AbortController();
    const aborted = near.recvStream({ signal: controller.signal }).next();
    const late = near.recv().catch((error: unknown) => error);
    expect(await late).toBeInstanceOf(StateError);
    void far.send(["whole ", "message"]);
    controller.abort(new Error("enough"));
    expect(await rejection(aborted)).toMatchObject({ message: "enough" });
    expect(await near.recv()).toBe("whole message");

    const timed = near.recvStream({ timeout: 100 }).next();
    await turns(2);
    clock.advance(100);
    void far.send(["another ", "one"]);
    expect(await rejection(timed)).toBeInstanceOf(TimeoutError);
    expect(await near.recv()).toBe("another one");
  });

  contract.promises("a message in parts waits while it is not read", async (open) => {
    const { near, far } = await open();
    let yielded = 0;
    const sent = far.send(
      (async function* () {
        for (; yielded < 400; yielded++) yield bytes(128 * 1024, yielded);
      })(),
    );
    const stream = near.recvStream();
    await stream.next();
    expect(await isStuck(far, sent)).toBe(true);
    expect(yielded).toBeLessThan(300);
    expect(await isPending(sent)).toBe(true);
    await stream.return();
    await sent;
    await far.send("after");
    expect(await near.recv()).toBe("after");
  });
}
