import { describe, expect, test } from "vitest";
import type { Connection } from "../../../src/connection/connection.ts";
import type { Message } from "../../../src/connection/transport.ts";
import { ClosedError, LimitError, StateError, TimeoutError } from "../../../src/errors.ts";
import { CUT, closedWith, record } from "../../support/recording-transport.ts";
import { isPending, rejection, turns, unhandledRejections } from "../../support/turns.ts";

const UNPAUSABLE = {};
const MIB = 1024 * 1024;

/** What is waiting, without waiting for more. */
async function readAll(connection: Connection): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    const controller = new AbortController();
    const next = connection.recv({ signal: controller.signal });
    controller.abort();
    try {
      messages.push(await next);
    } catch {
      return messages;
    }
  }
}

describe("recv", () => {
  test("gives the messages in order, and then waits", async () => {
    const { connection, sink } = record();
    sink.message("1");
    sink.message("2");
    expect([await connection.recv(), await connection.recv()]).toEqual(["1", "2"]);
    const third = connection.recv();
    expect(await isPending(third)).toBe(true);
    sink.message("3");
    expect(await third).toBe("3");
  });

  test("leaves no timer and no listener behind", async () => {
    const { connection, sink, clock, transport } = record();
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (
      listeners--,
      remove(...args)
    );
    const options = { signal, timeout: 100 };
    const first = connection.recv(options);
    expect([clock.timers, listeners]).toEqual([1, 1]);
    sink.message("1");
    await first;
    const second = connection.recv(options);
    clock.advance(100);
    await expect(second).rejects.toThrow(TimeoutError);
    const third = connection.recv(options);
    transport.end(CUT);
    await expect(third).rejects.toThrow(ClosedError);
    expect([clock.timers, listeners]).toEqual([0, 0]);
  });

  test("gives a message to the next one when the one before was aborted in the same turn", async () => {
    const { connection, sink } = record();
    const controller = new AbortController();
    const first = connection.recv({ signal: controller.signal });
    controller.abort(new Error("enough"));
    const second = connection.recv();
    sink.message("1");
    expect(await rejection(first)).toMatchObject({ message: "enough" });
    expect(await second).toBe("1");
  });

  test("keeps its message when it is aborted after it came, in the same turn", async () => {
    const { connection, sink, clock } = record();
    const controller = new AbortController();
    const first = connection.recv({ signal: controller.signal, timeout: 10 });
    sink.message("1");
    controller.abort();
    clock.advance(10);
    expect(await first).toBe("1");
  });

  test("gives what had come before the end, and then how it ended, always the same error", async () => {
    const { connection, sink, transport } = record();
    sink.message("1");
    transport.end(closedWith(3000));
    expect(await connection.recv()).toBe("1");
    const error = await rejection(connection.recv());
    expect(error).toMatchObject({ closeCode: 3000 });
    expect(await rejection(connection.recv())).toBe(error);
    expect(await rejection(connection.send(""))).toBe(error);
  });

  test("at the same time as another reader is an error of the caller", async () => {
    const { connection, sink } = record();
    const first = connection.recv();
    expect(await rejection(connection.recv())).toBeInstanceOf(StateError);
    sink.message("1");
    expect(await first).toBe("1");
    const rejected = await unhandledRejections(async () => {
      void connection.recv();
      void connection.recv();
    });
    expect(rejected).toEqual([expect.any(StateError)]);
  });
});

