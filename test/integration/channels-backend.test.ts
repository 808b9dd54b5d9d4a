import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createChannels,
  eventSender,
  httpHooks,
  verifySignature,
} from "../../src/channels/server/index.ts";
import type {
  Channels,
  ChannelsOptions,
  EventSender,
  HttpHooksOptions,
} from "../../src/channels/server/index.ts";
import { connect } from "../../src/client/node/index.ts";
import { serve } from "../../src/server/index.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { ChannelsJsonClient } from "../support/channels-json-client.ts";
import { HttpBackend } from "../support/http-backend.ts";
import { freePort } from "../support/ports.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { until } from "../support/turns.ts";

const HOOKS = ["connect", "refresh", "subscribe", "publish", "subRefresh", "rpc"] as const;

let backend: HttpBackend;
let channels: Channels;
let logger: RecordingLogger;
let url: string;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  logger = new RecordingLogger();
  backend = await HttpBackend.start();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await backend.stop();
});

async function start(options: HttpHooksOptions, more: ChannelsOptions = {}): Promise<void> {
  const hooks = httpHooks({ logger, ...options });
  channels = createChannels({
    hooks,
    logger,
    namespaces: { chat: { history: { size: 10, ttl: 60_000 } } },
    ...more,
  });
  const { handler, subprotocols } = channels;
  const server = await serve({ "/connection/websocket": handler }, { subprotocols, port: 0 });
  cleanups.push(
    () => server.close(),
    () => hooks.close(),
    () => channels.close(),
  );
  url = `${server.url.replace(/\/$/, "")}/connection/websocket`;
}

async function client(headers: Record<string, string> = {}): Promise<ChannelsJsonClient> {
  const connection = await connect(url, { headers });
  cleanups.push(() => connection.terminate());
  return new ChannelsJsonClient(connection);
}

/** An address for each hook: `/connect` and so on. */
function all(options: object = {}): HttpHooksOptions {
  const addresses = HOOKS.map((name) => [name, { url: `${backend.url}/${name}`, ...options }]);
  return Object.fromEntries(addresses) as HttpHooksOptions;
}

const paths = (): string[] => backend.requests.map(({ path }) => path);

test("a client from its connect to its rpc, as the backend decides", async () => {
  backend.answer = ({ path, headers, body }) => {
    switch (path) {
      case "/connect":
        return headers.cookie === "session=1"
          ? { result: { user: "ada", info: { name: "Ada" }, data: { hi: 1 }, meta: { m: 1 } } }
          : { error: { code: 1000, message: "log in first" } };
      case "/subscribe":
        return body.channel === "chat:open"
          ? { result: { data: "welcome" } }
          : { error: { code: 103 } };
      case "/publish":
        return { result: { data: { text: body.data.text.toUpperCase() } } };
      default:
        return { result: { data: { for: body.user, meta: body.meta, method: body.method } } };
    }
  };
  await start({ ...all(), headers: ["cookie"], staticHeaders: { "X-Key": "k" } });
  const ada = await client({ Cookie: "session=1" });
  expect(await ada.connect()).toMatchObject({ connect: { data: { hi: 1 } } });
  expect(await ada.ask({ subscribe: { channel: "chat:open" } })).toMatchObject({
    subscribe: { data: "welcome", recoverable: true },
  });
  expect(await ada.ask({ subscribe: { channel: "chat:closed" } })).toMatchObject({
    error: { code: 103 },
  });
  expect(await ada.ask({ publish: { channel: "chat:open", data: { text: "hé" } } })).toMatchObject({
    publish: {},
  });
  expect(await ada.push("pub")).toMatchObject({
    pub: { data: { text: "HÉ" }, info: { user: "ada", conn_info: { name: "Ada" } }, offset: 1 },
  });
  expect(await ada.ask({ rpc: { method: "who" } })).toMatchObject({
    rpc: { data: { for: "ada", meta: { m: 1 }, method: "who" } },
  });
  expect(backend.requests.every(({ headers }) => headers["x-key"] === "k")).toBe(true);

  const nobody = await client();
  expect(await nobody.connect()).toMatchObject({
    error: { code: 1000, message: "log in first" },
  });
});

test("a backend can disconnect a client", async () => {
  backend.answer = () => ({ disconnect: { code: 4501, reason: "locked" } });
  await start(all());
  const one = await client();
  one.send({ connect: {} });
  expect(await one.connection.closed).toMatchObject({ code: 4501, reason: "locked" });
});

test("connections and subscriptions that have expired are asked about", async () => {
  const past = Math.floor(Date.now() / 1000) - 1;
  const future = past + 1_000;
  backend.answer = ({ path, body }) => {
    const expire = path === "/connect" || path === "/subscribe" ? past : future;
    if (path === "/subRefresh" && body.channel === "chat:b") return { result: { expired: true } };
    return { result: { user: "ada", expire_at: expire } };
  };
  await start(all());
  const one = await client();
  await one.connect();
  await one.ask({ subscribe: { channel: "chat:a" } });
  await one.ask({ subscribe: { channel: "chat:b" } });
  expect(await one.push("unsubscribe")).toMatchObject({
    channel: "chat:b",
    unsubscribe: { code: 2501 },
  });
  await until(() => paths().length === 6, "all questions");
  expect(paths().toSorted()).toEqual(
    ["/connect", "/refresh", "/subRefresh", "/subRefresh", "/subscribe", "/subscribe"].toSorted(),
  );
  expect(one.connection.state).toBe("open");
  expect([...(await channels.channels()).keys()]).toEqual(["chat:a"]);
});

