import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { eventSender } from "../../../../../src/channels/server/backend/event-sender.ts";
import type { EventSender } from "../../../../../src/channels/server/backend/event-sender.ts";
import type { EventSenderOptions } from "../../../../../src/channels/server/backend/event-sender-options.ts";
import { verifySignature } from "../../../../../src/http/signature.ts";
import type { ChannelsEvent } from "../../../../../src/channels/server/hooks.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { RecordingLogger } from "../../../../support/recording-logger.ts";
import { isPending, turns, unhandledRejections, until } from "../../../../support/turns.ts";

interface Body {
  node: string;
  boot: string;
  dropped: number;
  events: (ChannelsEvent & { seq: number; time: number; client?: string; channel?: string })[];
}

let clock: FakeClock;
let logger: RecordingLogger;
let sent: { init: RequestInit; body: Body }[];
/** The status that the backend answers with, or what it does instead. */
let answer: (count: number) => number | Promise<number>;

beforeEach(() => {
  clock = new FakeClock();
  logger = new RecordingLogger();
  sent = [];
  answer = () => 204;
});

afterEach(() => vi.restoreAllMocks());

async function fetch(_: string, init: RequestInit): Promise<Response> {
  sent.push({ init, body: JSON.parse(init.body as string) as Body });
  return new Response(null, { status: await answer(sent.length) });
}

function make(options: Partial<EventSenderOptions> = {}): EventSender {
  return eventSender({
    url: "http://backend/events",
    secret: "s",
    fetch,
    clock,
    logger,
    ...options,
  });
}

function disconnect(client: string): ChannelsEvent {
  return { type: "disconnect", client, user: "ada", code: 1000, reason: "" };
}

/** Each request as its events, by number and what they are about. */
function told(): string[] {
  return sent.map(({ body }) =>
    body.events
      .map(({ seq, type, client, channel }) => `${seq} ${type} ${client ?? channel}`)
      .join(),
  );
}

/** Waits for what no timer is needed for: signing is done off the event loop. */
async function settled(events: EventSender, queued = 0): Promise<void> {
  await until(() => events.stats.queued === queued, `${queued} events that wait`);
}

test("events go together after a moment, signed and numbered", async () => {
  const events = make({ node: "n1", headers: { "X-Key": "k" } });
  events.onEvent(disconnect("a"));
  events.onEvent({ ...disconnect("b"), type: "unsubscribe", channel: "chat:a" } as ChannelsEvent);
  clock.advance(49);
  expect(sent).toEqual([]);
  clock.advance(1);
  await settled(events);
  expect(sent.length).toBe(1);
  const { init, body } = sent[0] as (typeof sent)[0];
  expect(body).toMatchObject({
    node: "n1",
    dropped: 0,
    events: [
      { seq: 1, ...disconnect("a") },
      { seq: 2, type: "unsubscribe", client: "b", channel: "chat:a" },
    ],
  });
  expect(body.boot).toMatch(/^[0-9a-f-]{36}$/);
  expect(Math.abs((body.events[0]?.time ?? 0) - Date.now())).toBeLessThan(60_000);
  const headers = new Headers(init.headers);
  expect(headers.get("x-key")).toBe("k");
  const signature = headers.get("x-signature");
  expect(await verifySignature(init.body as string, signature, "s")).toBe(true);
  expect(events.stats).toEqual({ queued: 0, sent: 2, dropped: 0, failures: 0 });
  expect(clock.timers).toBe(0);
});

test("one request at a time, so that order is kept; what comes meanwhile goes next", async () => {
  const first = new Deferred<number>();
  answer = (count) => (count === 1 ? first.promise : 200);
  const events = make({ batchEvents: 2 });
  for (const client of ["a", "b", "c"]) events.onEvent(disconnect(client));
  clock.advance(50);
  await until(() => sent.length === 1, "the first request");
  events.onEvent(disconnect("d"));
  events.onEvent(disconnect("e"));
  await clock.advanceAsync(1_000);
  expect(sent.length).toBe(1);
  first.resolve(200);
  await settled(events, 3);
  clock.advance(0);
  await settled(events, 1);
  clock.advance(0);
  await settled(events);
  expect(told()).toEqual([
    "1 disconnect a,2 disconnect b",
    "3 disconnect c,4 disconnect d",
    "5 disconnect e",
  ]);
});

