import { describe, expect, test } from "vitest";
import { createApi } from "../../../../../src/channels/server/api/create-api.ts";
import type { ApiOptions } from "../../../../../src/channels/server/api/create-api.ts";
import { KEY, setUp } from "./support.ts";

const PEER = { address: undefined };
const error = (code: number): object => ({
  error: { code, message: expect.any(String) as unknown },
});

function request(path: string, init: RequestInit = {}): Request {
  return new Request(`http://localhost${path}`, { method: "POST", body: "{}", ...init });
}

describe("keys", () => {
  test.each([
    ["X-API-Key", { "X-API-Key": KEY }],
    ["Authorization: apikey", { Authorization: `apikey ${KEY}` }],
    ["Authorization: Apikey", { Authorization: `Apikey ${KEY}` }],
    ["Authorization: Bearer", { Authorization: `Bearer ${KEY}` }],
  ])("are shown as %s", async (_, headers) => {
    const { api } = setUp();
    expect((await api(request("/api/info", { headers }), PEER)).status).toBe(200);
  });

  test.each([
    ["no key", {}],
    ["another key", { "X-API-Key": "other" }],
    ["an empty key", { "X-API-Key": "" }],
    ["the beginning of a key", { "X-API-Key": KEY.slice(0, -1) }],
    ["a longer key", { "X-API-Key": `${KEY}x` }],
    ["a key in another case", { "X-API-Key": KEY.toUpperCase() }],
    [
      "a key twice",
      new Headers([
        ["X-API-Key", KEY],
        ["X-API-Key", KEY],
      ] as [string, string][]),
    ],
    ["another scheme", { Authorization: `Basic ${KEY}` }],
    ["no scheme", { Authorization: KEY }],
    ["an empty one of a scheme", { Authorization: "apikey " }],
    ["one wrong and one right", { "X-API-Key": "other", Authorization: `apikey ${KEY}` }],
    ["a cookie", { Cookie: `api_key=${KEY}` }],
  ])("are wrong: %s", async (_, headers) => {
    const { api, logger } = setUp();
    const response = await api(request("/api/info", { headers }), PEER);
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe("apikey");
    expect(await response.json()).toEqual(error(101));
    expect(logger.lines).toEqual([]);
  });

  test("are not taken from the address", async () => {
    const { api } = setUp();
    for (const query of [`api_key=${KEY}`, `apikey=${KEY}`, `key=${KEY}`]) {
      expect((await api(request(`/api/info?${query}`), PEER)).status).toBe(401);
    }
  });

  test("may be several", async () => {
    const { api } = setUp({ keys: ["old", "new"] });
    const status = async (key: string): Promise<number> =>
      (await api(request("/api/info", { headers: { "X-API-Key": key } }), PEER)).status;
    expect(await Promise.all(["old", "new", "other"].map(status))).toEqual([200, 200, 401]);
  });

  test("come first: who has none learns nothing else", async () => {
    const { api } = setUp();
    const get = { method: "GET", body: null };
    expect((await api(request("/api/nothing"), PEER)).status).toBe(401);
    expect((await api(request("/api/info", get), PEER)).status).toBe(401);
    expect((await api(request("/api/publish", { body: "not JSON" }), PEER)).status).toBe(401);
  });
});

