import { describe, expect, test } from "vitest";
import type { RecvOptions } from "../../../src/connection/inbox.ts";
import type { Connection } from "../../../src/connection/connection.ts";
import type { Message } from "../../../src/connection/transport.ts";
import { ClosedError, StateError, TimeoutError } from "../../../src/errors.ts";
import { Deferred } from "../../../src/util/deferred.ts";
import { CUT, closedWith, record } from "../../support/recording-transport.ts";
import type { Recorded } from "../../support/recording-transport.ts";
import { isPending, rejection, turns, unhandledRejections } from "../../support/turns.ts";

const MARK = 1_000;

function open(): Recorded {
  return record({ highWaterMark: MARK, receiveHighWaterMark: MARK });
}

function sent({ transport }: Recorded): unknown[] {
  const names = ["send", "sendPart", "close"];
  return transport.calls.filter(([name]) => names.includes(name));
}

async function read(connection: Connection, options?: RecvOptions): Promise<Message[]> {
  const parts: Message[] = [];
  for await (const part of connection.recvStream(options)) parts.push(part);
  return parts;
}

function requests({ transport }: Recorded): unknown[] {
  return transport.named("receiveParts").map(([, wanted]) => wanted);
}

describe("sending parts", () => {
  test("sends each as it comes, and then an empty final one", async () => {
    const recorded = open();
    await recorded.connection.send(["a", "", "b"]);
    await recorded.connection.send([new Uint8Array([1])]);
    expect(sent(recorded)).toEqual([
      ["sendPart", "a", true, false],
      ["sendPart", "", true, false],
      ["sendPart", "b", true, false],
      ["sendPart", "", true, true],
      ["sendPart", new Uint8Array([1]), false, false],
      ["sendPart", new Uint8Array(), false, true],
    ]);
  });

  test("holds other messages back meanwhile, but no pings", async () => {
    const recorded = open();
    const { connection } = recorded;
    const gate = new Deferred<void>();
    const parts = connection.send(
      (async function* () {
        yield "a";
        await gate.promise;
      })(),
    );
    await turns();
    const other = connection.send("b");
    const more = connection.send(["c"]);
    void connection.ping();
    await turns();
    expect(sent(recorded)).toEqual([["sendPart", "a", true, false]]);
    expect(recorded.transport.named("ping").length).toBe(1);
    expect(await isPending(other)).toBe(true);
    gate.resolve();
    await Promise.all([parts, other, more]);
    expect(sent(recorded).slice(1)).toEqual([
      ["sendPart", "", true, true],
      ["send", "b", {}],
      ["sendPart", "c", true, false],
      ["sendPart", "", true, true],
    ]);
  });

  test("asks for the next part once there is room", async () => {
    const { connection, transport } = open();
    let asked = 0;
    const parts = connection.send(
      (function* () {
        for (; asked < 3; asked++) yield "part";
      })(),
    );
    transport.bufferedAmount = MARK;
    await turns();
    expect(asked).toBe(0);
    transport.drainTo(MARK);
    await turns();
    expect(asked).toBe(0);
    transport.drainTo(0);
    await parts;
    expect(asked).toBe(3);
  });

  test("waits for its turn, in which nothing is asked of the source", async () => {
    const { connection, transport } = open();
    transport.bufferedAmount = MARK;
    let isAsked = false;
    const parts = connection.send(
      (function* () {
        isAsked = true;
        yield "part";
      })(),
    );
    expect(await isPending(parts)).toBe(true);
    expect(isAsked).toBe(false);
    transport.end(CUT);
    await expect(parts).rejects.toThrow(ClosedError);
    expect(isAsked).toBe(false);
  });

  test("that end while the peer closes are not sent", async () => {
    const recorded = open();
    const { connection, sink, transport } = recorded;
    const gate = new Deferred<void>();
    const parts = connection.send(
      (async function* () {
        yield "a";
        await gate.promise;
      })(),
    );
    await turns();
    sink.closing();
    gate.resolve();
    expect(await isPending(parts)).toBe(true);
    transport.end(closedWith(1001));
    expect(await rejection(parts)).toMatchObject({ closeCode: 1001 });
    expect(sent(recorded)).toEqual([["sendPart", "a", true, false]]);
  });

  test("that fail close with 1011, and nothing that waits is sent inside of them", async () => {
    const recorded = open();
    const { connection, transport } = recorded;
    const broken = new Error("broken");
    const gate = new Deferred<void>();
    const parts = connection.send(
      (async function* () {
        yield "a";
        await gate.promise;
        throw broken;
      })(),
    );
    await turns();
    const waiting = connection.send("b");
    void connection.close(1000);
    gate.resolve();
    expect(await rejection(parts)).toBe(broken);
    expect(sent(recorded)).toEqual([
      ["sendPart", "a", true, false],
      ["close", 1011, ""],
    ]);
    transport.end(closedWith(1011, "", "local"));
    await expect(waiting).rejects.toThrow(ClosedError);
    expect((await connection.closed).error).toBe(broken);
  });

  test("that are no data or of mixed kinds end the source", async () => {
    for (const wrong of [1, new Uint8Array(1)]) {
      const { connection } = open();
      let isTold = false;
      const parts = connection.send(
        (function* () {
          try {
            yield "a";
            yield wrong as never;
          } finally {
            isTold = true;
          }
        })(),
      );
      await expect(parts).rejects.toThrow(TypeError);
      await turns();
      expect(isTold).toBe(true);
    }
  });

  test("ends with the connection, whatever the source does, and nobody has to listen", async () => {
    const rejected = await unhandledRejections(async () => {
      for (const source of [
        async function* (): AsyncGenerator<string> {
          yield "a";
          await new Promise(() => {});
        },
        async function* (): AsyncGenerator<string> {
          yield "a";
          await turns(3);
          throw new Error("too late");
        },
      ]) {
        const { connection, transport } = open();
        const parts = connection.send(source());
        void connection.send(source());
        await turns();
        transport.end(CUT);
        expect(await rejection(parts)).toBeInstanceOf(ClosedError);
        expect(await rejection(connection.send(["late"]))).toBeInstanceOf(ClosedError);
        await turns(5);
      }
    });
    expect(rejected).toEqual([]);
  });

  test("is not warned about when many wait", async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error): void => void warnings.push(warning);
    process.on("warning", listener);
    const { connection, transport } = open();
    const all = Array.from({ length: 50 }, () => connection.send(["part"]));
    transport.bufferedAmount = MARK;
    await turns(2);
    transport.drainTo(0);
    await Promise.all(all);
    await turns();
    process.removeListener("warning", listener);
    expect(warnings).toEqual([]);
  });

  test("is refused where there are none", async () => {
    const { connection } = record({}, {});
    expect(await rejection(connection.send(["part"]))).toMatchObject({ code: "ERR_UNSUPPORTED" });
  });
});

