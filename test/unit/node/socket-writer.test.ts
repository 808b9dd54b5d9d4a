import { describe, expect, test } from "vitest";

import { SocketWriter, beginTurn } from "../../../src/node/socket-writer.ts";
import type { WriterSource } from "../../../src/node/socket-writer.ts";
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

interface Setup {
  socket: FakeSocket;
  source: FakeSource;
  writer: SocketWriter;
  drains: () => number;
}

function setUp(): Setup {
  const socket = new FakeSocket();
  const source = new FakeSource();
  let drains = 0;
  const writer = new SocketWriter(socket, source, { drained: () => drains++ });
  return { socket, source, writer, drains: () => drains };
}

function tick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function written({ socket }: Setup): string[] {
  return socket.writes.map(String);
}

describe("a turn", () => {
  test("begins with each read, so that whoever answers once per read is written at once", () => {
    const setup = setUp();
    for (const chunk of ["a", "b"]) {
      beginTurn();
      setup.source.add(chunk);
      setup.writer.submit();
    }
    expect(written(setup)).toEqual(["a", "b"]);
  });

  test("is over before the next I/O, for all writers", async () => {
    const setups = [setUp(), setUp()];
    beginTurn();
    for (const chunk of ["a", "b", "c"]) {
      for (const { source, writer } of setups) {
        source.add(chunk);
        writer.submit();
      }
    }
    await tick();
    expect(setups.map(written)).toEqual([
      ["a", "bc"],
      ["a", "bc"],
    ]);
    expect(setups.map(({ drains }) => drains() > 0)).toEqual([true, true]);
  });

  test("goes out at once when it becomes long", () => {
    const setup = setUp();
    beginTurn();
    setup.source.add("a");
    setup.writer.submit();
    setup.source.add("b".repeat(30_000));
    setup.writer.submit();
    expect(setup.socket.writes.length).toBe(1);
    setup.source.add("c".repeat(40_000));
    setup.writer.submit();
    expect(setup.socket.writes.map(({ length }) => length)).toEqual([1, 70_000]);
  });

  test("is left to the flush to come while the writer is corked", async () => {
    const setup = setUp();
    beginTurn();
    setup.writer.isCorked = true;
    setup.source.add("a");
    setup.writer.submit();
    await tick();
    expect(written(setup)).toEqual([]);
    setup.writer.flush();
    expect(written(setup)).toEqual(["a"]);
  });

  test("with nothing to send writes nothing", async () => {
    const setup = setUp();
    setup.writer.submit();
    setup.writer.flush();
    await tick();
    expect(written(setup)).toEqual([]);
  });
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