describe("requests", () => {
  const headers = { "X-API-Key": KEY };

  test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("%s is not allowed", async (method) => {
    const { api } = setUp();
    const response = await api(request("/api/info", { method, headers, body: null }), PEER);
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("POST");
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(null);
  });

  test.each([
    "/api/nothing",
    "/api/__proto__",
    "/api/constructor",
    "/api/rpc",
    "/",
    "/apis",
    "/api/info/",
  ])("%s is not there", async (path) => {
    const { api } = setUp();
    const response = await api(request(path, { headers }), PEER);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual(error(104));
  });

  test("can have another path", async () => {
    const { api } = setUp({ path: "/internal/v1" });
    expect((await api(request("/internal/v1/info", { headers }), PEER)).status).toBe(200);
    expect((await api(request("/api/info", { headers }), PEER)).status).toBe(404);
  });

  test.each(["{", "[]", "null", '"text"', "{}{}", '{"channel":"news:x"', "\u0000"])(
    "with the body %j are malformed",
    async (body) => {
      const { post } = setUp();
      const response = await post("publish", body);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual(error(107));
    },
  );

  test("that are no UTF-8 are malformed", async () => {
    const { api } = setUp();
    const body = new Uint8Array([...Buffer.from('{"channel":"news:'), 0xff, 0x22, 0x7d]);
    expect((await api(request("/api/presence", { headers, body }), PEER)).status).toBe(400);
  });

  test("may have no body where nothing is needed", async () => {
    const { api } = setUp();
    const response = await api(request("/api/info", { headers, body: null }), PEER);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("application/json");
  });

  test("may be as large as the limit, and no larger", async () => {
    const { post, channels } = setUp({ maxBody: 1000 });
    const body = (size: number): string => {
      const [head, tail] = ['{"channel":"news:x","data":"', '"}'];
      return `${head}${"x".repeat(size - head.length - tail.length)}${tail}`;
    };
    expect((await post("publish", body(1000))).status).toBe(200);
    const response = await post("publish", body(1001));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual(error(106));
    expect((await channels.history("news:x")).offset).toBe(1);
  });

  test("that are too large are not read to their end", async () => {
    const { api } = setUp();
    let pulled = 0;
    let isCancelled = false;
    const body = new ReadableStream({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    const init = { headers, body, duplex: "half" } as RequestInit;
    expect((await api(request("/api/publish", init), PEER)).status).toBe(413);
    expect(isCancelled).toBe(true);
    expect(pulled).toBeLessThan(20);
  });

  test("that say that they are too large are not read at all", async () => {
    const { api } = setUp();
    const large = { ...headers, "Content-Length": "99999999" };
    expect((await api(request("/api/info", { headers: large }), PEER)).status).toBe(413);
  });

  test("whose body breaks off are malformed", async () => {
    const { api } = setUp();
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error("the client has gone")),
    });
    const init = { headers, body, duplex: "half" } as RequestInit;
    expect((await api(request("/api/publish", init), PEER)).status).toBe(400);
  });

  test.each([600, 200_000])("with data that is nested %i deep are refused", async (depth) => {
    const { post, call } = setUp();
    const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const refused = error(107);
    const publish = `{"channel":"news:x","data":${nested}}`;
    expect(await call("publish", publish)).toEqual(refused);
    expect(await call("batch", `{"commands":[{"publish":${publish}}]}`)).toEqual(refused);
    expect(await call("", `{"method":"publish","params":${publish}}`)).toEqual(refused);
    // What nobody looks at is not refused.
    expect((await post("info", `{"later":${nested}}`)).status).toBe(200);
  });
});

describe("errors", () => {
  test("are answered with 200", async () => {
    const { post } = setUp();
    const response = await post("presence", { channel: "olds:x" });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ error: { code: 102, message: "unknown channel" } });
  });

  test.each([
    [404, 102, "presence", { channel: "olds:x" }],
    [400, 107, "presence", {}],
    [400, 107, "presence", { channel: 1 }],
    [400, 108, "presence", { channel: "plain:x" }],
    [416, 112, "history", { channel: "news:x", since: { epoch: "other" } }],
    [404, 104, "nothing", {}],
  ])("have the status %i for those who ask for it (%i)", async (status, code, method, body) => {
    const { post } = setUp();
    const response = await post(method, body, { "X-Centrifugo-Error-Mode": "transport" });
    expect(response.status).toBe(status);
    const answer = (await response.json()) as { code?: number; error?: { code: number } };
    expect(answer.code ?? answer.error?.code).toBe(code);
  });

  test("of the server have the status 500", async () => {
    const { post, channels } = setUp();
    channels.info = () => Promise.reject(new Error("broken"));
    const response = await post("info", {}, { "X-Centrifugo-Error-Mode": "transport" });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ code: 100, message: "internal server error" });
  });
});