describe("what does not arrive", () => {
  test("is sent again as it is, signed anew, later and later up to a bound", async () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    const statuses = [500, 404, 302, 429, 503];
    answer = (count) =>
      statuses[count - 1] ?? (count === 6 ? Promise.reject(new Error("down")) : 200);
    const events = make({ initialDelay: 100, maxDelay: 500 });
    events.onEvent(disconnect("a"));
    clock.advance(50);
    const delays = [100, 200, 400, 500, 500, 500];
    for (const [index, delay] of delays.entries()) {
      await until(() => events.stats.failures === index + 1 && clock.timers === 1, "a failure");
      events.onEvent(disconnect(`later ${index}`));
      clock.advance(delay - 1);
      await turns(3);
      expect(sent.length).toBe(index + 1);
      clock.advance(1);
    }
    await settled(events, 6);
    expect(new Set(sent.map(({ init }) => init.body)).size).toBe(1);
    clock.advance(0);
    await settled(events);
    expect(sent.at(-1)?.body.events.length).toBe(6);
    expect(events.stats).toEqual({ queued: 0, sent: 7, dropped: 0, failures: 6 });
  });

  test("in time is given up, and sent again", async () => {
    answer = (count) => (count === 1 ? new Promise(() => {}) : 200);
    const events = make({ timeout: 2_000 });
    events.onEvent(disconnect("a"));
    clock.advance(50);
    await until(() => sent.length === 1, "a request");
    clock.advance(2_000);
    await until(() => events.stats.failures === 1 && clock.timers === 1, "a failure");
    expect(sent[0]?.init.signal?.aborted).toBe(true);
    clock.advance(500);
    await settled(events);
    expect(events.stats.sent).toBe(1);
  });

  test.each([400, 413, 422])(
    "because the backend wants none of it (%d) is dropped",
    async (status) => {
      answer = (count) => (count === 1 ? status : 200);
      const events = make();
      events.onEvent(disconnect("a"));
      clock.advance(50);
      await settled(events);
      events.onEvent(disconnect("b"));
      clock.advance(50);
      await settled(events);
      expect(sent[1]?.body).toMatchObject({ dropped: 1, events: [{ seq: 2 }] });
      expect(events.stats).toEqual({ queued: 0, sent: 1, dropped: 1, failures: 1 });
    },
  );

  test("because there is no room is dropped; the next batch says so", async () => {
    const events = make({ maxEvents: 2 });
    for (const client of ["a", "b", "c", "d"]) events.onEvent(disconnect(client));
    expect(events.stats).toMatchObject({ queued: 2, dropped: 2 });
    clock.advance(50);
    await settled(events);
    events.onEvent(disconnect("e"));
    clock.advance(50);
    await settled(events);
    expect(sent.map(({ body }) => body.dropped)).toEqual([2, 0]);
    expect(told()[1]).toBe("5 disconnect e");
  });
});

describe("channels", () => {
  const occupied = { type: "occupied", channel: "chat:a" } as const;
  const vacated = { type: "vacated", channel: "chat:a" } as const;

  test("that are vacated are told of a little later", async () => {
    const events = make();
    events.onEvent(occupied);
    events.onEvent(vacated);
    clock.advance(50);
    await settled(events);
    expect(told()).toEqual(["1 occupied chat:a"]);
    clock.advance(1_050);
    await settled(events);
    expect(told()[1]).toEqual("2 vacated chat:a");
  });

  test("that are occupied again meanwhile are not told of", async () => {
    const events = make();
    events.onEvent(occupied);
    clock.advance(50);
    await settled(events);
    for (let count = 0; count < 20; count++) {
      events.onEvent(vacated);
      clock.advance(900);
      events.onEvent(occupied);
    }
    clock.advance(10_000);
    await settled(events);
    expect(told()).toEqual(["1 occupied chat:a"]);
    expect(clock.timers).toBe(0);
  });

  test("without debouncing are told of at once", async () => {
    const events = make({ debounce: 0 });
    events.onEvent(vacated);
    clock.advance(50);
    await settled(events);
    expect(told()).toEqual(["1 vacated chat:a"]);
  });
});

