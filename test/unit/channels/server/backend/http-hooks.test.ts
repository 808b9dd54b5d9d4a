import { beforeEach, describe, expect, test } from "vitest";
import { httpHooks } from "../../../../../src/channels/server/backend/http-hooks.ts";
import type { HttpHooksOptions } from "../../../../../src/channels/server/backend/http-hooks.ts";
import { verifySignature } from "../../../../../src/http/signature.ts";
import type {
  ClientFacts,
  ConnectEvent,
  Extension,
  PublishEvent,
  RpcEvent,
  SubscribeEvent,
} from "../../../../../src/channels/server/hooks.ts";
import { HttpHeaders } from "../../../../../src/http/headers.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { RecordingLogger } from "../../../../support/recording-logger.ts";
import { rejection, turns, unhandledRejections } from "../../../../support/turns.ts";

const URL_OF_HOOK = "http://backend/hook";

let clock: FakeClock;
let logger: RecordingLogger;
let requests: { url: string; init: RequestInit; body: unknown }[];
/** What the backend answers; a function of how often it was asked. */
let answer: (count: number) => unknown;

beforeEach(() => {
  clock = new FakeClock();
  logger = new RecordingLogger();
  requests = [];
  answer = () => ({ result: {} });
});

/** Answers with JSON, or with what is a response already; gives up when the request is given up. */
async function fetch(url: string, init: RequestInit): Promise<Response> {
  requests.push({ url, init, body: JSON.parse(init.body as string) });
  const given = new Deferred<never>();
  init.signal?.addEventListener("abort", () => given.reject(init.signal?.reason));
  const value = await Promise.race([answer(requests.length), given.promise]);
  return value instanceof Response ? value : Response.json(value);
}

function make(options: HttpHooksOptions): ReturnType<typeof httpHooks> {
  return httpHooks({ fetch, clock, logger, ...options });
}

const facts: ClientFacts = {
  client: "c1",
  user: "ada",
  transport: "websocket",
  encoding: "json",
  meta: '{"m":1}',
  request: { headers: new HttpHeaders(["Cookie", "a=1"]) },
  headers: new Map([["x-token", "t"]]),
};
const connectEvent: ConnectEvent = {
  ...facts,
  user: "",
  meta: undefined,
  name: "js",
  version: "1.2",
  token: "",
  data: '{"a":[1]}',
  channels: ["x", "y"],
};
const subscribeEvent: SubscribeEvent = {
  ...facts,
  channel: "chat:a",
  token: "",
  data: '{"big":12345678901234567890}',
};
const publishEvent: PublishEvent = { ...facts, channel: "chat:a", data: "[1]" };
const rpcEvent: RpcEvent = { ...facts, method: "m", data: "null" };

function deep(levels: number): unknown {
  return JSON.parse("[".repeat(levels) + "]".repeat(levels));
}

