import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CommonConnectOptions } from "../../../src/connection/connect-options.ts";
import type { Connection } from "../../../src/connection/connection.ts";
import { reconnectWith } from "../../../src/connection/reconnecting.ts";
import type { ReconnectOptions, Retry, Wake } from "../../../src/connection/reconnecting.ts";
import { ClosedError, FullduplexError, HandshakeError, TimeoutError } from "../../../src/errors.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { pair } from "../../../src/testing/pair.ts";
import { rejection, turns } from "../../support/turns.ts";

interface Options extends CommonConnectOptions {
  readonly headers?: string;
}

/** What one attempt leads to: an error, or a connection. */
type Outcome = Error | "connection";

const OFFLINE = new FullduplexError("ERR_CONNECT", "offline");

/** The random part of delays: all of it. */
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(1));
afterEach(() => void vi.restoreAllMocks());

/** `reconnecting` over attempts whose outcomes are known. The last one repeats. */
class Setup {
  readonly clock = new FakeClock();
  readonly attempts: { url: string; options: Options; time: number }[] = [];
  readonly retries: Retry[] = [];
  /** The other ends of the connections. */
  readonly peers: Connection[] = [];
  readonly #outcomes: Outcome[];
  readonly iterator: AsyncGenerator<Connection, never, undefined>;

  constructor(outcomes: Outcome[], options: Options & ReconnectOptions<Options> = {}, wake?: Wake) {
    this.#outcomes = outcomes;
    const onRetry = (retry: Retry): void => void this.retries.push(retry);
    const all = { clock: this.clock, onRetry, ...options };
    this.iterator = reconnectWith((url, given) => this.#connect(url, given), "ws://a/", all, wake);
  }

  async #connect(url: string | URL, options: Options): Promise<Connection> {
    this.attempts.push({ url: String(url), options, time: this.clock.now() });
    const outcome = this.#outcomes.length > 1 ? this.#outcomes.shift() : this.#outcomes[0];
    if (outcome !== "connection") throw outcome;
    const [near, far] = pair({ clock: this.clock, keepalive: false });
    this.peers.push(far);
    return near;
  }

  /** Begins to wait for the next connection; `later` moves the time on. */
  next(): Promise<Connection> {
    return this.iterator.next().then(({ value }) => value);
  }

  async later(duration: number): Promise<void> {
    await turns(3);
    this.clock.advance(duration);
    await turns(3);
  }

  get delays(): number[] {
    return this.retries.map(({ delay }) => delay);
  }
}

