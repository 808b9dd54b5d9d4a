import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Feed } from "../../../../../src/ddp/postgres/feed/feed.ts";
import { fromClient } from "../../../../../src/ddp/postgres/feed/listener.ts";
import type {
  PostgresClient,
  PostgresNotification,
  PostgresQuery,
  PostgresResult,
} from "../../../../../src/ddp/postgres/pool.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { RecordingLogger } from "../../../../support/recording-logger.ts";
import { isPending, rejection, turns } from "../../../../support/turns.ts";

type Listener = (argument: never) => void;

/** A connection whose other end the test is. */
class FakeClient implements PostgresClient {
  readonly notified: string[] = [];
  readonly listening: string[] = [];
  refuses: Error | undefined;
  isEnded = false;
  /** Whether no statement is answered. */
  isSilent = false;
  readonly #over = new Deferred<void>();
  readonly #listeners = new Map<string, Set<Listener>>();

  async connect(): Promise<void> {
    if (this.refuses) throw this.refuses;
  }

  async end(): Promise<void> {
    this.isEnded = true;
    this.#over.resolve();
  }

  async query({ text, values }: PostgresQuery): Promise<PostgresResult> {
    if (this.isSilent) await this.#over.promise;
    if (this.isEnded) throw new Error("ended");
    if (text.startsWith("LISTEN ")) this.listening.push(text.slice("LISTEN ".length));
    else this.notified.push(String(values[1]));
    return { command: "SELECT", rows: [], rowCount: 0, fields: [] };
  }

  on(event: string, listener: Listener): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  off(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  emit(event: "notification" | "error" | "end", argument?: PostgresNotification | Error): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(argument as never);
  }

  /** The last sentinel comes back. */
  answer(): void {
    const payload = this.notified.at(-1) as string;
    this.emit("notification", { channel: this.listening[1] as string, payload });
  }

  change(payload: string): void {
    this.emit("notification", { channel: "fullduplex_ddp", payload });
  }
}

