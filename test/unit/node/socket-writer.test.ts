import { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { describe, expect, test } from "vitest";

import { SocketWriter } from "../../../src/node/socket-writer.ts";
import type { WriterSource } from "../../../src/node/socket-writer.ts";
import { beginTurn } from "../../../src/node/turns.ts";
import { FakeSocket } from "./support/fake-socket.ts";
import { tcpPair } from "./support/tcp-pair.ts";

class FakeSource implements WriterSource {
  #chunks: Uint8Array[] = [];
  heldBytes = 0;

  get readyBytes(): number {
    return this.#chunks.reduce((size, { length }) => size + length, 0);
  }

  add(...chunks: (string | Uint8Array)[]): void {
    this.#chunks.push(...chunks.map((chunk) => Buffer.from(chunk as string)));
  }

  /** As it is: the memory is not copied. */
  addSame(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  dataToSend(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }
}

interface Setup<S = FakeSocket> {
  socket: S;
  source: FakeSource;
  writer: SocketWriter;
  drains: () => number;
}

function setUp(): Setup {
  return setUpWith(new FakeSocket());
}

function setUpWith<S extends Duplex>(socket: S): Setup<S> {
  const source = new FakeSource();
  let drains = 0;
  const writer = new SocketWriter(socket, source, { drained: () => drains++ });
  return { socket, source, writer, drains: () => drains };
}

function tick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function round(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function written({ socket }: Setup<{ writes: Buffer[] }>): string[] {
  return socket.writes.map(String);
}

/** A socket of the system without a handle: what is written goes no further. */
class PlainSocket extends Socket {
  readonly writes: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: unknown, callback: () => void): void {
    this.writes.push(Buffer.from(chunk));
    callback();
  }
}

/** What begins a turn, and what waits until it is over, for a socket of the system and for any other one. */
const kinds = [
  { name: "a read", make: () => new PlainSocket(), begin: beginTurn, over: tick },
  { name: "a round of the event loop", make: () => new FakeSocket(), begin: round, over: round },
];

describe.each(kinds)("a turn that is $name", ({ make, begin, over }) => {
  const setUpTurn = async (): Promise<Setup<PlainSocket | FakeSocket>> => {
    const setup = setUpWith(make());
    await begin();
    return setup;
  };

  test("begins anew, so that whoever answers once in it is written at once", async () => {
    const setup = await setUpTurn();
    for (const chunk of ["a", "b"]) {
      setup.source.add(chunk);
      setup.writer.submit();
      expect(written(setup).at(-1)).toBe(chunk);
      await begin();
    }
  });

  test("ends for all writers, and what was sent in it leaves in one write but for the first", async () => {
    const setups = [await setUpTurn(), await setUpTurn()];
    for (const chunk of ["a", "b", "c"]) {
      for (const { source, writer } of setups) {
        source.add(chunk);
        writer.submit();
      }
    }
    expect(setups.map(written)).toEqual([["a"], ["a"]]);
    await over();
    expect(setups.map(written)).toEqual([
      ["a", "bc"],
      ["a", "bc"],
    ]);
    expect(setups.map(({ drains }) => drains() > 0)).toEqual([true, true]);
    // It is expected to go on like that.
    await begin();
    for (const chunk of ["d", "e"]) {
      for (const { source, writer } of setups) {
        source.add(chunk);
        writer.submit();
      }
    }
    await over();
    expect(setups.map((setup) => written(setup).at(-1))).toEqual(["de", "de"]);
  });

  test("in which several messages came has all answers in one write, though they are sent later", async () => {
    const setup = await setUpTurn();
    setup.writer.cork();
    setup.writer.uncork(2);
    for (const chunk of ["a", "b"]) {
      setup.source.add(chunk);
      setup.writer.submit();
    }
    expect(written(setup)).toEqual([]);
    await over();
    expect(written(setup)).toEqual(["ab"]);
  });

  test("is left to the end of the cork", async () => {
    const setup = await setUpTurn();
    setup.writer.cork();
    setup.source.add("a");
    setup.writer.submit();
    await over();
    expect(written(setup)).toEqual([]);
    setup.writer.uncork(1);
    expect(written(setup)).toEqual(["a"]);
  });

  test("goes out at once when it becomes long", async () => {
    const setup = await setUpTurn();
    setup.source.add("a");
    setup.writer.submit();
    setup.source.add("b".repeat(30_000));
    setup.writer.submit();
    expect(setup.socket.writes.length).toBe(1);
    setup.source.add("c".repeat(40_000));
    setup.writer.submit();
    expect(setup.socket.writes.map(({ length }) => length)).toEqual([1, 70_000]);
  });

  test("with nothing to send writes nothing", async () => {
    const setup = await setUpTurn();
    setup.writer.submit();
    setup.writer.flush();
    setup.writer.cork();
    setup.writer.uncork(0);
    await over();
    expect(written(setup)).toEqual([]);
  });
});

test("several reads in one round of the event loop, as of the records of TLS, are answered in two writes at most", async () => {
  const setup = setUp();
  for (const rounds of [1, 2]) {
    await round();
    for (const chunk of ["a", "b", "c"]) {
      setup.writer.cork();
      setup.source.add(chunk);
      setup.writer.submit();
      setup.writer.uncork(1);
    }
    await round();
    expect(written(setup)).toEqual(Array.from({ length: rounds }, () => ["a", "bc"]).flat());
  }
});

describe("the pieces of a write", () => {
  test("are put together when they are small", () => {
    const setup = setUp();
    setup.source.add("a", "b".repeat(50_000), "c");
    setup.writer.flush();
    expect(setup.socket.writes.map(({ length }) => length)).toEqual([50_002]);
  });

  test("are written as they are when they are large, in one go", () => {
    const setup = setUp();
    const large = Buffer.alloc(200_000, "x");
    setup.source.add("a", "b");
    setup.source.addSame(large);
    setup.source.add("c");
    setup.writer.flush();
    expect(
      Buffer.concat(setup.socket.writes).equals(
        Buffer.concat([Buffer.from("ab"), large, Buffer.from("c")]),
      ),
    ).toBe(true);
    // The first one is on its way when the others come; those wait together.
    expect(setup.socket.writes.length).toBe(1);
  });

  test("of borrowed memory are copied, whatever their size", () => {
    for (const size of [20_000, 200_000]) {
      const setup = setUp();
      setup.socket.isStuck = true;
      const borrowed = Buffer.alloc(size, "x");
      setup.source.add("h");
      setup.source.addSame(borrowed);
      const seen: Buffer[] = [];
      setup.socket._write = (chunk: Buffer): void => void seen.push(chunk);
      setup.writer.flush(borrowed);
      borrowed.fill("y");
      expect(seen.length).toBe(1);
      expect(seen[0]?.includes("y")).toBe(false);
    }
  });

  test("of lent memory are not copied, and returned when they are written", async () => {
    const setup = setUp();
    setup.socket.isStuck = true;
    const seen: Buffer[] = [];
    const write = setup.socket._write.bind(setup.socket);
    setup.socket._write = (chunk: Buffer, encoding, callback): void => {
      seen.push(chunk);
      write(chunk, encoding, callback);
    };
    const lent = Buffer.alloc(200_000);
    let isReturned = false;
    void setup.writer.lend(lent).then(() => (isReturned = true));
    setup.source.addSame(lent);
    setup.writer.submit();
    await tick();
    expect(seen[0]?.buffer).toBe(lent.buffer);
    expect(isReturned).toBe(false);
    setup.socket.release();
    await tick();
    expect(isReturned).toBe(true);
    expect(setup.drains()).toBe(1);
    // From then on, small chunks are put together again.
    setup.source.add("a", "b".repeat(50_000), "c");
    setup.writer.flush();
    expect(seen.slice(1).map(({ length }) => length)).toEqual([50_002]);
  });

  test("that were lent and never came as they were are returned once nothing is held", async () => {
    const setup = setUp();
    let isReturned = false;
    void setup.writer.lend(Buffer.alloc(200_000)).then(() => (isReturned = true));
    setup.source.heldBytes = 1;
    setup.writer.submit();
    setup.writer.flush();
    await tick();
    expect(isReturned).toBe(false);
    expect(setup.writer.length).toBe(1);
    setup.source.heldBytes = 0;
    setup.writer.flush();
    await tick();
    expect(isReturned).toBe(true);
  });

  test("that were lent are returned when the socket is gone", async () => {
    const setup = setUp();
    const loan = setup.writer.lend(Buffer.alloc(200_000));
    setup.socket.destroy();
    setup.writer.stop();
    await expect(loan).resolves.toBeUndefined();
  });
});

describe("a socket", () => {
  test("that is destroyed or ended gets nothing, and throws nothing", () => {
    for (const finish of ["destroy", "end"] as const) {
      const setup = setUp();
      setup.socket[finish]();
      setup.source.add("a");
      setup.writer.submit();
      setup.writer.flush();
      setup.writer.end();
      expect(written(setup)).toEqual([]);
    }
  });

  test("is ended behind what was sent", async () => {
    const setup = setUp();
    setup.source.add("a");
    setup.writer.end();
    await tick();
    expect(written(setup)).toEqual(["a"]);
    expect(setup.socket.hasEnded).toBe(true);
  });

  test("of the system is counted exactly, and its memory never written to again before it was sent", async () => {
    const [a, b] = await tcpPair();
    const source = new FakeSource();
    let drained = (): void => {};
    const writer = new SocketWriter(a, source, { drained: () => drained() });
    let sent = 0;
    // Until neither side's kernel takes more, and then some: in pieces, so that they are joined in shared memory.
    for (let i = 0; writer.length < 500_000; i++) {
      const chunk = Buffer.alloc(10_000, i % 251);
      source.addSame(chunk.subarray(0, 5_000));
      source.addSame(chunk.subarray(5_000));
      sent += 10_000;
      writer.flush();
    }
    const allDrained = new Promise<void>((resolve) => {
      drained = () => writer.length === 0 && resolve();
    });
    let received = 0;
    let isRight = true;
    b.on("data", (chunk: Buffer) => {
      for (let i = 0; i < chunk.length; i += 97) {
        isRight &&= chunk[i] === Math.floor((received + i) / 10_000) % 251;
      }
      received += chunk.length;
    });
    b.resume();
    await allDrained;
    a.end();
    await new Promise((resolve) => b.on("end", resolve));
    expect(received).toBe(sent);
    expect(isRight).toBe(true);
    a.destroy();
    b.destroy();
  });
});