describe("what is asked", () => {
  const common = { client: "c1", transport: "websocket", protocol: "json", encoding: "json" };
  const known = { ...common, user: "ada", meta: { m: 1 } };

  test("connect", async () => {
    await make({ connect: URL_OF_HOOK }).connect?.({ ...connectEvent, token: "t" });
    const expected = {
      token: "t",
      data: { a: [1] },
      name: "js",
      version: "1.2",
      channels: ["x", "y"],
    };
    expect(requests.map(({ body }) => body)).toEqual([{ ...common, ...expected }]);
    expect(requests[0]).toMatchObject({ url: URL_OF_HOOK, init: { method: "POST" } });
    expect(requests[0]?.init.redirect).toBe("manual");
  });

  test("connect of a client that says nothing of itself", async () => {
    const event = { ...connectEvent, name: "", version: "", data: undefined, channels: [] };
    await make({ connect: URL_OF_HOOK }).connect?.(event);
    expect(requests[0]?.body).toEqual(common);
  });

  test("the others", async () => {
    const hooks = make({
      refresh: URL_OF_HOOK,
      subscribe: URL_OF_HOOK,
      publish: URL_OF_HOOK,
      subRefresh: URL_OF_HOOK,
      rpc: URL_OF_HOOK,
    });
    await hooks.refresh?.(facts);
    await hooks.subscribe?.({ ...subscribeEvent, token: "t" });
    await hooks.publish?.(publishEvent);
    await hooks.subRefresh?.({ ...subscribeEvent, data: undefined });
    await hooks.rpc?.(rpcEvent);
    expect(requests.map(({ body }) => body)).toEqual([
      known,
      { ...known, channel: "chat:a", token: "t", data: expect.anything() },
      { ...known, channel: "chat:a", data: [1] },
      { ...known, channel: "chat:a" },
      { ...known, method: "m", data: null },
    ]);
    // (Data goes as it came, numbers that are too long for JavaScript included.)
    expect(requests[1]?.init.body).toContain('"data":{"big":12345678901234567890}');
  });

  test("data that is no JSON goes in base64", async () => {
    const event = { ...rpcEvent, encoding: "protobuf", data: Uint8Array.of(255, 0) } as const;
    await make({ rpc: URL_OF_HOOK }).rpc?.(event);
    const expected = { protocol: "protobuf", encoding: "binary", b64data: "/wA=" };
    expect(requests[0]?.body).toEqual({ ...known, ...expected, method: "m" });
  });

  test("with the headers that are named", async () => {
    const hooks = make({
      rpc: URL_OF_HOOK,
      headers: ["cookie", "x-missing"],
      emulatedHeaders: ["X-Token"],
      staticHeaders: { "X-Key": "k" },
    });
    await hooks.rpc?.(rpcEvent);
    expect(requests[0]?.init.headers).toEqual([
      ["content-type", "application/json"],
      ["x-token", "t"],
      ["cookie", "a=1"],
      ["x-key", "k"],
    ]);
  });

  test("signed, where there is a secret", async () => {
    await make({ rpc: URL_OF_HOOK, secret: "s" }).rpc?.(rpcEvent);
    const init = requests[0]?.init as RequestInit;
    const header = new Headers(init.headers).get("x-signature");
    expect(await verifySignature(init.body as string, header, "s")).toBe(true);
  });

  test("hooks without an address are not there", () => {
    const hooks = make({ rpc: URL_OF_HOOK });
    expect(hooks).toMatchObject({ connect: undefined, refresh: undefined, publish: undefined });
  });
});

