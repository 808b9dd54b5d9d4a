import { describe, expect, onTestFinished, test } from "vitest";
import { sign } from "../../../../../src/http/signature.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { WampError } from "../../../../../src/wamp/protocol/errors.ts";
import { createHttpBridge, createRouter } from "../../../../../src/wamp/router/index.ts";
import type {
  AuthorizationRequest,
  BridgeClient,
  HttpBridgeOptions,
  Router,
} from "../../../../../src/wamp/router/index.ts";
import { isPending, until } from "../../../../support/turns.ts";

const WHO = { authid: "shop", authrole: "backend" };
const SHOP = { realm: "realm1", ...WHO };
const KEY = "key-key-key-key-key-key-key-key-";
const SECRET = "secret-secret-secret-secret-secret";
const CLIENTS: readonly BridgeClient[] = [
  { ...SHOP, key: KEY },
  { ...SHOP, authid: "signer", keyId: "one", secret: SECRET },
];

interface Bridge {
  readonly router: Router;
  readonly asked: AuthorizationRequest[];
  post(
    path: string,
    body: unknown,
    init?: { headers?: Record<string, string>; signal?: AbortSignal; method?: string },
  ): Promise<{ status: number; body: unknown; headers: Headers }>;
}

function start(options: Partial<HttpBridgeOptions> = {}): Bridge {
  const asked: AuthorizationRequest[] = [];
  const authorize = (request: AuthorizationRequest): { allow: boolean } => {
    asked.push(request);
    return { allow: request.uri !== "com.secret" };
  };
  const router = createRouter({
    realms: { realm1: { authenticators: [], authorizer: { authorize } } },
  });
  onTestFinished(() => router.close());
  const bridge = createHttpBridge(router, { clients: CLIENTS, ...options });
  return {
    router,
    asked,
    async post(path, body, { headers = { "X-API-Key": KEY }, signal, method = "POST" } = {}) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const request = new Request(`http://localhost${path}`, {
        method,
        headers,
        ...(method === "POST" && { body: text }),
        ...(signal && { signal }),
      });
      const response = await bridge(request, { address: undefined });
      const answer = await response.text();
      return {
        status: response.status,
        body: answer && (JSON.parse(answer) as unknown),
        headers: response.headers,
      };
    },
  };
}

describe("the HTTP bridge calls", () => {
  test("a procedure, with arguments of both kinds", async () => {
    const { router, post, asked } = start();
    const callee = await router.session("realm1");
    await callee.register("com.add", ({ args, kwargs }) => [args, kwargs]);
    const { status, body, headers } = await post("/wamp/call", {
      procedure: "com.add",
      args: [1, "ü"],
      kwargs: { ["__proto__"]: 2 },
    });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe('{"args":[[[1,"ü"],{"__proto__":2}]],"kwargs":{}}');
    expect(headers.get("cache-control")).toBe("no-store");
    expect(asked.at(-1)).toMatchObject({ action: "call", principal: WHO });
  });

  test("without arguments", async () => {
    const { router, post } = start();
    const callee = await router.session("realm1");
    await callee.register("com.count", ({ args, kwargs }) => [args, kwargs]);
    expect((await post("/wamp/call", { procedure: "com.count" })).body).toEqual({
      args: [[[], {}]],
      kwargs: {},
    });
  });

  test.each([
    ["com.missing", 404, { error: "wamp.error.no_such_procedure" }],
    ["com.secret", 403, { error: "wamp.error.not_authorized" }],
    ["com..wrong uri#", 400, { error: "wamp.error.invalid_uri" }],
    ["com.broken", 422, { error: "com.error", args: ["no"], kwargs: { n: 1 } }],
    ["com.bug", 500, { error: "wamp.error.runtime_error" }],
  ])("%s, and answers %i", async (procedure, status, error) => {
    const { router, post } = start();
    const callee = await router.session("realm1");
    await callee.register("com.broken", () => {
      throw new WampError("com.error", ["no"], { n: 1 });
    });
    await callee.register("com.bug", () => {
      throw new Error("internal");
    });
    const answer = await post("/wamp/call", { procedure });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(error);
    expect(JSON.stringify(answer.body)).not.toContain("internal");
  });

  test.each([undefined, 500, 5000])(
    "for as long as it may (a request's own timeout: %s)",
    async (timeout) => {
      const clock = new FakeClock();
      const { router, post } = start({ clock, callTimeout: 1000 });
      const callee = await router.session("realm1");
      let isCalled: () => void = () => {};
      const called = new Promise<void>((resolve) => (isCalled = resolve));
      await callee.register("com.hang", () => (isCalled(), new Promise(() => {})));
      const options = timeout === undefined ? {} : { timeout };
      const answering = post("/wamp/call", { procedure: "com.hang", options });
      await called;
      clock.advance(Math.min(timeout ?? 1000, 1000) - 1);
      expect(await isPending(answering)).toBe(true);
      clock.advance(1);
      const { status, body } = await answering;
      expect([status, body]).toEqual([
        504,
        expect.objectContaining({ error: "wamp.error.timeout" }),
      ]);
      expect(clock.timers).toBe(0);
    },
  );

  test("until the client goes away", async () => {
    const clock = new FakeClock();
    const { router, post } = start({ clock });
    const callee = await router.session("realm1");
    const controller = new AbortController();
    await callee.register("com.hang", () => {
      controller.abort();
      return new Promise(() => {});
    });
    const request = { procedure: "com.hang" };
    expect(
      (
        await post("/wamp/call", request, {
          headers: { "X-API-Key": KEY },
          signal: controller.signal,
        })
      ).status,
    ).toBe(499);
    expect(clock.timers).toBe(0);
  });

  test("in a new session when the one before has ended", async () => {
    const { router, post } = start();
    const callee = await router.session("realm1");
    await callee.register("com.me", ({ details }) => details.caller ?? 0);
    const sessions: Promise<{ close(): Promise<void> }>[] = [];
    const { session } = router;
    const watched = createHttpBridge(
      {
        session: (realm, identity) => {
          const joining = session(realm, identity);
          sessions.push(joining);
          return joining;
        },
      },
      { clients: CLIENTS },
    );
    const call = async (): Promise<number> => {
      const request = new Request("http://localhost/wamp/call", {
        method: "POST",
        headers: { Authorization: `Bearer ${KEY}` },
        body: '{"procedure":"com.me"}',
      });
      return (await watched(request, { address: undefined })).status;
    };
    expect(await Promise.all([call(), call()])).toEqual([200, 200]);
    expect(sessions).toHaveLength(1);
    await (await sessions[0])?.close();
    expect(await call()).toBe(200);
    expect(sessions).toHaveLength(2);
    expect(await post("/wamp/call", { procedure: "com.me" })).toMatchObject({ status: 200 });
  });
});