describe("iteration", () => {
  test.each([
    [closedWith(1000), true],
    [closedWith(1001), true],
    [closedWith(1005), true],
    [closedWith(1000, "", "local"), true],
    [closedWith(1011), false],
    [closedWith(3000), false],
    [{ ...closedWith(1000), wasClean: false }, false],
    [CUT, false],
  ])("after %j ends quietly: %s", async (info, isQuiet) => {
    const { connection, transport } = record();
    const next = connection[Symbol.asyncIterator]().next();
    const loop = connection.closed.then(() => connection.forEach(() => {}));
    transport.end(info);
    if (isQuiet) {
      expect(await next).toEqual({ done: true, value: undefined });
      expect(await loop).toBeUndefined();
    } else {
      expect(await rejection(next)).toMatchObject({ closeCode: info.code });
      expect(await rejection(loop)).toMatchObject({ closeCode: info.code });
    }
  });

  test("can be left and begun again", async () => {
    const { connection, sink } = record();
    for (const text of ["1", "2", "3"]) sink.message(text);
    const iterator = connection[Symbol.asyncIterator]();
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
    expect(await iterator.next()).toEqual({ done: false, value: "1" });
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    for await (const message of connection) {
      expect(message).toBe("2");
      break;
    }
    expect(await connection.recv()).toBe("3");
  });
});

describe("forEach", () => {
  test("is called within the turn, and makes no promise where none is returned", async () => {
    const { connection, sink } = record();
    const received: Message[] = [];
    void connection.forEach((message) => void received.push(message));
    sink.message("1");
    sink.message("2");
    expect(received).toEqual(["1", "2"]);
  });

  test("waits for whatever has a then", async () => {
    const { connection, sink } = record();
    const received: Message[] = [];
    let done!: () => void;
    void connection.forEach((message) => {
      received.push(message);
      // oxlint-disable-next-line no-thenable
      const later = { then: (resolve: () => void) => void (done = resolve) };
      return later as unknown as PromiseLike<void>;
    });
    sink.message("1");
    sink.message("2");
    expect(received).toEqual(["1"]);
    done();
    expect(received).toEqual(["1", "2"]);
  });

  test("does not wait for what has none", () => {
    const { connection, sink } = record();
    const received: Message[] = [];
    void connection.forEach((message) => received.push(message) as never);
    sink.message("1");
    sink.message("2");
    expect(received).toEqual(["1", "2"]);
  });

  test("keeps the order when messages come while it is called", () => {
    const { connection, sink } = record();
    const log: string[] = [];
    void connection.forEach((message) => {
      log.push(`begin ${String(message)}`);
      if (message === "1") sink.message("2");
      log.push(`end ${String(message)}`);
    });
    sink.message("1");
    expect(log).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
  });

  test("is not called again from within when the connection ends there", async () => {
    const { connection, sink, transport } = record();
    const log: string[] = [];
    sink.message("1");
    sink.message("2");
    await connection.forEach((message) => {
      log.push(`begin ${String(message)}`);
      if (message === "1") transport.end(closedWith(1000));
      log.push(`end ${String(message)}`);
    });
    expect(log).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
  });

  test("ends when its function ends the connection and nothing waits", async () => {
    const { connection, sink, transport } = record();
    const loop = connection.forEach(() => transport.end(closedWith(1000)));
    sink.message("1");
    await loop;
  });

  test("ends after the last promise when the connection ended meanwhile", async () => {
    const { connection, sink, transport } = record();
    let done!: () => void;
    const loop = connection.forEach(() => new Promise<void>((resolve) => (done = resolve)));
    sink.message("1");
    sink.message("2");
    transport.end(closedWith(1000));
    done();
    await turns();
    expect(await isPending(loop)).toBe(true);
    done();
    await loop;
  });

  test("rejects with what its function threw, even after the end", async () => {
    for (const isSync of [true, false]) {
      const { connection, sink, transport } = record();
      const broken = new Error("broken");
      sink.message("1");
      transport.end(closedWith(1000));
      const loop = connection.forEach(() => {
        if (isSync) throw broken;
        return Promise.reject(broken);
      });
      expect(await rejection(loop)).toBe(broken);
    }
  });

  test("rejects with a rejection of undefined", async () => {
    const { connection, sink } = record();
    const loop = connection.forEach(() => Promise.reject(undefined));
    sink.message("1");
    expect(await rejection(loop)).toBeUndefined();
  });

  test("lets the next reader have what is left when its function throws", async () => {
    const { connection, sink } = record();
    const loop = connection.forEach(() => {
      throw new Error("enough");
    });
    sink.message("1");
    sink.message("2");
    await expect(loop).rejects.toThrow("enough");
    expect(await connection.recv()).toBe("2");
  });

  test("that only fails because the connection ended needs no one to listen", async () => {
    const own = new Error("own");
    const rejected = await unhandledRejections(async () => {
      for (const fail of [
        (connection: Connection) => connection.send("answer"),
        (connection: Connection) => connection.recv().then(() => {}),
      ]) {
        const { connection, sink, transport } = record();
        void connection.forEach(() => {
          transport.end(CUT);
          return fail(connection).catch((error: unknown) => {
            if (!(error instanceof ClosedError)) throw new ClosedError(CUT);
            throw error;
          });
        });
        sink.message("1");
      }
      const { connection, sink } = record();
      void connection.forEach(() => Promise.reject(own));
      sink.message("1");
    });
    expect(rejected).toEqual([own]);
  });
});