describe("what is answered", () => {
  test("connect", async () => {
    answer = () => ({
      result: {
        user: "ada",
        expire_at: 1_700_000_000,
        info: { name: "Ada" },
        data: [1],
        meta: { m: 1 },
        channels: ["a"],
        subs: {
          b: { info: "i", data: 1, expire_at: 5, override: { presence: { value: true } } },
          __proto__x: { override: { force_recovery: { value: false }, join_leave: {} } },
        },
      },
    });
    const identity = await make({ connect: URL_OF_HOOK }).connect?.(connectEvent);
    expect(identity).toEqual({
      user: "ada",
      expireAt: 1_700_000_000,
      info: '{"name":"Ada"}',
      data: "[1]",
      meta: '{"m":1}',
      subscriptions: new Map<string, object>([
        ["a", {}],
        ["b", { info: '"i"', data: "1", expireAt: 5, presence: true }],
        ["__proto__x", { recover: false, joinLeave: false }],
      ]),
    });
  });

  test("an empty result is an anonymous client", async () => {
    const identity = await make({ connect: URL_OF_HOOK }).connect?.(connectEvent);
    expect(identity).toMatchObject({ user: "", expireAt: undefined });
  });

  test("subscribe, with bytes", async () => {
    answer = () => ({ result: { b64info: "/wA=", b64data: btoa('{"a":1}'), expire_at: 0 } });
    const grant = await make({ subscribe: URL_OF_HOOK }).subscribe?.(subscribeEvent);
    expect(grant).toMatchObject({
      info: Uint8Array.of(255, 0),
      data: '{"a":1}',
      expireAt: undefined,
    });
  });

  test("publish", async () => {
    answer = () => ({ result: { data: { b: 2 }, skip_history: true } });
    const grant = await make({ publish: URL_OF_HOOK }).publish?.(publishEvent);
    expect(grant).toEqual({ data: '{"b":2}', skipHistory: true });
  });

  test("rpc", async () => {
    answer = () => ({ result: { data: { year: 2026 } } });
    expect(await make({ rpc: URL_OF_HOOK }).rpc?.(rpcEvent)).toBe('{"year":2026}');
  });

  test("data as it is written, numbers that JavaScript doesn't have among them", async () => {
    const data = '{"id":12345678901234567890,"x":1.0,"y":[1e400]}';
    answer = () => new Response(`{"result":{"data": ${data},"info":2.0,"meta":3.0}}`);
    expect(await make({ rpc: URL_OF_HOOK }).rpc?.(rpcEvent)).toBe(data);
    const identity = await make({ connect: URL_OF_HOOK }).connect?.(connectEvent);
    expect(identity).toMatchObject({ data, info: "2.0", meta: "3.0" });
    answer = () => new Response(`{"result":{"subs":{"a":{"info":4.0}}}}`);
    const { subscriptions } = (await make({ connect: URL_OF_HOOK }).connect?.(connectEvent)) ?? {};
    expect(subscriptions?.get("a")).toMatchObject({ info: "4.0" });
  });

  test("refresh and sub_refresh", async () => {
    const answers = [{ expired: true }, { expire_at: 9, info: 1 }];
    answer = () => ({ result: answers.shift() });
    const hooks = make({ refresh: URL_OF_HOOK, subRefresh: URL_OF_HOOK });
    expect(await hooks.refresh?.(facts)).toBe("expired");
    expect(await hooks.subRefresh?.(subscribeEvent)).toEqual({ expireAt: 9, info: "1" });
  });

  test("an error", async () => {
    answer = () => ({ error: { code: 1000, message: "no", temporary: true } });
    const error = await rejection(Promise.resolve(make({ rpc: URL_OF_HOOK }).rpc?.(rpcEvent)));
    expect(error).toMatchObject({ errorCode: 1000, message: "no", temporary: true });
    answer = () => ({ error: { code: 103 } });
    const known = await rejection(Promise.resolve(make({ rpc: URL_OF_HOOK }).rpc?.(rpcEvent)));
    expect(known).toMatchObject({ errorCode: 103, message: "permission denied" });
  });

  test("a disconnection", async () => {
    answer = () => ({ disconnect: { code: 4501, reason: "locked" }, result: {} });
    const hooks = make({ connect: { url: URL_OF_HOOK, fail: "open" } });
    const error = await rejection(Promise.resolve(hooks.connect?.(connectEvent)));
    expect(error).toMatchObject({ closeCode: 4501, reason: "locked" });
    expect(logger.lines).toEqual([]);
  });

  test("nothing at all, which says nothing", async () => {
    answer = () => ({});
    expect(await make({ connect: URL_OF_HOOK }).connect?.(connectEvent)).toBeUndefined();
    expect(await make({ rpc: URL_OF_HOOK }).rpc?.(rpcEvent)).toBeUndefined();
  });

  test.each([
    ["no object", 5],
    ["null", null],
    ["a list", []],
    ["a result that is text", { result: "yes" }],
    ["a user that is a number", { result: { user: 5 } }],
    ["channels that are no list", { result: { channels: "a" } }],
    ["channels that are no strings", { result: { channels: [1] } }],
    ["subs that are a list", { result: { subs: [] } }],
    ["a sub that is text", { result: { subs: { a: "b" } } }],
    ["an override that is no object", { result: { subs: { a: { override: { presence: 1 } } } } }],
    [
      "an override that is no flag",
      { result: { subs: { a: { override: { presence: { value: 1 } } } } } },
    ],
    ["a time with fractions", { result: { expire_at: 1.5 } }],
    ["a time before 1970", { result: { expire_at: -1 } }],
    ["base64 that is none", { result: { b64info: "a b" } }],
    ["data that is nested too deeply", { result: { data: deep(1000) } }],
    ["an error without a code", { error: { message: "no" } }],
    ["an error with a code of nobody", { error: { code: 200 } }],
    ["a disconnection with a code that can't be sent", { disconnect: { code: 1000 } }],
    ["a reason that is no text", { disconnect: { code: 4000, reason: 5 } }],
  ])("%s is refused", async (_, value) => {
    answer = () => value;
    const hooks = make({ connect: URL_OF_HOOK });
    const error = await rejection(Promise.resolve(hooks.connect?.(connectEvent)));
    expect(error).toMatchObject({ errorCode: 100, temporary: true });
    expect(logger.lines).toMatchObject([/^warn: the connect hook failed: in the answer, /]);
  });
});

