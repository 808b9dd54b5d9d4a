import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createChannels } from "../../../../src/channels/server/create-channels.ts";
import { ChannelError, DisconnectError } from "../../../../src/channels/server/errors.ts";
import type { Channels } from "../../../../src/channels/server/channels.ts";
import type { ChannelsEvent, Hooks, Identity } from "../../../../src/channels/server/hooks.ts";
import type { ChannelsOptions } from "../../../../src/channels/server/options.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { pair } from "../../../../src/testing/pair.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { ChannelsJsonClient } from "../../../support/channels-json-client.ts";
import { RecordingLogger } from "../../../support/recording-logger.ts";
import { turns, unhandledRejections, until } from "../../../support/turns.ts";

const clock = new FakeClock();
let logger: RecordingLogger;
let events: ChannelsEvent[];
let channels: Channels;

beforeEach(() => {
  logger = new RecordingLogger();
  events = [];
});

afterEach(async () => {
  await channels.close();
  vi.useRealTimers();
});

function start(hooks: Hooks, options: ChannelsOptions = {}): void {
  channels = createChannels({
    hooks,
    clock,
    logger,
    // Nobody answers them.
    pingInterval: 1_000_000,
    namespaces: { chat: { presence: true, access: { subscribe: "anyone", publish: "anyone" } } },
    onEvent: (event) => void events.push(event),
    ...options,
  });
}

function client(): ChannelsJsonClient {
  const [ours, theirs] = pair({ clock, keepalive: { interval: Infinity } });
  void channels.handler(theirs);
  return new ChannelsJsonClient(ours);
}

const ada: Hooks["connect"] = () => ({ user: "ada" });
/** What is no answer of a hook. */
const nonsense = (value: unknown) => (): never => value as never;
const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

/** Time as the wall shows it, moved along with the clock. */
async function pass(seconds: number): Promise<void> {
  vi.setSystemTime(Date.now() + seconds * 1000);
  await clock.advanceAsync(seconds * 1000);
  await turns(3);
}

describe("connect", () => {
  test("commands in the same frame wait for a slow hook", async () => {
    const decided = new Deferred<Identity>();
    start({ connect: () => decided.promise });
    const one = client();
    void one.connection.send(
      '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"chat:a"}}\n{"id":3,"rpc":{}}',
    );
    await turns(3);
    decided.resolve({ user: "ada" });
    expect(await one.next()).toMatchObject({ id: 1, connect: { pong: true } });
    expect(await one.replyTo(2)).toEqual({ id: 2, subscribe: {} });
    expect(await one.replyTo(3)).toMatchObject({ id: 3, error: { code: 104 } });
  });

  test("what comes in the same frame after a failed one is discarded", async () => {
    start({ connect: () => Promise.reject(new ChannelError(109)) });
    const one = client();
    void one.connection.send(
      '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"chat:a"}}\n{"id":3,"rpc":{}}',
    );
    expect(await one.next()).toMatchObject({ id: 1, error: { code: 109 } });
    await turns(3);
    expect(one.connection.state).toBe("open");
    expect(await one.connect()).toMatchObject({ error: { code: 109 } });
  });

  test("a client that goes while a hook runs leaves nothing behind", async () => {
    const decided = new Deferred<Identity>();
    start({ connect: () => decided.promise });
    const one = client();
    one.send({ connect: {} });
    await turns(2);
    one.connection.terminate();
    await turns(3);
    decided.resolve({ user: "ada", subscriptions: new Map([["chat:a", {}]]) });
    await turns(5);
    expect(await channels.channels()).toEqual(new Map());
    expect(await channels.connections()).toEqual([]);
    // The hook, which has let it in, is told that it has gone.
    expect(events).toMatchObject([{ type: "disconnect", user: "ada" }]);
  });

  test("a failed one can be made again, as somebody else", async () => {
    const identities = [
      {
        user: "ada",
        subscriptions: new Map([
          ["chat:a", {}],
          ["nowhere:b", {}],
        ]),
      },
      { user: "bob" },
    ];
    start({ connect: () => identities.shift() });
    const one = client();
    expect(await one.connect()).toMatchObject({ error: { code: 102 } });
    expect(await channels.channels()).toEqual(new Map());
    expect(await one.connect()).toMatchObject({ connect: {} });
    expect(await channels.connections()).toMatchObject([{ user: "bob", channels: [] }]);
    await one.connection.close();
    await turns(3);
    expect(await channels.info()).toMatchObject([{ num_clients: 0, num_users: 0 }]);
  });

  test.each([
    ["nothing of a user", {}],
    ["a number as user", { user: 5 }],
    ["text", "ada"],
    ["info that is no JSON", { user: "ada", info: "text" }],
    ["data that is an object", { user: "ada", data: { a: 1 } }],
    ["meta that is no JSON", { user: "ada", meta: "{" }],
    ["a time that is none", { user: "ada", expireAt: "soon" }],
    ["subscriptions in an object", { user: "ada", subscriptions: { "chat:a": {} } }],
    ["a subscription that is none", { user: "ada", subscriptions: new Map([["chat:a", 1]]) }],
  ])("a hook that returns %s is an internal error", async (_, answer) => {
    start({ connect: nonsense(answer) });
    expect(await client().connect()).toMatchObject({ error: { code: 100, temporary: true } });
    expect(logger.of("error")).toEqual(["error: a command failed"]);
    expect(String(logger.details[0])).toMatch(/TypeError: the connect hook returned/);
  });

  test.each([undefined, null, "text", 5, { code: 1 }])(
    "a hook that throws %j is an internal error",
    async (thrown) => {
      start({
        connect: () => {
          throw thrown;
        },
      });
      expect(await client().connect()).toMatchObject({ error: { code: 100 } });
    },
  );

  test("a disconnection with a code that can't be sent is an internal error", async () => {
    start({
      connect: () => {
        throw new DisconnectError(5000, "no");
      },
    });
    const rejections = await unhandledRejections(async () => {
      expect(await client().connect()).toMatchObject({ error: { code: 100 } });
    });
    expect(rejections).toEqual([]);
  });

  test("emulated headers are known to all hooks", async () => {
    const seen: unknown[] = [];
    start({ connect: ada, rpc: ({ headers }) => void seen.push([...headers]) });
    const one = client();
    await one.connect({ headers: { "X-Key": "a" } });
    await one.ask({ rpc: { method: "m" } });
    expect(seen).toEqual([[["x-key", "a"]]]);
  });
});