describe("closing", () => {
  test("sends what is left at once, vacated channels included", async () => {
    const events = make();
    events.onEvent(disconnect("a"));
    events.onEvent({ type: "vacated", channel: "chat:a" });
    const closed = events.close();
    clock.advance(0);
    await closed;
    expect(told()).toEqual(["1 disconnect a,2 vacated chat:a"]);
    expect(clock.timers).toBe(0);
    expect(events.close()).toBe(closed);
  });

  test("with nothing left is over at once, and what comes then is dropped", async () => {
    const events = make();
    await events.close();
    events.onEvent(disconnect("a"));
    expect(events.stats).toEqual({ queued: 0, sent: 0, dropped: 1, failures: 0 });
    expect(clock.timers).toBe(0);
  });

  test("waits for the request that is under way", async () => {
    const status = new Deferred<number>();
    answer = () => status.promise;
    const events = make();
    events.onEvent(disconnect("a"));
    clock.advance(50);
    await until(() => sent.length === 1, "a request");
    const closed = events.close();
    expect(await isPending(closed)).toBe(true);
    status.resolve(200);
    await closed;
    expect(events.stats.sent).toBe(1);
    expect(clock.timers).toBe(0);
  });

  test("tries again, at once at first, until time is up; the rest is dropped", async () => {
    answer = () => 503;
    const events = make({ initialDelay: 10_000 });
    events.onEvent(disconnect("a"));
    clock.advance(50);
    await until(() => events.stats.failures === 1 && clock.timers === 1, "a failure");
    const closed = events.close({ timeout: 3_000 });
    clock.advance(0);
    await until(() => events.stats.failures === 2, "another failure");
    clock.advance(3_000);
    await closed;
    expect(events.stats).toMatchObject({ queued: 0, sent: 0, dropped: 1 });
    expect(logger.lines.at(-1)).toBe("error: 1 events were dropped, because time was up");
    expect(clock.timers).toBe(0);
  });

  test("is over when what is under way has ended, its timer included", async () => {
    answer = () => 503;
    const events = make({ initialDelay: 1 });
    events.onEvent(disconnect("a"));
    clock.advance(50);
    await until(() => events.stats.failures === 1 && clock.timers === 1, "a failure");
    const closed = events.close({ timeout: 10 });
    // The next attempt begins and time is up in one go.
    clock.advance(10);
    await closed;
    expect(clock.timers).toBe(0);
  });

  test("gives a request up when time is up", async () => {
    answer = () => new Promise(() => {});
    const events = make();
    const rejections = await unhandledRejections(async () => {
      events.onEvent(disconnect("a"));
      clock.advance(50);
      await until(() => sent.length === 1, "a request");
      const closed = events.close({ timeout: 100 });
      clock.advance(100);
      await closed;
      await turns(3);
    });
    expect(rejections).toEqual([]);
    expect(sent[0]?.init.signal?.aborted).toBe(true);
    expect(events.stats).toEqual({ queued: 0, sent: 0, dropped: 1, failures: 0 });
    expect(clock.timers).toBe(0);
  });

  test("is what disposing does", async () => {
    const events = make();
    events.onEvent(disconnect("a"));
    const closed = events[Symbol.asyncDispose]();
    clock.advance(0);
    await closed;
    expect(events.stats.sent).toBe(1);
  });
});

test("nothing of the secret or of events is logged", async () => {
  answer = (count) => (count === 1 ? 500 : 200);
  const events = make({ secret: "hush" });
  events.onEvent(disconnect("client"));
  clock.advance(50);
  await until(() => events.stats.failures === 1 && clock.timers === 1, "a failure");
  expect(logger.lines).toEqual([
    "warn: events did not arrive: the backend answered with status 500",
  ]);
  expect(logger.details).toEqual([]);
});

test.each<[string, object]>([
  ["no secret", { secret: undefined }],
  ["an empty secret", { secret: "" }],
  ["no address", { url: undefined }],
  ["an address with a password", { url: "http://a:b@c/" }],
  ["a name that there is not", { secrets: ["a"] }],
  ["a time below 0", { delay: -1 }],
  ["a queue of nothing", { maxEvents: 0 }],
  ["a header that can't be sent", { headers: { host: "a" } }],
])("options with %s make no sense", (_, options) => {
  expect(() => make(options)).toThrow(Error);
});
