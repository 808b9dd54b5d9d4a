import { describe, expect, test } from "vitest";
import { prepare } from "../../../src/connection/prepared-message.ts";
import { ClosedError, LimitError } from "../../../src/errors.ts";
import { Deferred } from "../../../src/util/deferred.ts";
import { CUT, closedWith, record } from "../../support/recording-transport.ts";
import type { Recorded } from "../../support/recording-transport.ts";
import { isPending, rejection, turns, unhandledRejections } from "../../support/turns.ts";

const MARK = 1_000;

/** A connection whose platform holds `buffered` bytes. */
function open(buffered = 0, options: Parameters<typeof record>[0] = {}): Recorded {
  const recorded = record({ highWaterMark: MARK, ...options });
  recorded.transport.bufferedAmount = buffered;
  return recorded;
}

describe("below the high-water mark", () => {
  test("messages go straight to the transport, with their options, and no promise is made", () => {
    const { connection, transport } = open(MARK - 1);
    const options = { text: true, compress: false, key: "k", droppable: true };
    const first = connection.send("1");
    const second = connection.send(new Uint8Array([2]), options);
    expect(first).toBe(second);
    expect(transport.calls).toEqual([
      ["send", "1", {}],
      ["send", new Uint8Array([2]), options],
    ]);
    expect(connection.dropped).toBe(0);
  });

  test("the send that fills the platform waits, and those after it", async () => {
    const { connection, transport } = open();
    transport.send = () => {
      transport.bufferedAmount = MARK;
      return undefined;
    };
    const first = connection.send("1");
    const second = connection.send("2");
    expect([await isPending(first), await isPending(second)]).toEqual([true, true]);
    expect(connection.bufferedAmount).toBeGreaterThan(MARK);
    transport.drainTo(0);
    transport.drainTo(0);
    await Promise.all([first, second]);
  });

  test("lent bytes are waited for", async () => {
    const { connection, transport } = open();
    const lent = new Deferred<void>();
    transport.lent = lent.promise;
    const sent = connection.send(new Uint8Array(200_000));
    expect(await isPending(sent)).toBe(true);
    lent.resolve();
    await sent;
  });

  test("lent bytes that come back above the mark are waited for until it is passed", async () => {
    const { connection, transport } = open();
    transport.lent = Promise.resolve();
    const sent = connection.send(new Uint8Array(200_000));
    transport.bufferedAmount = MARK;
    expect(await isPending(sent)).toBe(true);
    transport.drainTo(MARK - 1);
    await sent;
  });

  test("lent bytes that come back because the connection ended were not sent", async () => {
    const { connection, transport } = open();
    const lent = new Deferred<void>();
    transport.lent = lent.promise;
    const sent = connection.send(new Uint8Array(200_000));
    lent.resolve();
    transport.end(CUT);
    expect(await rejection(sent)).toBeInstanceOf(ClosedError);
  });

  test("lent bytes that are still out when there is room again are given up with the connection too", async () => {
    const { connection, transport } = open();
    const lent = new Deferred<void>();
    transport.lent = lent.promise;
    const sent = connection.send(new Uint8Array(200_000));
    transport.lent = undefined;
    transport.drainTo(0);
    await connection.send("behind it");
    connection.terminate();
    transport.end(CUT);
    lent.resolve();
    expect(await rejection(sent)).toBeInstanceOf(ClosedError);
  });

  test("lent bytes that come back while closing were sent", async () => {
    const { connection, transport } = open();
    const lent = new Deferred<void>();
    transport.lent = lent.promise;
    const sent = connection.send(new Uint8Array(200_000));
    void connection.close();
    lent.resolve();
    await sent;
  });
});