describe("attempts that fail", () => {
  test("are repeated after delays that double, with the same URL and options", async () => {
    const setup = new Setup([OFFLINE], { headers: "h" });
    void setup.next();
    for (let round = 0; round < 9; round++) await setup.later(30_000);
    expect(setup.delays.slice(0, 9)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(setup.retries[2]).toEqual({ error: OFFLINE, attempt: 3, delay: 2_000 });
    expect(setup.attempts.length).toBe(10);
    for (const { url, options } of setup.attempts) {
      expect(url).toBe("ws://a/");
      expect(options.headers).toBe("h");
    }
  });

  test("are repeated not before the delay is over", async () => {
    const setup = new Setup([OFFLINE, "connection"]);
    const next = setup.next();
    await setup.later(499);
    expect(setup.attempts.length).toBe(1);
    await setup.later(1);
    expect((await next).state).toBe("open");
    expect(setup.clock.timers).toBe(0);
  });

  test("have delays with full jitter", async () => {
    vi.mocked(Math.random).mockReturnValue(0.25);
    const setup = new Setup([OFFLINE]);
    void setup.next();
    await setup.later(10_000);
    expect(setup.delays).toEqual([125, 250]);
  });

  test("have bounds of the caller's choice", async () => {
    const setup = new Setup([OFFLINE], { initialDelay: 10, maxDelay: 15 });
    void setup.next();
    for (let round = 0; round < 3; round++) await setup.later(15);
    expect(setup.delays).toEqual([10, 15, 15, 15]);
  });

  test.each([
    [new HandshakeError("busy", { status: 503, retryAfter: 90_000 }), 90_000],
    [new HandshakeError("busy", { status: 429, retryAfter: 1 }), 500],
  ])("wait as long as the server asks", async (error, delay) => {
    const setup = new Setup([error]);
    void setup.next();
    await turns(3);
    expect(setup.delays).toEqual([delay]);
  });
});

describe("connections", () => {
  test("follow each other, and the delay is that of the first attempt after a long life", async () => {
    const setup = new Setup(["connection"]);
    for (let round = 0; round < 3; round++) {
      const connection = await Promise.all([setup.next(), setup.later(500)]).then(
        ([first]) => first,
      );
      expect(connection.state).toBe("open");
      setup.clock.advance(10_000);
      await setup.peers.at(-1)?.close(1001);
    }
    void setup.next();
    await setup.later(0);
    expect(setup.delays).toEqual([500, 500, 500]);
    expect(setup.retries[0]?.error).toBeInstanceOf(ClosedError);
    expect(setup.retries[0]).toMatchObject({ error: { closeCode: 1001 }, attempt: 1 });
  });

  test("that live shortly count as failures", async () => {
    const setup = new Setup([OFFLINE, "connection", "connection", OFFLINE]);
    const first = setup.next();
    await setup.later(500);
    await first;
    setup.clock.advance(9_999);
    const second = setup.next();
    await setup.later(1_000);
    await second;
    void setup.next();
    await setup.later(2_000);
    expect(setup.delays).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test("have to live as long as the caller says", async () => {
    const setup = new Setup(["connection"], { stableAfter: 50 });
    await setup.next();
    setup.clock.advance(49);
    const second = setup.next();
    await setup.later(500);
    await second;
    setup.clock.advance(50);
    const third = setup.next();
    await setup.later(500);
    await third;
    expect(setup.delays).toEqual([500, 500]);
    expect(setup.retries.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  test("don't live longer because their close hangs", async () => {
    const setup = new Setup(["connection"]);
    const connection = await setup.next();
    // The peer is full, and doesn't see the close.
    void setup.peers[0]?.closed;
    for (let index = 0; index < 10; index++) void connection.send("x".repeat(64 * 1024));
    await turns(3);
    const second = setup.next();
    await setup.later(10_000);
    await setup.later(500);
    await second;
    void setup.next();
    await setup.later(0);
    expect(setup.delays).toEqual([500, 1_000]);
  });

  test("are closed when the loop comes round, and when it is left", async () => {
    const setup = new Setup(["connection"]);
    const first = await setup.next();
    const next = setup.next();
    await setup.later(500);
    expect(first.state).toBe("closed");
    expect(await first.closed).toMatchObject({ code: 1000, initiator: "local" });
    const second = await next;
    await setup.iterator.return(undefined as never);
    expect(second.state).toBe("closed");
    expect(setup.clock.timers).toBe(0);
    expect(await setup.iterator.next()).toEqual({ done: true, value: undefined });
  });

  test("are closed when the loop is left by an error", async () => {
    const setup = new Setup(["connection"]);
    let connection: Connection | undefined;
    const loop = (async () => {
      for await (connection of setup.iterator) throw new Error("body");
    })();
    await expect(loop).rejects.toThrow("body");
    expect(connection?.state).toBe("closed");
  });

  test.each([1012, 1013])(
    "that the server closes with %d are followed after 5 to 30 s",
    async (code) => {
      vi.mocked(Math.random).mockReturnValue(0);
      const setup = new Setup(["connection"]);
      await setup.next();
      await setup.peers[0]?.close(code);
      void setup.next();
      await setup.later(0);
      expect(setup.delays).toEqual([5_000]);
    },
  );
});

describe("giving up", () => {
  test.each([
    new HandshakeError("refused", { status: 400 }),
    new HandshakeError("refused", { status: 401 }),
    new HandshakeError("refused", { status: 403 }),
    new HandshakeError("refused", { status: 404 }),
    new HandshakeError("refused", { status: 426 }),
    new FullduplexError("ERR_UNSUPPORTED", "no headers"),
    new SyntaxError("no URL"),
    new TypeError("no option"),
  ])("%s ends the loop", async (error) => {
    const setup = new Setup([error]);
    expect(await rejection(setup.next())).toBe(error);
    expect([setup.retries.length, setup.clock.timers]).toEqual([0, 0]);
  });

  test.each([
    new HandshakeError("later", { status: 408 }),
    new HandshakeError("later", { status: 425 }),
    new HandshakeError("later", { status: 429 }),
    new HandshakeError("broken", { status: 500 }),
    new HandshakeError("busy", { status: 503 }),
    new HandshakeError("a browser doesn't say"),
    new TimeoutError("connecting", 10),
    OFFLINE,
  ])("%s doesn't", async (error) => {
    const setup = new Setup([error, "connection"]);
    const next = setup.next();
    await setup.later(500);
    expect((await next).state).toBe("open");
  });

  test("is the caller's choice", async () => {
    const seen: unknown[] = [];
    const isFatal = (error: unknown): boolean => seen.push(error) > 2;
    const refused = new HandshakeError("refused", { status: 401 });
    const setup = new Setup([refused, OFFLINE, OFFLINE], { isFatal });
    const next = rejection(setup.next());
    await setup.later(500);
    await setup.later(1_000);
    expect(await next).toBe(OFFLINE);
    expect(seen).toEqual([refused, OFFLINE, OFFLINE]);
  });

  test("on a connection that was closed is the caller's choice too", async () => {
    const isFatal = (error: unknown): boolean =>
      error instanceof ClosedError && error.closeCode === 4001;
    const setup = new Setup(["connection"], { isFatal });
    await setup.next();
    await setup.peers[0]?.close(4001, "signed out");
    expect(await rejection(setup.next())).toMatchObject({ closeCode: 4001, reason: "signed out" });
  });

  test("what the caller's functions throw ends the loop", async () => {
    const broken = new Error("broken");
    const fail = (): never => {
      throw broken;
    };
    for (const options of [{ isFatal: fail }, { onRetry: fail }]) {
      expect(await rejection(new Setup([OFFLINE], options).next())).toBe(broken);
    }
  });
});

describe("the signal", () => {
  test("ends the loop before an attempt", async () => {
    const reason = new Error("enough");
    const setup = new Setup(["connection"], { signal: AbortSignal.abort(reason) });
    expect(await rejection(setup.next())).toBe(reason);
    expect(setup.attempts.length).toBe(0);
  });

  test("ends a wait, and leaves no timer", async () => {
    const controller = new AbortController();
    const setup = new Setup([OFFLINE], { signal: controller.signal });
    const next = rejection(setup.next());
    await setup.later(0);
    expect(setup.clock.timers).toBe(1);
    controller.abort(new Error("enough"));
    expect(await next).toMatchObject({ message: "enough" });
    expect(setup.clock.timers).toBe(0);
  });

  test("has no effect on a connection, but none follows it", async () => {
    const controller = new AbortController();
    const setup = new Setup(["connection"], { signal: controller.signal });
    const connection = await setup.next();
    controller.abort(new Error("enough"));
    expect(connection.state).toBe("open");
    expect(await rejection(setup.next())).toMatchObject({ message: "enough" });
    expect(connection.state).toBe("closed");
    expect(setup.attempts.length).toBe(1);
  });
});

describe("refresh", () => {
  test("replaces URL and options before each attempt", async () => {
    let count = 0;
    const refresh = async (url: string | URL): Promise<{ url: string; options: Options }> => {
      await turns();
      count++;
      return { url: `${String(url)}${count}`, options: { headers: `token ${count}` } };
    };
    const setup = new Setup([OFFLINE, "connection"], { refresh, headers: "old", openTimeout: 7 });
    const next = setup.next();
    await setup.later(0);
    await setup.later(500);
    await next;
    expect(setup.attempts.map(({ url, options }) => [url, options.headers])).toEqual([
      ["ws://a/1", "token 1"],
      ["ws://a/2", "token 2"],
    ]);
    expect(setup.attempts[0]?.options.openTimeout).toBe(7);
  });

  test("may change nothing", async () => {
    const setup = new Setup(["connection"], { refresh: () => {}, headers: "old" });
    await setup.next();
    expect(setup.attempts).toMatchObject([{ url: "ws://a/", options: { headers: "old" } }]);
  });

  test("that fails is an attempt that failed", async () => {
    let isBroken = true;
    const refresh = (): void => {
      if (isBroken) throw OFFLINE;
    };
    const setup = new Setup(["connection"], { refresh });
    const next = setup.next();
    await setup.later(0);
    isBroken = false;
    await setup.later(500);
    await next;
    expect(setup.retries).toEqual([{ error: OFFLINE, attempt: 1, delay: 500 }]);
    expect(setup.attempts.length).toBe(1);
  });
});

describe("what wakes", () => {
  test("ends a wait at once, and is only listened to meanwhile", async () => {
    let wake: (() => void) | undefined;
    let listening = 0;
    const onWake: Wake = (callback) => {
      listening++;
      wake = callback;
      return () => void listening--;
    };
    const setup = new Setup([OFFLINE, OFFLINE, "connection"], {}, onWake);
    const next = setup.next();
    await setup.later(0);
    expect(listening).toBe(1);
    wake?.();
    expect([listening, setup.clock.timers]).toEqual([0, 0]);
    await setup.later(0);
    expect([setup.attempts.length, listening]).toEqual([2, 1]);
    await setup.later(1_000);
    expect((await next).state).toBe("open");
    expect([setup.attempts.map(({ time }) => time), listening]).toEqual([[0, 0, 1_000], 0]);
  });
});