describe("batch", () => {
  test.each([false, true])("has a reply for each command (parallel: %s)", async (parallel) => {
    const { call } = setUp();
    const commands = [
      { publish: { channel: "news:x", data: 12345 } },
      { presence: { channel: "olds:x" } },
      { history: { channel: "news:x" } },
      { nothing: {} },
      {},
      { info: {}, channels: {} },
      { publish: null },
      { publish: 5 },
      { batch: { commands: [] } },
    ];
    const place = { offset: 1, epoch: expect.any(String) as unknown };
    const answer = (await call("batch", { commands, parallel })) as { replies: object[] };
    expect(answer).toEqual({
      replies: [
        { publish: place },
        error(102),
        { history: { publications: [], ...place } },
        error(104),
        error(104),
        error(107),
        error(104),
        error(107),
        error(104),
      ],
    });
  });

  test("of nothing is an empty list", async () => {
    const { call } = setUp();
    expect(await call("batch", {})).toEqual({ replies: [] });
    expect(await call("batch", { commands: [] })).toEqual({ replies: [] });
    expect(await call("batch", { commands: {} })).toEqual(error(107));
    expect(await call("batch", { commands: [1] })).toEqual(error(107));
  });

  test("keeps data exactly, and its order", async () => {
    const { post, channels } = setUp();
    const data = ["12345678901234567890", '"],[{}"', "[1.0, {}]"];
    const commands = data.map((text) => `{"publish":{"channel":"news:x","data":${text}}}`);
    await post("batch", `{"commands":[${commands.join(" , ")}]}`);
    const { publications } = await channels.history("news:x");
    expect(publications.map((publication) => publication.data)).toEqual(data);
  });

  test("with one key happens once", async () => {
    const { post, channels } = setUp();
    const publish = { channel: "news:x", data: 1 };
    const body = { commands: [{ publish }, { publish }] };
    for (const _ of [1, 2]) await post("batch", body, { "Idempotency-Key": "k" });
    expect((await channels.history("news:x")).offset).toBe(2);
  });
});

describe("the older form", () => {
  const lines = (...commands: unknown[]): string =>
    commands.map((command) => JSON.stringify(command)).join("\n");

  test("has a line for each line", async () => {
    const { post } = setUp();
    const response = await post(
      "",
      `${lines(
        { method: "publish", params: { channel: "news:x", data: 1 } },
        { method: "presence", params: { channel: "olds:x" } },
        { method: "info" },
        { method: "nothing", params: {} },
        { method: "batch", params: {} },
        { method: "publish", params: [] },
      )}\n\n`,
    );
    const replies = (await response.text()).split("\n").map((line) => JSON.parse(line) as object);
    expect(replies).toEqual([
      { result: { offset: 1, epoch: expect.any(String) as unknown } },
      error(102),
      { result: { nodes: [expect.anything()] } },
      error(104),
      error(104),
      error(107),
    ]);
  });

  test("may be one command on several lines", async () => {
    const { post } = setUp();
    const response = await post("", '{\n"method": "channels",\n"params": {}\n}');
    expect(await response.json()).toEqual({ result: { channels: {} } });
  });

  test.each(["", "\n", '{"method":"info"}\n{', "[]"])("is malformed: %j", async (body) => {
    const { post } = setUp();
    expect((await post("", body)).status).toBe(400);
  });

  test("does nothing when a line is malformed", async () => {
    const { post, channels } = setUp();
    await post("", '{"method":"publish","params":{"channel":"news:x","data":1}}\n{');
    expect((await channels.history("news:x")).offset).toBe(0);
  });
});

test.each<[string, object]>([
  ["no keys", { keys: [] }],
  ["an empty key", { keys: [""] }],
  ["a key that headers can't carry", { keys: ["a b"] }],
  ["one key that is no list", { keys: KEY }],
  ["a path without a slash", { keys: [KEY], path: "api" }],
  ["a path with a slash at its end", { keys: [KEY], path: "/api/" }],
  ["no size", { keys: [KEY], maxBody: 0 }],
  ["an option that there is not", { keys: [KEY], maxBodies: 1 }],
])("options are checked: %s", (_, options) => {
  const { channels } = setUp();
  expect(() => createApi(channels, options as ApiOptions)).toThrow(/./);
});