describe("a backend that fails", () => {
  const down = (): Response => new Response("secret details", { status: 503 });
  const error100 = { errorCode: 100, temporary: true };
  const ask = (hooks: ReturnType<typeof httpHooks>): Promise<unknown> =>
    Promise.resolve(hooks.rpc?.(rpcEvent));

  test.each([
    ["a status of 500", () => new Response("no", { status: 500 })],
    ["a status of 404", () => new Response("no", { status: 404 })],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "http://b/" } })],
    ["no JSON", () => new Response("<html>")],
    ["an empty body", () => new Response(null)],
    ["too much", () => new Response(`"${"a".repeat(2_000)}"`)],
    ["an error of the network", () => Promise.reject(new TypeError("fetch failed"))],
  ])("with %s: the command is answered with a temporary error", async (_, response) => {
    answer = response;
    expect(await rejection(ask(make({ rpc: URL_OF_HOOK, maxResponse: 1_000 })))).toMatchObject(
      error100,
    );
    expect(requests.length).toBe(1);
  });

  test("nothing of what was sent or answered is logged", async () => {
    answer = down;
    const cause = Object.assign(new Error("connect 10.0.0.1"), { code: "ECONNREFUSED" });
    const hooks = make({ rpc: URL_OF_HOOK, staticHeaders: { "x-key": "secret" } });
    await rejection(ask(hooks));
    answer = () => Promise.reject(new TypeError("fetch failed", { cause }));
    await rejection(ask(hooks));
    expect(logger.lines).toEqual([
      "warn: the rpc hook failed: the backend answered with status 503",
      "warn: the rpc hook failed: fetch failed (ECONNREFUSED)",
    ]);
    expect(logger.details).toEqual([]);
  });

  test("in time: the request is given up", async () => {
    answer = () => new Promise(() => {});
    const hooks = make({ rpc: { url: URL_OF_HOOK, timeout: 300 } });
    const asked = rejection(ask(hooks));
    await turns();
    await clock.advanceAsync(299);
    expect(requests[0]?.init.signal?.aborted).toBe(false);
    await clock.advanceAsync(1);
    expect(await asked).toMatchObject(error100);
    expect(requests[0]?.init.signal?.aborted).toBe(true);
    expect(clock.timers).toBe(0);
  });

  test("with a body that never ends: the request is given up", async () => {
    answer = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    const hooks = make({ rpc: URL_OF_HOOK });
    const asked = rejection(ask(hooks));
    await clock.advanceAsync(1_000);
    expect(await asked).toMatchObject(error100);
  });

  test("failing open says nothing, but refreshes for a minute", async () => {
    answer = down;
    const open = { url: URL_OF_HOOK, fail: "open" } as const;
    const hooks = make({ connect: open, subscribe: open, refresh: open, subRefresh: open });
    const now = Math.floor(Date.now() / 1000);
    expect(await hooks.connect?.(connectEvent)).toBeUndefined();
    expect(await hooks.subscribe?.(subscribeEvent)).toBeUndefined();
    const extension = (await hooks.refresh?.(facts)) as Extension;
    expect((extension.expireAt ?? 0) - now).toBeGreaterThanOrEqual(60);
    expect((extension.expireAt ?? 0) - now).toBeLessThan(63);
    expect(await hooks.subRefresh?.(subscribeEvent)).toHaveProperty("expireAt");
  });

  test("again and again is left alone for a while, then asked once", async () => {
    answer = down;
    const hooks = make({ rpc: { url: URL_OF_HOOK, maxFailures: 2, retryAfter: 500 } });
    for (let count = 0; count < 10; count++) await rejection(ask(hooks));
    expect(requests.length).toBe(2);
    expect(logger.lines.length).toBe(3);
    expect(logger.lines).toContain("error: the backend of the rpc hook is left alone for 500 ms");
    clock.advance(500);
    answer = () => ({ result: { data: 1 } });
    const both = [ask(hooks), ask(hooks).catch((error: unknown) => error)];
    expect(await both[0]).toBe("1");
    expect(await both[1]).toMatchObject(error100);
    expect(await ask(hooks)).toBe("1");
    expect(logger.lines.at(-1)).toBe("warn: the backend of the rpc hook answers again");
    expect(hooks.stats).toMatchObject({ requests: 4, failures: 2, refused: 9 });
    expect(clock.timers).toBe(0);
  });

  test("because of what one client sends is asked on", async () => {
    answer = () => new Response(null, { status: 400 });
    const hooks = make({ rpc: { url: URL_OF_HOOK, maxFailures: 2 } });
    for (let count = 0; count < 10; count++) await rejection(ask(hooks));
    expect(requests.length).toBe(10);
  });

  test("for one hook is asked by the others", async () => {
    answer = (count) => (count === 1 ? down() : { result: {} });
    const hooks = make({ rpc: { url: URL_OF_HOOK, maxFailures: 1 }, connect: URL_OF_HOOK });
    await rejection(ask(hooks));
    expect(await hooks.connect?.(connectEvent)).toMatchObject({ user: "" });
  });
});