describe("the HTTP bridge publishes", () => {
  test("to subscribers, and answers with the publication", async () => {
    const { router, post, asked } = start();
    const subscriber = await router.session("realm1");
    const events: unknown[] = [];
    await subscriber.subscribe("com.news", ({ args, kwargs }) => events.push([args, kwargs]));
    const { status, body } = await post("/wamp/publish", {
      topic: "com.news",
      args: ["hello"],
      kwargs: { n: 1 },
      options: { exclude_me: false },
    });
    expect([status, body]).toEqual([200, { publication: expect.any(Number) }]);
    expect(events).toEqual([[["hello"], { n: 1 }]]);
    expect(asked.at(-1)).toMatchObject({ action: "publish", principal: WHO });
  });

  test("what it may", async () => {
    const { status, body } = await start().post("/wamp/publish", { topic: "com.secret" });
    expect([status, body]).toEqual([
      403,
      { error: "wamp.error.not_authorized", args: [], kwargs: {} },
    ]);
  });
});

describe("the HTTP bridge refuses", () => {
  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["no object", "[]"],
    ["null", "null"],
    ["no procedure", "{}"],
    ["a procedure that is no string", '{"procedure":1}'],
    ["arguments that are no list", '{"procedure":"com.a","args":{}}'],
    ["arguments that are null", '{"procedure":"com.a","args":null}'],
    ["keyword arguments that are no object", '{"procedure":"com.a","kwargs":[]}'],
    ["options that are no object", '{"procedure":"com.a","options":1}'],
    ["an option that there is not", '{"procedure":"com.a","options":{"receive_progress":true}}'],
    ["an option called constructor", '{"procedure":"com.a","options":{"constructor":1}}'],
    ["an option of another type", '{"procedure":"com.a","options":{"timeout":"1"}}'],
  ])("%s", async (_, text) => {
    const { status, body } = await start().post("/wamp/call", text);
    expect([status, body]).toEqual([
      400,
      { error: "wamp.error.invalid_argument", args: [expect.any(String)], kwargs: {} },
    ]);
  });

  test("what is no UTF-8", async () => {
    const bridge = createHttpBridge(start().router, { clients: CLIENTS });
    const headers = { "X-API-Key": KEY };
    const request = new Request("http://localhost/wamp/call", {
      method: "POST",
      headers,
      body: Uint8Array.of(0xff),
    });
    expect((await bridge(request, { address: undefined })).status).toBe(400);
  });

  test("what is too large", async () => {
    const { status, body } = await start({ maxBody: 10 }).post("/wamp/call", "x".repeat(11));
    expect([status, body]).toMatchObject([413, { error: "wamp.error.payload_size_exceeded" }]);
  });

  test("what takes too long to come", async () => {
    const clock = new FakeClock();
    const bridge = createHttpBridge(start().router, { clients: CLIENTS, clock, bodyTimeout: 100 });
    const init = { method: "POST", headers: { "X-API-Key": KEY }, duplex: "half" };
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const request = new Request("http://localhost/wamp/call", { ...init, body });
    const answering = bridge(request, { address: undefined });
    await until(() => clock.timers > 0, "the body to be read");
    clock.advance(100);
    expect((await answering).status).toBe(408);
  });

  test("other methods and places", async () => {
    const { post } = start();
    const { status, headers } = await post("/wamp/call", "", {
      method: "GET",
      headers: { "X-API-Key": KEY },
    });
    expect([status, headers.get("allow")]).toEqual([405, "POST"]);
    for (const path of ["/wamp", "/wamp/", "/wamp/register", "/call", "/wamp/call/"]) {
      expect((await post(path, {})).status, path).toBe(404);
    }
  });

  test.each([
    ["no key", {}],
    ["another key", { "X-API-Key": "other" }],
    ["an empty key", { "X-API-Key": "" }],
    ["a secret", { "X-API-Key": SECRET }],
    ["a signature that is none", { "X-Signature": "x", "X-Key-Id": "one" }],
  ])("%s", async (_, headers) => {
    const answer = await start().post("/wamp/call", { procedure: "com.a" }, { headers });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      error: "wamp.error.authentication_failed",
      args: ["unauthorized"],
      kwargs: {},
    });
  });

  test.each([
    { clients: [] },
    { clients: [{ ...SHOP, key: "with space" }] },
    { clients: [{ ...SHOP, key: "" }] },
    { clients: [{ ...SHOP, keyId: "one", secret: "" }] },
    { clients: [CLIENTS[0] as BridgeClient, { ...SHOP, authid: "other", key: KEY }] },
    { clients: CLIENTS, path: "wamp" },
    { clients: CLIENTS, maxBody: 0 },
    { clients: CLIENTS, timeout: 5 },
  ])("options that make no sense: %#", (options) => {
    const { router } = start();
    expect(() => createHttpBridge(router, options)).toThrow(/./);
  });
});