describe("the feed", () => {
  let clock: FakeClock;
  let clients: FakeClient[];
  let told: unknown[];
  let settled: Promise<void>;
  let feed: Feed;
  let refuses: Error | undefined;
  let isSilent: boolean;

  const last = (): FakeClient => clients.at(-1) as FakeClient;

  beforeEach(() => {
    // (Attempts come as late as they can: after 500 ms, 1000 ms, …)
    vi.spyOn(Math, "random").mockReturnValue(1);
    clock = new FakeClock();
    clients = [];
    told = [];
    settled = Promise.resolve();
    refuses = undefined;
    isSilent = false;
    feed = new Feed({
      clock,
      logger: new RecordingLogger(),
      connect: () => {
        const client = new FakeClient();
        client.refuses = refuses;
        client.isSilent = isSilent;
        clients.push(client);
        return fromClient(client);
      },
      sink: {
        changed: (change) => void told.push(change),
        allChanged: () => void told.push("all"),
        settled: () => settled,
      },
    });
  });

  afterEach(() => void vi.restoreAllMocks());

  test("connects once, listens, and passes changes on", async () => {
    await Promise.all([feed.ready(), feed.ready()]);
    expect(clients).toHaveLength(1);
    expect(last().listening).toEqual(["fullduplex_ddp", expect.stringMatching(/^fullduplex_ddp_/)]);
    last().change('{"table":["public","tasks"],"op":"INSERT","ids":["a","b"]}');
    last().change('{"table":["public","tasks"],"op":"TRUNCATE"}');
    const tableKey = '["public","tasks"]';
    expect(told).toEqual(["all", { tableKey, ids: ["a", "b"] }, { tableKey, ids: undefined }]);
    feed.close();
    expect([last().isEnded, clock.timers]).toEqual([true, 0]);
  });

  test("notifications that are none of a trigger's mean nothing", async () => {
    await feed.ready();
    for (const payload of ["", "{", "null", "[]", "{}", '{"table":5}', '{"table":[1,2]}']) {
      last().change(payload);
    }
    last().emit("notification", { channel: "another", payload: "x" });
    last().emit("notification", { channel: last().listening[1] as string, payload: "77" });
    expect(told).toEqual(["all"]);
    feed.close();
  });

  test("a barrier resolves when its sentinel is back and what was told is delivered", async () => {
    await feed.barrier();
    await feed.ready();
    let deliver = (): void => {};
    settled = new Promise((resolve) => {
      deliver = resolve;
    });
    const barrier = feed.barrier();
    expect(await isPending(barrier)).toBe(true);
    last().answer();
    expect(await isPending(barrier)).toBe(true);
    deliver();
    await barrier;
    feed.close();
  });

  test("barriers that come while a sentinel is under way share the next one", async () => {
    await feed.ready();
    const first = feed.barrier();
    const others = [feed.barrier(), feed.barrier(), feed.barrier()];
    await turns();
    expect(last().notified).toEqual(["1"]);
    last().answer();
    await first;
    expect(await isPending(others[0] as Promise<void>)).toBe(true);
    expect(last().notified).toEqual(["1", "2"]);
    last().answer();
    await Promise.all(others);
    feed.close();
  });

  test("when the connection is lost, barriers wait until all has been read again", async () => {
    await feed.ready();
    const [before, queued] = [feed.barrier(), feed.barrier()];
    last().emit("error", new Error("cut"));
    last().emit("end");
    const during = feed.barrier();
    await turns();
    expect(String(await rejection(feed.ready()))).toContain("cut");
    expect(await isPending(Promise.race([before, queued, during]))).toBe(true);
    refuses = new Error("not yet");
    await clock.advanceAsync(500);
    expect(clients).toHaveLength(2);
    expect(await isPending(during)).toBe(true);
    refuses = undefined;
    await clock.advanceAsync(1_000);
    await Promise.all([before, queued, during]);
    expect(told).toEqual(["all", "all"]);
    await feed.ready();
    feed.close();
    expect(clock.timers).toBe(0);
  });

  test("a dead peer is noticed, by a barrier or in the quiet", async () => {
    await feed.ready();
    const barrier = feed.barrier();
    await clock.advanceAsync(30_000);
    await clock.advanceAsync(500);
    await barrier;
    expect([clients.length, clients[0]?.isEnded]).toEqual([2, true]);
    await clock.advanceAsync(30_000);
    expect(last().notified).toEqual([expect.any(String)]);
    last().answer();
    await clock.advanceAsync(29_000);
    expect(clients).toHaveLength(2);
    await clock.advanceAsync(40_000);
    expect(clients.length).toBeGreaterThan(2);
    feed.close();
    expect(clock.timers).toBe(0);
  });

  test("what can't connect at first rejects, and tries again", async () => {
    refuses = new Error("nobody there");
    expect(await rejection(feed.ready())).toBe(refuses);
    expect(await rejection(feed.ready())).toBe(refuses);
    expect(clients).toHaveLength(1);
    refuses = undefined;
    await clock.advanceAsync(500);
    await feed.ready();
    feed.close();
  });

  test("one that connects and then says nothing is given up, or closed with the feed", async () => {
    isSilent = true;
    const ready = rejection(feed.ready());
    await clock.advanceAsync(30_000);
    await ready;
    expect(last().isEnded).toBe(true);
    await clock.advanceAsync(500);
    expect(clients).toHaveLength(2);
    const again = rejection(feed.ready());
    feed.close();
    await again;
    expect([last().isEnded, clock.timers]).toEqual([true, 0]);
  });

  test("close settles all that wait", async () => {
    await feed.ready();
    const waiting = [feed.barrier(), feed.barrier()];
    last().emit("end");
    waiting.push(feed.barrier());
    feed.close();
    feed.close();
    for (const barrier of waiting) {
      expect(await rejection(barrier)).toMatchObject({ code: "ERR_STATE" });
    }
    expect(await rejection(feed.ready())).toMatchObject({ code: "ERR_STATE" });
    expect(clock.timers).toBe(0);
  });

  test("a connection that comes when it is closed is ended", async () => {
    const ready = feed.ready();
    feed.close();
    expect(await rejection(ready)).toMatchObject({ code: "ERR_STATE" });
    expect([last().isEnded, clock.timers]).toEqual([true, 0]);
  });
});