describe("subscribe", () => {
  test("a client that goes while a hook runs leaves nothing behind", async () => {
    const decided = new Deferred<object>();
    start({ connect: ada, subscribe: () => decided.promise });
    const one = client();
    await one.connect();
    one.send({ subscribe: { channel: "chat:a" } });
    await turns(2);
    one.connection.terminate();
    await turns(3);
    decided.resolve({});
    await turns(5);
    expect(await channels.channels()).toEqual(new Map());
    expect(await channels.presence("chat:a")).toEqual(new Map());
    expect(events.map(({ type }) => type)).toEqual(["disconnect"]);
  });

  test.each([
    ["no JSON", "no JSON"],
    ["JSON that is nested too deeply", "[".repeat(1000) + "]".repeat(1000)],
  ])("a hook that returns %s is an internal error", async (_, info) => {
    start({ connect: ada, subscribe: nonsense({ info }) });
    const one = client();
    await one.connect();
    const reply = await one.ask({ subscribe: { channel: "chat:a" } });
    expect(reply).toMatchObject({ error: { code: 100 } });
  });
});

describe("publish", () => {
  test("a hook replaces the data", async () => {
    start({ connect: ada, publish: () => ({ data: '{"b":\n2}' }) });
    const one = client();
    await one.connect();
    await one.ask({ subscribe: { channel: "chat:a" } });
    expect(await one.ask({ publish: { channel: "chat:a", data: 1 } })).toMatchObject({
      publish: {},
    });
    expect((await one.push("pub")).pub.data).toEqual({ b: 2 });
  });

  test.each([
    ["text", "text"],
    ["an object", { a: 1 }],
    ["nothing", ""],
  ])("a hook that replaces it by %s is an internal error", async (_, data) => {
    start({ connect: ada, publish: nonsense({ data }) });
    const one = client();
    await one.connect();
    const reply = await one.ask({ publish: { channel: "chat:a", data: 1 } });
    expect(reply).toMatchObject({ error: { code: 100 } });
  });
});