describe("a signed request", () => {
  const NONCE = "0123456789abcdef";

  async function headersFor(
    operation: string,
    body: string,
    { nonce = NONCE, keyId = "one", secret = SECRET, offset = 0 } = {},
  ): Promise<Record<string, string>> {
    const signature = await sign(secret, `${operation}.${nonce}.${body}`, Date.now() + offset);
    return { "X-Key-Id": keyId, "X-Nonce": nonce, "X-Signature": signature };
  }

  const BODY = '{"topic":"com.news"}';

  test("is from its signer", async () => {
    const { post, asked } = start();
    const headers = await headersFor("publish", BODY);
    expect((await post("/wamp/publish", BODY, { headers })).status).toBe(200);
    expect(asked.at(-1)?.principal).toMatchObject({ ...WHO, authid: "signer" });
  });

  test("counts once", async () => {
    const { post } = start();
    const headers = await headersFor("publish", BODY);
    expect((await post("/wamp/publish", BODY, { headers })).status).toBe(200);
    expect((await post("/wamp/publish", BODY, { headers })).status).toBe(401);
    const later = await headersFor("publish", BODY, { offset: 1000 });
    expect((await post("/wamp/publish", BODY, { headers: later })).status).toBe(401);
    const other = await headersFor("publish", BODY, { nonce: `${NONCE}0` });
    expect((await post("/wamp/publish", BODY, { headers: other })).status).toBe(200);
  });

  test.each<[string, Parameters<typeof headersFor>[2]]>([
    ["with another secret", { secret: KEY }],
    ["as somebody who isn't there", { keyId: "two" }],
    ["too long ago", { offset: -310_000 }],
    ["too far ahead", { offset: 310_000 }],
    ["with a short nonce", { nonce: "short" }],
    ["without a nonce", { nonce: "" }],
  ])("is refused %s", async (_, changes) => {
    const headers = await headersFor("publish", BODY, changes);
    expect((await start().post("/wamp/publish", BODY, { headers })).status).toBe(401);
  });

  test("is for its operation and body only", async () => {
    const { post } = start();
    const headers = await headersFor("publish", BODY);
    const other = '{"topic":"com.other"}';
    expect((await post("/wamp/publish", other, { headers })).status).toBe(401);
    expect((await post("/wamp/call", BODY, { headers })).status).toBe(401);
  });
});

test.each([
  ["results", () => "\0text"],
  [
    "errors",
    () => {
      throw new WampError("com.error.own", ["\0text"]);
    },
  ],
])("%s that JSON has no way to say are an error of the router's", async (_, answer) => {
  const logged: unknown[] = [];
  const logger = { error: (...data: unknown[]) => logged.push(data) };
  const { router, post } = start({ logger });
  const callee = await router.session("realm1");
  await callee.register("com.bytes", answer);
  expect(await post("/wamp/call", { procedure: "com.bytes" })).toMatchObject({
    status: 500,
    body: { error: "wamp.error.runtime_error", args: [], kwargs: {} },
  });
  expect(logged).toHaveLength(1);
});

test("too many open calls are a reason to come again, and no error of the application's", async () => {
  const { router, post } = start();
  const callee = await router.session("realm1");
  await callee.register("com.busy", () => {
    throw new WampError("fullduplex.error.limit_exceeded");
  });
  expect((await post("/wamp/call", { procedure: "com.busy" })).status).toBe(503);
});
