import { describe, expect, test } from "vitest";
import { Connection } from "../../../src/connection/connection.ts";
import { readFlow } from "../../../src/connection/read-flow.ts";
import { ClosedError, LimitError, TimeoutError } from "../../../src/errors.ts";
import { CUT, RecordingTransport, closedWith, record } from "../../support/recording-transport.ts";
import { isPending, rejection, turns, unhandledRejections } from "../../support/turns.ts";

describe("a connection", () => {
  test("has what it began with", () => {
    const { connection } = record();
    expect(connection).toMatchObject({
      data: "data",
      request: "request",
      subprotocol: "chat",
      state: "open",
      bufferedAmount: 0,
      dropped: 0,
      latency: undefined,
    });
    connection.data = "other";
    expect(connection.data).toBe("other");
  });

  test("works with the options' defaults, on the clock of the system", async () => {
    const init = { data: undefined, request: undefined };
    let transport: RecordingTransport | undefined;
    const connection = new Connection(
      (sink) => (transport = new RecordingTransport(sink, {})),
      init,
    );
    expect(connection.subprotocol).toBeUndefined();
    const waiting = connection.recv({ timeout: 0 });
    await expect(waiting).rejects.toThrow(TimeoutError);
    transport?.end(closedWith(1000));
    expect(await connection.closed).toMatchObject({ code: 1000 });
  });

  test("without capabilities sends through its transport alone", async () => {
    const { connection, transport } = record({}, {});
    transport.bufferedAmount = 1e9;
    await connection.send("1", { key: "k" });
    transport.lent = Promise.resolve();
    expect(connection.send("2")).toBe(transport.lent);
    expect(transport.sent).toEqual(["1", "2"]);
    expect(connection.bufferedAmount).toBe(1e9);
    expect(connection.dropped).toBe(0);
    expect(await rejection(connection.ping())).toMatchObject({ code: "ERR_UNSUPPORTED" });
    void connection.close(3000);
    expect(transport.named("close")).toEqual([["close", 3000, ""]]);
  });

  test("without capabilities ignores what it did not ask for", () => {
    const { connection, sink } = record({}, {});
    sink.pong(new Uint8Array());
    sink.progress(1e9);
    sink.drain();
    sink.closing();
    expect(connection.state).toBe("closing");
  });

  test("with pausing alone pauses", async () => {
    const { sink, transport } = record({}, { pause: readFlow });
    sink.message("x".repeat(100_000));
    await turns();
    expect(transport.calls).toEqual([["pause"]]);
  });

  test("refuses what is no data at once", () => {
    const { connection } = record();
    expect(() => connection.send(1 as never)).toThrow(TypeError);
  });
});

describe("close", () => {
  test("is closing until it is over, and leaves no timer", async () => {
    const { clock, connection, transport } = record({ closeTimeout: 100 });
    const closed = connection.close(3000, "why");
    expect(closed).toBe(connection.closed);
    expect([connection.state, clock.timers]).toEqual(["closing", 1]);
    expect(transport.calls).toEqual([["close", 3000, "why"]]);
    transport.end(closedWith(3000, "why", "local"));
    expect([connection.state, clock.timers]).toEqual(["closed", 0]);
    expect(await closed).toEqual({ ...closedWith(3000, "why", "local"), error: undefined });
  });

  test("aborts after its timeout, which says so", async () => {
    const { clock, connection, transport } = record({ closeTimeout: 100 });
    const closed = connection.close();
    clock.advance(99);
    expect(transport.named("abort")).toEqual([]);
    clock.advance(1);
    const { code, error } = await closed;
    expect(code).toBe(1006);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(clock.timers).toBe(0);
  });

  test("again is the same close", () => {
    const { clock, connection, transport } = record();
    void connection.close(3000);
    expect(connection.close(3001)).toBe(connection.closed);
    expect(transport.named("close").length).toBe(1);
    expect(clock.timers).toBe(1);
  });

  test.each([1004, 1005, 1006, 1015, 999, 2999, 5000, 1000.5, NaN])(
    "with %d is refused, also when it is closed",
    (code) => {
      const { connection, transport } = record();
      expect(() => connection.close(code)).toThrow(RangeError);
      transport.end(CUT);
      expect(() => connection.close(code)).toThrow(RangeError);
    },
  );

  test("with a reason that is no string still closes", () => {
    const { connection, transport } = record();
    void connection.close(3000, 1 as never);
    expect(transport.calls).toEqual([["close", 3000, "1"]]);
  });

  test("by the peer has the same deadline", () => {
    const { clock, connection, sink, transport } = record({ closeTimeout: 100 });
    sink.closing();
    sink.closing();
    expect([connection.state, clock.timers]).toEqual(["closing", 1]);
    void connection.close(3000);
    expect(transport.named("close")).toEqual([]);
    clock.advance(100);
    expect(transport.named("abort").length).toBe(1);
  });

  test("is what the end of an await using does", async () => {
    const { connection, transport } = record();
    const disposed = connection[Symbol.asyncDispose]();
    expect(transport.calls).toEqual([["close", 1000, ""]]);
    transport.end(closedWith(1000, "", "local"));
    expect(await disposed).toBeUndefined();
  });
});