describe("rpc", () => {
  test("those of one client run at the same time, up to a limit", async () => {
    const asked: Deferred<string>[] = [];
    const rpc = (): Promise<string> => {
      const answer = new Deferred<string>();
      asked.push(answer);
      return answer.promise;
    };
    start({ connect: ada, rpc });
    const one = client();
    await one.connect();
    const ids = Array.from({ length: 20 }, () => one.send({ rpc: { method: "m" } }));
    await turns(5);
    expect(asked.length).toBe(16);
    asked[1]?.resolve("1");
    expect(await one.next()).toEqual({ id: ids[1], rpc: { data: 1 } });
    await until(() => asked.length === 17, "one more");
    for (let index = 0; index < 20; index++) {
      await until(() => asked.length > index, "the next one");
      asked[index]?.resolve(String(index));
    }
    expect(await one.replyTo(ids[19] as number)).toMatchObject({ rpc: { data: 19 } });
  });

  test("messages stay in order", async () => {
    const seen: unknown[] = [];
    const first = new Deferred<void>();
    start({
      connect: ada,
      message: async ({ data }) => {
        if (data === "1") await first.promise;
        seen.push(data);
      },
    });
    const one = client();
    await one.connect();
    void one.connection.send('{"send":{"data":1}}\n{"send":{"data":2}}');
    await turns(3);
    expect(seen).toEqual([]);
    first.resolve();
    await until(() => seen.length === 2, "both");
    expect(seen).toEqual(["1", "2"]);
  });

  test("a client whose pong is not read, because its rpcs are slow, stays", async () => {
    const answer = new Deferred<string>();
    start({ connect: ada, rpc: () => answer.promise }, { pingInterval: 25_000 });
    const one = client();
    await one.connect();
    const ids = Array.from({ length: 16 }, () => one.send({ rpc: { method: "m" } }));
    const reply = one.replyTo(ids[15] as number);
    await clock.advanceAsync(85_000);
    expect(one.connection.state).toBe("open");
    answer.resolve("1");
    expect(await reply).toMatchObject({ rpc: { data: 1 } });
    await turns(3);
    expect(one.connection.state).toBe("open");
  });

  test.each([
    ["text", "text"],
    ["an object", { a: 1 }],
    ["a number", 1],
  ])("a hook that returns %s is an internal error", async (_, answer) => {
    start({ connect: ada, rpc: nonsense(answer) });
    const one = client();
    await one.connect();
    expect(await one.ask({ rpc: { method: "m" } })).toMatchObject({ error: { code: 100 } });
  });

  test("JSON with line breaks stays one line", async () => {
    start({ connect: ada, rpc: () => '{\n"a":\r\n1}' });
    const one = client();
    await one.connect();
    expect(await one.ask({ rpc: { method: "m" } })).toMatchObject({ rpc: { data: { a: 1 } } });
  });
});

describe("refresh", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });

  const soon: Hooks["connect"] = () => ({ user: "ada", expireAt: nowInSeconds() + 10 });

  test("a connection that the server refreshes says nothing of its end to the client", async () => {
    let asked = 0;
    start({
      connect: soon,
      refresh: () => {
        asked++;
        return asked === 1 ? { expireAt: nowInSeconds() + 10 } : "expired";
      },
    });
    const one = client();
    const { connect } = await one.connect();
    expect(connect).not.toHaveProperty("expires");
    expect(connect).not.toHaveProperty("ttl");
    await pass(9);
    expect(asked).toBe(0);
    await pass(2);
    expect(asked).toBe(1);
    expect(one.connection.state).toBe("open");
    await pass(11);
    expect(await one.connection.closed).toMatchObject({ code: 3005 });
  });

  test("a connection that nobody refreshes for the client says when it ends", async () => {
    start({ connect: soon });
    expect(await client().connect()).toMatchObject({ connect: { expires: true, ttl: 10 } });
  });

  test("a time that has passed ends it, and is not asked about again and again", async () => {
    let asked = 0;
    start({
      connect: soon,
      refresh: () => {
        asked++;
        return { expireAt: nowInSeconds() - 1 };
      },
    });
    const one = client();
    await one.connect();
    await pass(11);
    expect(await one.connection.closed).toMatchObject({ code: 3005 });
    expect(asked).toBe(1);
  });

  test.each([
    ["undefined", undefined],
    ["a word", "later"],
    ["a time that is none", { expireAt: "x" }],
  ])("a hook that returns %s ends it", async (_, answer) => {
    start({ connect: soon, refresh: nonsense(answer) });
    const one = client();
    await one.connect();
    await pass(11);
    expect(await one.connection.closed).toMatchObject({ code: 3005 });
  });

  test("a hook that throws a disconnection says how it ends", async () => {
    start({
      connect: soon,
      refresh: () => {
        throw new DisconnectError(4501, "locked");
      },
    });
    const one = client();
    await one.connect();
    await pass(11);
    expect(await one.connection.closed).toMatchObject({ code: 4501, reason: "locked" });
    expect(logger.lines).toEqual([]);
  });

  test("what is refreshed meanwhile counts more than what the hook says", async () => {
    const answer = new Deferred<"expired">();
    start({ connect: soon, refresh: () => answer.promise });
    const one = client();
    await one.connect();
    await pass(11);
    await channels.refresh({ user: "ada" }, { expireAt: nowInSeconds() + 100 });
    await turns(3);
    answer.resolve("expired");
    await turns(3);
    expect(one.connection.state).toBe("open");
  });

  test("no timer is left when a client has gone while it was refreshed", async () => {
    const before = clock.timers;
    const answer = new Deferred<{ expireAt: number }>();
    start({ connect: soon, refresh: () => answer.promise });
    const one = client();
    await one.connect();
    await pass(11);
    one.connection.terminate();
    await turns(3);
    answer.resolve({ expireAt: nowInSeconds() + 10 });
    await channels.close();
    await turns(3);
    expect(clock.timers).toBe(before);
  });
});