describe("above the high-water mark", () => {
  test("messages wait, and go out in order as there is room", async () => {
    const { connection, transport } = open(MARK);
    const all = ["1", new Uint8Array([2]), prepare("3"), "4"].map((data) => connection.send(data));
    expect(transport.sent).toEqual([]);
    transport.drainTo(MARK);
    expect(transport.sent).toEqual([]);
    const { send } = transport;
    transport.send = (message, options) => {
      transport.bufferedAmount += 600;
      return send.call(transport, message, options);
    };
    transport.drainTo(0);
    expect(transport.sent.length).toBe(2);
    expect(await isPending(all[0] as Promise<void>)).toBe(true);
    transport.drainTo(0);
    expect(transport.sent).toEqual(["1", new Uint8Array([2]), expect.anything(), "4"]);
    expect(await isPending(all[3] as Promise<void>)).toBe(true);
    transport.drainTo(0);
    await Promise.all(all);
  });

  test("what waits is counted, text by its units", () => {
    const { connection, transport } = open(MARK);
    void connection.send("\u{1f600}");
    void connection.send(new Uint8Array(10));
    void connection.send(prepare("abc"));
    expect(connection.bufferedAmount).toBe(MARK + 2 + 10 + 3 + 3 * 32);
    transport.drainTo(0);
    expect(connection.bufferedAmount).toBe(0);
  });

  test("bytes and options may be reused at once", () => {
    const { connection, transport } = open(MARK);
    const buffer = Buffer.from("abc");
    const options = { text: true, key: "a" };
    void connection.send(buffer, options);
    buffer.fill(0);
    options.text = false;
    options.key = "b";
    void connection.send("second", { key: "b" });
    void connection.send("third", { key: "a" });
    transport.drainTo(0);
    expect(transport.calls).toEqual([
      ["send", "third", { key: "a" }],
      ["send", "second", { key: "b" }],
    ]);
    void connection.send("fourth", { key: "a" });
    expect(transport.sent.at(-1)).toBe("fourth");
  });

  test("a key that had its turn is forgotten", () => {
    const { connection, transport } = open(MARK);
    const options = { key: "a" };
    void connection.send("1", options);
    options.key = "b";
    transport.drainTo(0);
    transport.bufferedAmount = MARK;
    void connection.send("2", { key: "a" });
    transport.drainTo(0);
    expect(transport.sent).toEqual(["1", "2"]);
    expect(connection.dropped).toBe(0);
  });

  test("the latest message of a key takes the place and the count of the one before", () => {
    const { connection, transport } = open(MARK);
    void connection.send("x".repeat(500), { key: "a" });
    void connection.send("between");
    void connection.send("yy", { key: "a" });
    expect(connection.bufferedAmount).toBe(MARK + 7 + 2 + 2 * 32);
    transport.drainTo(0);
    expect(transport.sent).toEqual(["yy", "between"]);
    expect(connection.dropped).toBe(1);
  });

  test("droppable messages are dropped, and who sends them still waits", async () => {
    const { connection, transport } = open(MARK, { maxSendQueue: 1 });
    void connection.send("kept");
    const sent = connection.send("dropped", { droppable: true, key: "a" });
    expect(await isPending(sent)).toBe(true);
    expect(connection.dropped).toBe(1);
    transport.drainTo(0);
    await sent;
    expect(transport.sent).toEqual(["kept"]);
  });

  test("sending what nobody awaits piles nothing up", async () => {
    const { connection } = open(MARK);
    const promise = connection.send("first");
    let reactions = 0;
    const { then } = Promise.prototype;
    // oxlint-disable-next-line unicorn/no-thenable -- it counts who waits
    void Object.defineProperty(promise, "then", {
      value(...handlers: Parameters<typeof then>) {
        reactions++;
        return Reflect.apply(then, this, handlers);
      },
    });
    for (let index = 0; index < 100; index++) {
      expect(connection.send("next", { key: "k" })).toBe(promise);
      void connection.send("dropped", { droppable: true });
    }
    expect(reactions).toBe(0);
    await turns();
  });
});