describe("terminate", () => {
  test("aborts, and nothing can be sent any more", async () => {
    const { clock, connection, transport } = record();
    connection.terminate();
    connection.terminate();
    expect(connection.state).toBe("closing");
    expect(transport.named("abort").length).toBe(2);
    await expect(connection.send("late")).rejects.toThrow(ClosedError);
    expect(transport.sent).toEqual([]);
    expect((await connection.closed).error).toBeUndefined();
    connection.terminate();
    expect([connection.state, clock.timers]).toEqual(["closed", 0]);
  });

  test("ends a close that takes its time", () => {
    const { clock, connection, transport } = record();
    void connection.close();
    connection.terminate();
    transport.end(CUT);
    expect([connection.state, clock.timers]).toEqual(["closed", 0]);
  });
});

describe("the end", () => {
  test("has the error that the connection was failed with", async () => {
    const { connection, sink, transport } = record({}, {});
    for (let index = 0; index < 18; index++) sink.message("x".repeat(1024 * 1024));
    transport.end(closedWith(1008, "", "local"));
    const { error } = await connection.closed;
    expect(error).toBeInstanceOf(LimitError);
    expect(await rejection(connection.send(""))).toMatchObject({ cause: error });
  });

  test("has that error rather than what came of it, and the transport's own otherwise", async () => {
    const { connection, sink, transport } = record({}, {});
    for (let index = 0; index < 18; index++) sink.message("x".repeat(1024 * 1024));
    const error = new Error("reset");
    transport.end({ ...CUT, error });
    expect((await connection.closed).error).toBeInstanceOf(LimitError);
    const other = record();
    other.transport.end({ ...CUT, error });
    expect((await other.connection.closed).error).toBe(error);
  });

  test("without a closing handshake leaves no timer", () => {
    const { clock, connection, transport } = record({ keepalive: {} });
    void connection.recv({ timeout: 1_000 });
    expect(clock.timers).toBe(2);
    transport.end(CUT);
    expect([connection.state, clock.timers]).toEqual(["closed", 0]);
  });

  test("aborts the signal, with one error for all", async () => {
    const { connection, transport } = record();
    const { signal } = connection;
    expect([connection.signal === signal, signal.aborted]).toEqual([true, false]);
    let stateThen = "";
    signal.addEventListener("abort", () => (stateThen = connection.state));
    transport.end(CUT);
    expect([signal.aborted, stateThen]).toEqual([true, "closed"]);
    expect(signal.reason).toBe(await rejection(connection.recv()));
    expect(signal.reason).toBe(await rejection(connection.send("")));
  });

  test("is in a signal that is asked for later too", () => {
    const { connection, transport } = record();
    transport.end(CUT);
    expect(connection.signal.aborted).toBe(true);
    expect(connection.signal.reason).toMatchObject({ closeCode: 1006 });
  });

  test("is waited for with one promise, however much is sent meanwhile", async () => {
    const { connection, transport } = record();
    void connection.close();
    const first = connection.send("1");
    expect(connection.send("2")).toBe(first);
    expect(await isPending(first)).toBe(true);
    transport.end(closedWith(1000, "", "local"));
    await expect(first).rejects.toThrow(ClosedError);
    expect(connection.send("3")).toBe(first);
  });

  test("that nobody awaits is no unhandled rejection", async () => {
    const rejected = await unhandledRejections(async () => {
      const { connection, transport } = record();
      void connection.recv();
      void connection.ping();
      void connection.closed;
      void connection.close();
      void connection.send("late");
      transport.end(CUT);
      void connection.recv();
      void connection.ping();
      void connection.send("later");
      void connection[Symbol.asyncIterator]().next();
      void connection.forEach(() => {});
      void connection[Symbol.asyncDispose]();
    });
    expect(rejected).toEqual([]);
  });
});