describe("a backend that fails", () => {
  const refused = { error: { code: 100, temporary: true } };

  test("because it is not there", async () => {
    const down = all({ maxFailures: 2 });
    await backend.stop();
    await start(down);
    const one = await client();
    for (let count = 0; count < 4; count++) expect(await one.connect()).toMatchObject(refused);
    expect(logger.lines).toMatchObject([
      /ECONNREFUSED/,
      /is left alone for 5000 ms/,
      /ECONNREFUSED/,
    ]);
    expect(one.connection.state).toBe("open");
  });

  test("by sending elsewhere: nobody follows", async () => {
    backend.answer = ({ path }, response) => {
      if (path === "/elsewhere") return { result: { user: "eve" } };
      return void response.writeHead(307, { location: "/elsewhere" }).end();
    };
    await start(all());
    expect(await (await client()).connect()).toMatchObject(refused);
    expect(paths()).toEqual(["/connect"]);
  });

  test("by never coming to an end", async () => {
    const closed: string[] = [];
    backend.answer = ({ path }, response) => {
      response.on("close", () => void closed.push(path));
      const more = (): void => {
        while (!response.destroyed && response.write(" ".repeat(65_536)));
        response.once("drain", more);
      };
      more();
    };
    await start(all());
    expect(await (await client()).connect()).toMatchObject(refused);
    await until(() => closed.length === 1, "the connection to be given up");
    expect(logger.lines).toEqual(["warn: the connect hook failed: the answer is too long"]);
  });

  test("by hanging up in the middle", async () => {
    backend.answer = (_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      response.socket?.end();
    };
    await start(all());
    expect(await (await client()).connect()).toMatchObject(refused);
  });

  test.each(["before", "within"])("by being slow %s the answer: it is given up", async (when) => {
    const clock = new FakeClock();
    const closed: string[] = [];
    backend.answer = ({ path }, response) => {
      response.on("close", () => void closed.push(path));
      if (when === "within") response.write("{");
    };
    await start({ ...all(), clock });
    const one = await client();
    const answer = one.connect();
    await until(() => backend.requests.length === 1, "the question");
    clock.advance(1_000);
    expect(await answer).toMatchObject(refused);
    await until(() => closed.length === 1, "the connection to be given up");
    expect(logger.lines).toMatchObject([/the backend's answer took longer than 1000 ms/]);
  });

  test("openly: what namespaces allow holds", async () => {
    const open = all({ fail: "open" });
    await backend.stop();
    const access = { subscribe: "anyone", publish: "users" } as const;
    await start({ ...open, rpc: undefined }, { anonymous: true, namespaces: { chat: { access } } });
    const one = await client();
    expect(await one.connect()).toMatchObject({ connect: {} });
    expect(await one.ask({ subscribe: { channel: "chat:a" } })).toMatchObject({ subscribe: {} });
    expect(await one.ask({ publish: { channel: "chat:a", data: 1 } })).toMatchObject({
      error: { code: 103 },
    });
  });
});

describe("events", () => {
  let events: EventSender;

  async function startEvents(port = backend.port): Promise<void> {
    events = eventSender({
      url: `http://127.0.0.1:${port}/events`,
      secret: "s",
      delay: 1,
      debounce: 1,
      initialDelay: 1,
      maxDelay: 5,
      logger,
    });
    const namespaces = { chat: { access: { subscribe: "anyone" } } } as const;
    await start({}, { anonymous: true, namespaces, onEvent: events.onEvent });
  }

  /** What the backend was told, in order. */
  const told = (): string[] =>
    backend.requests.flatMap(({ body }) =>
      body.events.map((event: { type: string }) => event.type),
    );

  test("arrive signed and in order", async () => {
    backend.answer = () => ({});
    await startEvents();
    const one = await client();
    await one.connect();
    await one.ask({ subscribe: { channel: "chat:a" } });
    await one.ask({ subscribe: { channel: "chat:b" } });
    await one.ask({ unsubscribe: { channel: "chat:a" } });
    await until(() => told().includes("vacated"), "the first three");
    await one.connection.close();
    await channels.close();
    await events.close();
    expect(told().toSorted()).toEqual(
      [
        "occupied",
        "occupied",
        "unsubscribe",
        "vacated",
        "unsubscribe",
        "disconnect",
        "vacated",
      ].toSorted(),
    );
    const all = backend.requests.flatMap(({ body }) => body.events as { seq: number }[]);
    expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(backend.requests.map(({ body }) => body.boot)).size).toBe(1);
    for (const { text, headers } of backend.requests) {
      const signature = headers["x-signature"];
      expect(await verifySignature(text, signature, ["new", "s"])).toBe(true);
    }
    expect(events.stats).toEqual({ queued: 0, sent: 7, dropped: 0, failures: 0 });
  });

  test("wait for a backend that is down", async () => {
    const port = await freePort();
    await startEvents(port);
    const one = await client();
    await one.connect();
    await one.ask({ subscribe: { channel: "chat:a" } });
    await until(() => events.stats.failures >= 3, "some attempts");
    await backend.stop();
    backend = await HttpBackend.start(port);
    backend.answer = () => ({});
    await until(() => events.stats.sent === 1, "the event");
    expect(told()).toEqual(["occupied"]);
    await channels.close();
    await events.close();
    expect(told().toSorted()).toEqual(["disconnect", "occupied", "unsubscribe", "vacated"]);
    expect(events.stats.dropped).toBe(0);
  });
});