describe("receiving parts", () => {
  test("asks for them, and yields those that are not empty", async () => {
    const recorded = open();
    const parts = read(recorded.connection);
    await turns();
    expect(requests(recorded)).toEqual([true]);
    recorded.sink.part("a", false);
    recorded.sink.part("", false);
    recorded.sink.part("b", false);
    await turns();
    recorded.sink.part("", true);
    expect(await parts).toEqual(["a", "b"]);
    expect(requests(recorded)).toEqual([true]);
  });

  test("yields what waits already, whole, without asking", async () => {
    const recorded = open();
    recorded.sink.message("whole");
    expect(await read(recorded.connection)).toEqual(["whole"]);
    expect(requests(recorded)).toEqual([]);
  });

  test("yields a message that came whole though parts were asked for, and takes that back", async () => {
    const recorded = open();
    const parts = read(recorded.connection);
    recorded.sink.message("whole");
    expect(await parts).toEqual(["whole"]);
    expect(requests(recorded)).toEqual([true, false]);
  });

  test("takes its request back at once when the wait is given up", async () => {
    const recorded = open();
    const { clock, connection, sink } = recorded;
    const controller = new AbortController();
    const aborted = read(connection, { signal: controller.signal });
    controller.abort(new Error("enough"));
    expect(requests(recorded)).toEqual([true, false]);
    sink.message("whole");
    expect(await rejection(aborted)).toMatchObject({ message: "enough" });
    expect(await connection.recv()).toBe("whole");

    const timed = read(connection, { timeout: 10 });
    clock.advance(10);
    expect(requests(recorded)).toEqual([true, false, true, false]);
    expect(await rejection(timed)).toBeInstanceOf(TimeoutError);
  });

  test("drops the rest when a wait inside of the message is given up", async () => {
    const recorded = open();
    const { clock, connection, sink } = recorded;
    const stream = connection.recvStream({ timeout: 10 });
    const first = stream.next();
    sink.part("a", false);
    expect(await first).toEqual({ done: false, value: "a" });
    const second = stream.next();
    clock.advance(10);
    sink.part("b", false);
    await expect(second).rejects.toThrow(TimeoutError);
    sink.part("c", true);
    sink.message("next");
    expect(await connection.recv()).toBe("next");
    expect(requests(recorded)).toEqual([true]);
  });

  test("drops what is there of the rest when it is left, and what comes of it", async () => {
    const recorded = open();
    const { connection, sink } = recorded;
    const stream = connection.recvStream();
    const first = stream.next();
    for (const part of ["a", "b", "c"]) sink.part(part, false);
    await first;
    await stream.return();
    const next = connection.recv();
    sink.part("d", true);
    sink.message("next");
    expect(await next).toBe("next");
  });

  test("goes on with the next message when the whole rest is there already", async () => {
    const recorded = open();
    const { connection, sink } = recorded;
    const stream = connection.recvStream();
    const first = stream.next();
    sink.part("a", false);
    sink.part("b", true);
    sink.message("next");
    await first;
    await stream.return();
    expect(await connection.recv()).toBe("next");
  });

  test("asks again when a message that was left has ended", async () => {
    const recorded = open();
    const { connection, sink } = recorded;
    const left = connection.recvStream();
    const first = left.next();
    sink.part("a", false);
    await first;
    await left.return();
    const parts = read(connection);
    await turns();
    expect(requests(recorded)).toEqual([true]);
    sink.part("rest", false);
    sink.part("rest", true);
    await turns();
    expect(requests(recorded)).toEqual([true, true]);
    sink.part("b", false);
    sink.part("c", true);
    expect(await parts).toEqual(["b", "c"]);
  });

  test("does not ask again when the next message was there with the end of the one that was left", async () => {
    const recorded = open();
    const { connection, sink } = recorded;
    const left = connection.recvStream();
    const first = left.next();
    sink.part("a", false);
    await first;
    await left.return();
    const parts = read(connection);
    await turns();
    sink.part("rest", true);
    sink.message("whole");
    expect(await parts).toEqual(["whole"]);
    expect(requests(recorded)).toEqual([true, false]);
  });

  test("reading goes on when what was left is dropped", async () => {
    const recorded = open();
    const { connection, sink, transport } = recorded;
    const stream = connection.recvStream();
    const first = stream.next();
    sink.part("a", false);
    await first;
    sink.part("x".repeat(2 * MARK), false);
    await turns();
    expect(transport.named("pause").length).toBe(1);
    await stream.return();
    expect(transport.named("resume").length).toBe(1);
  });

  test("rejects at the end of the connection, and has the messages for itself until then", async () => {
    const { connection, sink, transport } = open();
    const stream = connection.recvStream();
    const first = stream.next();
    sink.part("a", false);
    await first;
    expect(await rejection(connection.recv())).toBeInstanceOf(StateError);
    const second = stream.next();
    transport.end(CUT);
    await expect(second).rejects.toThrow(ClosedError);
    await expect(connection.recv()).rejects.toThrow(ClosedError);
  });

  test("has no gap while closing", async () => {
    const { connection, sink, transport } = open();
    const stream = connection.recvStream();
    const first = stream.next();
    sink.part("a", false);
    await first;
    void connection.close();
    sink.part("b".repeat(2 * MARK), false);
    sink.part("dropped", false);
    expect((await stream.next()).value).toHaveLength(2 * MARK);
    const third = stream.next();
    sink.part("after the gap", true);
    transport.end(closedWith(1000, "", "local"));
    await expect(third).rejects.toThrow(ClosedError);
  });

  test("where there are none yields a message as one part", async () => {
    const { connection, sink } = record({}, {});
    sink.message("whole");
    expect(await read(connection)).toEqual(["whole"]);
    await expect(connection.recvStream({ signal: AbortSignal.abort() }).next()).rejects.toThrow();
  });

  test("that nobody asked for is ignored where there are none", async () => {
    const { connection, sink } = record({}, {});
    sink.part("part", true);
    sink.message("whole");
    expect(await connection.recv()).toBe("whole");
  });
});