describe("a full queue", () => {
  test("closes the connection with 1008, and gives up what waits", async () => {
    const { connection, transport } = open(MARK, { maxSendQueue: 100 });
    const first = connection.send("x".repeat(60));
    const second = connection.send("x".repeat(60));
    expect(connection.state).toBe("closing");
    expect(transport.calls).toEqual([["close", 1008, ""]]);
    expect(connection.bufferedAmount).toBe(MARK);
    transport.end(closedWith(1008, "", "local"));
    const { error } = await connection.closed;
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ limit: 100, closeCode: 1008 });
    for (const promise of [first, second]) {
      expect(await rejection(promise)).toMatchObject({ closeCode: 1008, cause: error });
    }
  });

  test("takes the one message in hand, whatever its size", () => {
    const { connection } = open(MARK, { maxSendQueue: 100 });
    void connection.send("x".repeat(10_000));
    expect(connection.state).toBe("open");
  });

  test("can drop what has no place, the newest first", async () => {
    const { connection, transport } = open(MARK, { maxSendQueue: 130, overflow: "drop" });
    void connection.send("x".repeat(60));
    const late = connection.send("y".repeat(60));
    void connection.send("");
    const parts = connection.send(["parts"]);
    expect(connection.dropped).toBe(2);
    expect(await isPending(late)).toBe(true);
    transport.drainTo(0);
    await Promise.all([late, parts]);
    expect(transport.sent).toEqual(["x".repeat(60), ""]);
    expect(transport.named("sendPart")).toEqual([]);
    expect(connection.state).toBe("open");
  });

  test("counts messages in parts that wait for their turn", async () => {
    const { connection, transport } = open(MARK, { maxSendQueue: 10_000 });
    const all = Array.from({ length: 12 }, () => rejection(connection.send(["part"])));
    expect(connection.state).toBe("closing");
    transport.end(closedWith(1008, "", "local"));
    for (const error of await Promise.all(all)) expect(error).toBeInstanceOf(ClosedError);
  });
});

describe("closing", () => {
  test("comes after all that waits", () => {
    const { connection, transport } = open(MARK);
    void connection.send("1");
    void connection.close(3000, "bye");
    void connection.send("late");
    expect(transport.calls).toEqual([]);
    transport.drainTo(0);
    expect(transport.calls).toEqual([
      ["send", "1", {}],
      ["close", 3000, "bye"],
    ]);
  });

  test("lets those who wait to send go on once their message is sent", async () => {
    const { connection, transport } = open(MARK);
    const sent = connection.send("1");
    void connection.close();
    expect(await isPending(sent)).toBe(true);
    transport.drainTo(0);
    await sent;
  });

  test("by the peer gives up what waits", async () => {
    const { connection, transport, sink } = open(MARK);
    const sent = connection.send("1");
    sink.closing();
    expect([connection.state, connection.bufferedAmount]).toEqual(["closing", MARK]);
    transport.drainTo(0);
    expect(transport.calls).toEqual([]);
    expect(await isPending(sent)).toBe(true);
    transport.end(closedWith(1001));
    expect(await rejection(sent)).toMatchObject({ closeCode: 1001 });
  });

  test("by the peer gives up what waits to be sent before our own close", async () => {
    const { connection, transport, sink } = open(MARK);
    const sent = connection.send("1");
    void connection.close();
    sink.closing();
    transport.drainTo(0);
    expect(transport.calls).toEqual([]);
    transport.end(closedWith(1001));
    await expect(sent).rejects.toThrow(ClosedError);
  });

  test("by an end gives up what waits, and nobody has to listen", async () => {
    const rejected = await unhandledRejections(async () => {
      const { connection, transport } = open(MARK);
      void connection.send("1");
      void connection.send(["parts"]);
      transport.end(CUT);
      void connection.send("2");
      void connection.send(["parts"]);
      await turns();
      expect(transport.calls).toEqual([]);
      await expect(connection.send("3")).rejects.toThrow(ClosedError);
    });
    expect(rejected).toEqual([]);
  });
});