describe("subRefresh", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });

  const subscribe: Hooks["subscribe"] = () => ({ expireAt: nowInSeconds() + 10 });

  test("a subscription that has expired is asked about before it ends", async () => {
    let asked = 0;
    start({
      connect: ada,
      subscribe,
      subRefresh: ({ channel, user }) => {
        asked++;
        expect([channel, user]).toEqual(["chat:a", "ada"]);
        return asked === 1 ? { expireAt: nowInSeconds() + 10, info: '"new"' } : "expired";
      },
    });
    const one = client();
    await one.connect();
    const reply = await one.ask({ subscribe: { channel: "chat:a" } });
    expect(reply.subscribe).not.toHaveProperty("expires");
    await pass(11);
    expect(asked).toBe(1);
    await one.ask({ publish: { channel: "chat:a", data: 1 } });
    expect((await one.push("pub")).pub.info).toMatchObject({ chan_info: "new" });
    await pass(11);
    expect(await one.push("unsubscribe")).toMatchObject({ unsubscribe: { code: 2501 } });
    expect(await channels.channels()).toEqual(new Map());
  });

  test("without the hook the client is told when it ends", async () => {
    start({ connect: ada, subscribe });
    const one = client();
    await one.connect();
    const reply = await one.ask({ subscribe: { channel: "chat:a" } });
    expect(reply).toMatchObject({ subscribe: { expires: true, ttl: 10 } });
    await pass(34);
    expect(await channels.channels()).not.toEqual(new Map());
    await pass(2);
    expect(await one.push("unsubscribe")).toMatchObject({ unsubscribe: { code: 2501 } });
  });

  test.each([
    ["a word", "later"],
    ["undefined", undefined],
    ["the past", { expireAt: 1 }],
  ])("a hook that returns %s ends it", async (_, answer) => {
    start({ connect: ada, subscribe, subRefresh: nonsense(answer) });
    const one = client();
    await one.connect();
    await one.ask({ subscribe: { channel: "chat:a" } });
    await pass(11);
    expect(await one.push("unsubscribe")).toMatchObject({ unsubscribe: { code: 2501 } });
  });

  test("a hook that fails ends it; one that throws a disconnection ends the connection", async () => {
    const thrown = [new Error("down"), new DisconnectError(4501, "locked")];
    start({
      connect: ada,
      subscribe,
      subRefresh: () => {
        throw thrown.shift() as Error;
      },
    });
    const one = client();
    await one.connect();
    await one.ask({ subscribe: { channel: "chat:a" } });
    await pass(11);
    expect(await one.push("unsubscribe")).toMatchObject({ unsubscribe: { code: 2501 } });
    expect(logger.of("error")).toEqual(["error: the subRefresh hook failed"]);
    await one.ask({ subscribe: { channel: "chat:a" } });
    await pass(11);
    expect(await one.connection.closed).toMatchObject({ code: 4501 });
  });

  test("a server-side subscription is refreshed too", async () => {
    let asked = 0;
    start({
      connect: () => ({
        user: "ada",
        subscriptions: new Map([["chat:a", { expireAt: nowInSeconds() + 10 }]]),
      }),
      subRefresh: () => {
        asked++;
        return {};
      },
    });
    const one = client();
    await one.connect();
    await pass(11);
    expect(asked).toBe(1);
    await pass(100);
    expect(asked).toBe(1);
    expect([...(await channels.channels()).keys()]).toEqual(["chat:a"]);
  });

  test("one that ended while the hook ran stays ended, without a timer", async () => {
    const before = clock.timers;
    const answer = new Deferred<{ expireAt: number }>();
    start({ connect: ada, subscribe, subRefresh: () => answer.promise });
    const one = client();
    await one.connect();
    await one.ask({ subscribe: { channel: "chat:a" } });
    await pass(11);
    await one.ask({ unsubscribe: { channel: "chat:a" } });
    answer.resolve({ expireAt: nowInSeconds() + 10 });
    await turns(3);
    expect(await channels.channels()).toEqual(new Map());
    one.connection.terminate();
    await turns(3);
    await channels.close();
    expect(clock.timers).toBe(before);
  });
});