describe("without pausing", () => {
  test("more than 16 MiB that wait close the connection with 1008", async () => {
    const { connection, sink, transport } = record({}, UNPAUSABLE);
    const message = "x".repeat(MIB);
    for (let index = 0; index < 16; index++) sink.message(message);
    expect(connection.state).toBe("open");
    sink.message(message);
    expect(connection.state).toBe("closing");
    expect(transport.calls).toEqual([["close", 1008, ""]]);
    sink.message("too late");
    transport.end(closedWith(1008, "", "local"));
    const { error } = await connection.closed;
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ limit: 16 * MIB });
    expect((await readAll(connection)).length).toBe(17);
    expect(connection.dropped).toBe(1);
  });

  test("empty messages count too", () => {
    const { connection, sink } = record({}, UNPAUSABLE);
    for (let index = 0; index <= (16 * MIB) / 32; index++) sink.message("");
    expect(connection.state).toBe("open");
    sink.message("");
    expect(connection.state).toBe("closing");
  });

  test("a reader that keeps up may get any amount", () => {
    const { connection, sink } = record({}, UNPAUSABLE);
    void connection.forEach(() => {});
    const message = "x".repeat(MIB);
    for (let index = 0; index < 100; index++) sink.message(message);
    expect(connection.state).toBe("open");
  });
});

describe("while closing", () => {
  const options = { receiveHighWaterMark: 100 };

  test("messages that find no room are dropped, and all after them", async () => {
    const { connection, sink } = record(options);
    void connection.close();
    for (let index = 0; index < 6; index++) sink.message(`${index} ${"x".repeat(20)}`);
    expect(connection.dropped).toBe(4);
    expect((await readAll(connection)).length).toBe(2);
    // Now there is room, but there would be a gap.
    sink.message("late");
    const waiting = connection.recv();
    sink.message("later");
    expect(await isPending(waiting)).toBe(true);
    expect(connection.dropped).toBe(6);
  });

  test("the same holds for forEach, however slow it is", async () => {
    const { connection, sink, transport } = record(options);
    const received: Message[] = [];
    let release!: () => void;
    const loop = connection.forEach((message) => {
      received.push(message);
      return new Promise<void>((resolve) => (release = resolve));
    });
    void connection.close();
    for (let index = 0; index < 1_000; index++) sink.message(`${index}`);
    expect(connection.dropped).toBeGreaterThan(990);
    transport.end(closedWith(1000, "", "local"));
    for (let index = 0; index < 10; index++) {
      release();
      await turns();
    }
    await loop;
    expect(received).toEqual(["0", "1", "2", "3", "4"]);
  });

  test("forEach gets nothing after a gap either when it keeps up", async () => {
    const { connection, sink } = record(options);
    void connection.close();
    for (let index = 0; index < 10; index++) sink.message("x".repeat(60));
    const received: Message[] = [];
    void connection.forEach((message) => void received.push(message));
    sink.message("late");
    expect(received.length).toBe(2);
  });

  test("a reader that waits gets what comes", async () => {
    const { connection, sink } = record(options);
    const waiting = connection.recv();
    void connection.close();
    sink.message("x".repeat(1_000));
    expect(await waiting).toHaveLength(1_000);
  });
});