describe("many questions at once", () => {
  test("no more than the limit are under way, and no more than another one wait", async () => {
    const answers: Deferred<unknown>[] = [];
    answer = () => {
      const next = new Deferred<unknown>();
      answers.push(next);
      return next.promise;
    };
    const hooks = make({ rpc: { url: URL_OF_HOOK, concurrency: 2, maxWaiting: 1 } });
    const asked = Array.from({ length: 4 }, async () => hooks.rpc?.(rpcEvent));
    expect(await rejection(asked[3] as Promise<unknown>)).toMatchObject({ errorCode: 100 });
    expect(requests.length).toBe(2);
    answers[0]?.resolve({ result: { data: 0 } });
    expect(await asked[0]).toBe("0");
    await turns(3);
    expect(requests.length).toBe(3);
    for (const one of answers) one.resolve({ result: { data: 1 } });
    expect(await Promise.all(asked.slice(1, 3))).toEqual(["1", "1"]);
    expect(hooks.stats).toMatchObject({ requests: 3, failures: 0, refused: 1 });
  });

  test("one that waits too long for its turn is never sent", async () => {
    answer = () => new Promise(() => {});
    const hooks = make({ rpc: { url: URL_OF_HOOK, concurrency: 1 } });
    const asked = [1, 2].map(async () => rejection(Promise.resolve(hooks.rpc?.(rpcEvent))));
    await turns();
    clock.advance(1_000);
    await Promise.all(asked);
    expect(requests.length).toBe(1);
    expect(hooks.stats).toMatchObject({ requests: 1, failures: 1, refused: 1 });
  });
});

test("closing gives up what is under way, and what comes then", async () => {
  answer = () => new Promise(() => {});
  const hooks = make({ rpc: { url: URL_OF_HOOK, concurrency: 1 } });
  const rejections = await unhandledRejections(async () => {
    const asked = [1, 2].map(async () => rejection(Promise.resolve(hooks.rpc?.(rpcEvent))));
    await turns();
    hooks.close();
    for (const error of await Promise.all(asked)) expect(error).toMatchObject({ errorCode: 100 });
    await rejection(Promise.resolve(hooks.rpc?.(rpcEvent)));
  });
  expect(rejections).toEqual([]);
  expect(requests.length).toBe(1);
  expect(clock.timers).toBe(0);
});

describe("options that make no sense", () => {
  test.each<[string, object]>([
    ["a name that there is not", { conect: URL_OF_HOOK }],
    ["one of a hook", { connect: { url: URL_OF_HOOK, timeOut: 5 } }],
    ["no address", { connect: {} }],
    ["another scheme", { connect: "ftp://backend/" }],
    ["no address at all", { connect: "backend" }],
    ["a password in the address", { connect: "http://user:secret@backend/" }],
    ["an empty secret", { secret: "" }],
    ["a time of 0", { connect: { url: URL_OF_HOOK, timeout: 0 } }],
    ["a limit that is text", { connect: { url: URL_OF_HOOK, concurrency: "5" } }],
    ["a negative queue", { connect: { url: URL_OF_HOOK, maxWaiting: -1 } }],
    ["a policy that there is not", { connect: { url: URL_OF_HOOK, fail: "maybe" } }],
    ["an rpc that fails open", { rpc: { url: URL_OF_HOOK, fail: "open" } }],
    ["a header that can't be sent", { connect: URL_OF_HOOK, headers: ["host"] }],
  ])("%s", (_, options) => {
    let error: unknown;
    try {
      httpHooks(options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toMatch(/^(?:TypeError|RangeError)/);
    expect(String(error)).not.toContain("secret@");
  });
});
