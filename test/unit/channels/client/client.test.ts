import { expect, test } from "vitest";
import { channelsClient } from "../../../../src/channels/client/channels-client.ts";
import { ChannelError } from "../../../../src/channels/server/errors.ts";
import {
  ClosedError,
  FullduplexError,
  HandshakeError,
  LimitError,
  StateError,
  TimeoutError,
} from "../../../../src/errors.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { isPending, rejection, turns, unhandledRejections } from "../../../support/turns.ts";
import { Script } from "./support/script.ts";
import { Reader, World, dataOf } from "./support/world.ts";

test("a client connects, publishes, and gets what is published", async () => {
  await using world = new World();
  const client = world.client();
  const news = client.subscribe<{ text: string }>("news:today");
  await news.ready();
  expect(client.status).toMatchObject({ state: "connected" });
  await news.publish({ text: "hello" });
  const { value } = await news[Symbol.asyncIterator]().next();
  const { client: id } = client.status as { client: string };
  expect(value).toEqual({
    type: "publication",
    data: { text: "hello" },
    offset: 1,
    info: { user: "", client: id },
    tags: undefined,
  });
  expect(world.errors).toEqual([]);
});

test("what the server publishes comes with its tags", async () => {
  await using world = new World();
  const news = world.client().subscribe("news:today");
  await news.ready();
  await world.server.publish("news:today", "[1]", { tags: { __proto__x: "y" } });
  const { value } = await news[Symbol.asyncIterator]().next();
  expect(value).toMatchObject({ data: [1], info: undefined, tags: { __proto__x: "y" } });
});

test("the first frame connects and subscribes", async () => {
  await using script = new Script({ token: "t", data: { a: 1 }, name: "me", headers: { h: "v" } });
  script.client.subscribe("a", { data: 5 });
  script.client.subscribe("b", { presence: true });
  script.client.subscribe("#me", { server: true, since: { offset: 3, epoch: "e" } });
  const frame = await (await script.peer()).frame();
  expect(frame).toEqual([
    {
      id: 1,
      connect: {
        token: "t",
        data: { a: 1 },
        name: "me",
        headers: { h: "v" },
        subs: { "#me": { recover: true, offset: 3, epoch: "e" } },
      },
    },
    { id: 2, subscribe: { channel: "a", data: 5, join_leave: false } },
    { id: 3, subscribe: { channel: "b", join_leave: true } },
    { id: 4, presence: { channel: "b" } },
  ]);
});

test("commands wait for a connection, and go out in order", async () => {
  await using script = new Script();
  const published = script.client.publish("a", 1);
  const sent = script.client.send({ b: 2 });
  const answered = script.client.rpc("add", [1, 2]);
  const peer = await script.peer();
  await turns(3);
  expect(await peer.frame()).toHaveLength(1);
  peer.send({ id: 1 + 3, connect: { client: "c1" } });
  expect(await peer.answer("publish")).toEqual({ channel: "a", data: 1 });
  expect(await peer.command()).toEqual({ send: { data: { b: 2 } } });
  expect(await peer.answer("rpc", { data: 3 })).toEqual({ method: "add", data: [1, 2] });
  expect(await published).toBeUndefined();
  expect(await sent).toBeUndefined();
  expect(await answered).toBe(3);
});

test("a command that was sent before its connection ended is not sent again", async () => {
  await using script = new Script();
  const peer = await script.connected();
  await script.client.connected();
  const lost = script.client.publish("a", 1);
  await peer.command();
  peer.connection.terminate();
  expect(await rejection(lost)).toBeInstanceOf(ClosedError);
  const waits = script.client.publish("a", 2);
  const next = await script.connected();
  expect(await next.answer("publish")).toEqual({ channel: "a", data: 2 });
  await waits;
});

test("a command takes no longer than its timeout, or until its signal", async () => {
  await using script = new Script({ timeout: 3_000 });
  const slow = script.client.rpc("a");
  const slower = script.client.rpc("b", undefined, { timeout: 5_000 });
  const controller = new AbortController();
  const given = script.client.publish("c", 1, { signal: controller.signal });
  await script.clock.advanceAsync(2_999);
  expect(await isPending(slow)).toBe(true);
  controller.abort(new Error("enough"));
  expect(await rejection(given)).toMatchObject({ message: "enough" });
  expect(await rejection(script.client.send(1, { signal: controller.signal }))).toMatchObject({
    message: "enough",
  });
  await script.clock.advanceAsync(1);
  expect(await rejection(slow)).toMatchObject({ code: "ERR_TIMEOUT", timeout: 3_000 });
  await script.clock.advanceAsync(2_000);
  expect(await rejection(slower)).toBeInstanceOf(TimeoutError);
});

test("what waits for the server is bounded, but for one command", async () => {
  await using script = new Script({ maxPending: 100 });
  const large = script.client.publish("a", "x".repeat(500));
  expect(await rejection(script.client.publish("a", 1))).toBeInstanceOf(LimitError);
  expect(await rejection(script.client.send(1))).toMatchObject({ limit: 100 });
  const peer = await script.connected();
  await peer.answer("publish");
  await large;
  const small = script.client.publish("a", 1);
  await peer.answer("publish");
  await small;
});

test("what the server refuses is a ChannelError", async () => {
  await using world = new World();
  const client = world.client();
  const error = await rejection(client.publish("closed:a", 1));
  expect(error).toBeInstanceOf(ChannelError);
  expect(error).toMatchObject({ code: "ERR_CHANNEL", errorCode: 103, temporary: false });
  expect(await rejection(client.rpc("any"))).toMatchObject({ errorCode: 104 });
});

test("history, presence and rpc", async () => {
  await using world = new World({
    hooks: {
      rpc: ({ method, data }) => JSON.stringify([method, data]),
      message: ({ data }) => void messages.push(data),
    },
  });
  const messages: unknown[] = [];
  const client = world.client();
  const room = client.subscribe<number>("room:a", { presence: true });
  for (const data of [1, 2, 3]) await room.publish(data);
  const { publications, offset, epoch } = await room.history({ limit: 2, reverse: true });
  expect(dataOf(publications)).toEqual([3, 2]);
  expect(offset).toBe(3);
  expect(room.position).toEqual({ offset, epoch });
  const since = { offset: 2, epoch };
  expect(dataOf((await client.history("room:a", { since })).publications)).toEqual([3]);
  expect((await client.history("room:a", { limit: 0 })).publications).toEqual([]);
  expect(await client.presenceStats("room:a")).toEqual({ clients: 1, users: 1 });
  expect([...(await client.presence("room:a")).keys()]).toEqual([...room.presence.keys()]);
  expect(room.presence.size).toBe(1);
  expect(await client.rpc("m", { a: 1 })).toEqual(["m", '{"a":1}']);
  await client.send({ b: 2 });
  await world.until(() => messages.length > 0, "the message");
  expect(messages).toEqual(['{"b":2}']);
});

test("an answer that came too late is for nobody", async () => {
  await using script = new Script({ timeout: 1_000 });
  const peer = await script.connected();
  await script.client.connected();
  const slow = script.client.rpc("a");
  const { id } = await peer.command();
  await script.clock.advanceAsync(1_000);
  await rejection(slow);
  peer.send({ id, rpc: { data: 1 } });
  const next = script.client.rpc("b");
  await peer.answer("rpc", { data: 2 });
  expect(await next).toBe(2);
});

// ---- the end

test("close settles everything, and leaves no timer behind", async () => {
  const script = new Script();
  const { client } = script;
  const peer = await script.connected({ ping: 25, pong: true, expires: true, ttl: 60 });
  await client.connected();
  const news = client.subscribe("news:a");
  const reader = new Reader(news);
  const statuses = new Reader(client.statuses());
  const [, publish, rpc] = [await peer.command(), client.publish("a", 1), client.rpc("b")];
  await client.close();
  expect(await client.closed).toBeUndefined();
  expect(await reader.done).toBeUndefined();
  expect(await rejection(news.ready())).toMatchObject({ closeCode: 1000, initiator: "local" });
  expect(await rejection(publish)).toMatchObject({ closeCode: 1000, initiator: "local" });
  expect(await rejection(rpc)).toBeInstanceOf(ClosedError);
  expect(await rejection(client.publish("a", 1))).toBeInstanceOf(ClosedError);
  expect(await rejection(client.send(1))).toBeInstanceOf(ClosedError);
  expect(await rejection(client.connected())).toBeInstanceOf(ClosedError);
  expect(() => client.subscribe("a")).toThrow(StateError);
  expect(await statuses.done).toBeUndefined();
  expect(statuses.items.at(-1)).toEqual({ state: "closed", error: undefined });
  expect(script.clock.timers).toBe(0);
  await client.close();
  expect(script.opened).toBe(1);
});

test("a client can be closed before it connects, while it does, and while it waits", async () => {
  const clock = new FakeClock();
  let opened = 0;
  const early = channelsClient(() => Promise.reject(new Error(String(++opened))), { clock });
  await early.close();
  await turns(3);
  expect(opened).toBe(0);

  let signal: AbortSignal | undefined;
  const hanging = channelsClient(
    (context) => {
      ({ signal } = context);
      return new Promise(() => {});
    },
    { clock },
  );
  await turns(3);
  await hanging.close();
  expect(signal?.aborted).toBe(true);
  expect(await hanging.closed).toBeUndefined();

  const failing = channelsClient(() => Promise.reject(new FullduplexError("ERR_CONNECT", "no")), {
    clock,
  });
  await turns(3);
  expect(failing.status).toMatchObject({ state: "connecting", attempt: 1 });
  await failing.close();
  await turns(3);
  expect(clock.timers).toBe(0);
});

test("a connection that comes when the client is closed already is closed", async () => {
  await using world = new World();
  let give: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    give = resolve;
  });
  const client = channelsClient(
    async () => {
      await gate;
      return world.open();
    },
    { clock: world.clock },
  );
  await turns(2);
  await client.close();
  give();
  await world.until(() => world.connections[0]?.state === "closed", "the close");
});

test.each([3500, 3999, 4500, 4999])(
  "code %i ends the client, and everything with it",
  async (code) => {
    await using script = new Script();
    const { client } = script;
    const peer = await script.connected();
    const news = client.subscribe("news:a");
    const reader = new Reader(news);
    await client.connected();
    const waiting = client.publish("a", 1);
    void peer.connection.close(code, "go away");
    const error = await client.closed;
    expect(error).toMatchObject({ code: "ERR_CLOSED", closeCode: code, reason: "go away" });
    expect(client.status).toEqual({ state: "closed", error });
    expect(await reader.done).toBe(error);
    expect(await rejection(news.ready())).toBe(error);
    expect(await rejection(waiting)).toBe(error);
    expect(await rejection(client.publish("a", 1))).toBe(error);
    expect(await rejection(client.connected())).toBe(error);
    expect(await rejection(news[Symbol.asyncIterator]().next())).toBe(error);
    await script.clock.advanceAsync(120_000);
    expect(script.opened).toBe(1);
  },
);

test.each([1000, 1001, 1006, 3000, 3001, 3499, 4000, 4499])(
  "after %i the client comes back",
  async (code) => {
    await using script = new Script();
    const peer = await script.connected();
    await script.client.connected();
    if (code === 1006) peer.connection.terminate();
    else void peer.connection.close(code);
    await script.connected();
    await script.client.connected();
    expect(script.opened).toBe(2);
  },
);

test("data that changes is asked for at each connect", async () => {
  let name = "Ada";
  await using script = new Script({ data: 1, getData: () => ({ name }) });
  const peer = await script.peer();
  expect(await peer.answer("connect", { client: "c1" })).toMatchObject({ data: { name: "Ada" } });
  name = "Augusta";
  void peer.connection.close(3001);
  expect(await (await script.peer()).answer("connect")).toMatchObject({ data: { name } });
});

test("data that can't be had ends the client", async () => {
  const error = new Error("no data");
  const getData = (): never => {
    throw error;
  };
  await using script = new Script({ getData });
  expect(await script.client.closed).toBe(error);
  expect(script.opened).toBe(0);
});

test("a push can end the connection instead of a close", async () => {
  await using script = new Script();
  const peer = await script.connected();
  peer.send({ push: { disconnect: { code: 3001, reason: "shutdown" } } });
  const next = await script.connected();
  next.send({ push: { disconnect: { code: 3503, reason: "no" } } });
  expect(await script.client.closed).toMatchObject({ closeCode: 3503, reason: "no" });
});

test("a handshake that is refused for good ends the client; another failure doesn't", async () => {
  const clock = new FakeClock();
  const errors = [
    new HandshakeError("busy", { status: 503 }),
    new HandshakeError("no", { status: 403 }),
  ];
  const client = channelsClient(() => Promise.reject(errors.shift()), { clock });
  await turns(2);
  expect(client.status).toMatchObject({ state: "connecting", attempt: 1, error: { status: 503 } });
  await clock.advanceAsync(60_000);
  expect(await client.closed).toMatchObject({ status: 403 });
});

test("a connect that is refused ends the client, unless it may help to try again", async () => {
  await using script = new Script();
  await (await script.peer()).refuse("connect", 100, true);
  await (await script.peer()).refuse("connect", 101);
  expect(await script.client.closed).toMatchObject({ code: "ERR_CHANNEL", errorCode: 101 });
});

test("a server that doesn't answer the connect is given up", async () => {
  await using script = new Script({ timeout: 2_000 });
  const peer = await script.peer();
  await peer.command();
  await script.clock.advanceAsync(2_000);
  expect(script.client.status).toMatchObject({ error: { code: "ERR_TIMEOUT" } });
  await script.connected();
});

test.each(["no JSON", new Uint8Array([1])])(
  "what is not of the protocol ends the connection",
  async (frame) => {
    await using script = new Script();
    const peer = await script.connected();
    await script.client.connected();
    void peer.connection.send(frame);
    await script.connected();
    expect(script.opened).toBe(2);
  },
);

test("nothing that the network does is an unhandled rejection", async () => {
  const reasons = await unhandledRejections(async () => {
    const script = new Script({ getToken: () => Promise.reject(new ChannelError(101)) });
    const news = script.client.subscribe("a", { presence: true });
    void news.ready();
    void news.publish(1);
    void news.history();
    void script.client.connected();
    void script.client.rpc("a");
    void script.client.send("a");
    void news[Symbol.asyncIterator]().next();
    await script.client.closed;
    void news.ready();
    void script.client.publish("a", 1);
    await turns(3);
  });
  expect(reasons).toEqual([]);
});

test("what JSON can't hold is refused at once", async () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  await using script = new Script();
  expect(() => script.client.subscribe("a", { data: circle })).toThrow(TypeError);
  expect(() => channelsClient(() => new Promise(() => {}), { data: circle })).toThrow(TypeError);
  expect(await rejection(script.client.publish("a", circle))).toBeInstanceOf(TypeError);
  const data: typeof circle = {};
  script.client.subscribe("a", { data });
  data.self = data;
  expect(await (await script.connected()).command()).toMatchObject({ subscribe: { data: {} } });
});

// ---- coming back

test("delays grow until a connection has lived a while", async () => {
  await using script = new Script({ initialDelay: 100, maxDelay: 1_000_000, stableAfter: 10_000 });
  const attempts: number[] = [];
  const lose = async (life: number): Promise<void> => {
    const peer = await script.connected();
    await script.client.connected();
    await script.clock.advanceAsync(life);
    peer.connection.terminate();
    await turns(5);
    attempts.push((script.client.status as { attempt: number }).attempt);
  };
  for (const life of [0, 9_000, 0, 10_000, 0]) await lose(life);
  expect(attempts).toEqual([1, 2, 3, 1, 2]);
});

test("the status can be watched, and a slow watcher sees the latest", async () => {
  await using script = new Script();
  const watcher = script.client.statuses()[Symbol.asyncIterator]();
  expect((await watcher.next()).value).toEqual({
    state: "connecting",
    attempt: 0,
    error: undefined,
  });
  const peer = await script.connected({ data: { hello: 1 } });
  expect((await watcher.next()).value).toEqual({
    state: "connected",
    client: "c1",
    data: { hello: 1 },
  });
  peer.connection.terminate();
  await script.connected({ client: "c2" });
  await script.client.connected();
  expect((await watcher.next()).value).toMatchObject({ state: "connected", client: "c2" });
});

test("pings are answered, and a server that is silent for too long is left", async () => {
  await using script = new Script({ pingGrace: 5_000 });
  const peer = await script.connected({ ping: 20, pong: true });
  await script.client.connected();
  await script.clock.advanceAsync(20_000);
  peer.send({});
  expect(await peer.command()).toEqual({});
  await script.clock.advanceAsync(24_900);
  expect(script.client.status.state).toBe("connected");
  await script.clock.advanceAsync(100);
  expect(script.client.status).toMatchObject({
    state: "connecting",
    error: { code: "ERR_TIMEOUT" },
  });
  await script.connected();
});

test("any frame is a sign of life, and pings without pong are not answered", async () => {
  await using script = new Script({ pingGrace: 1_000 });
  const peer = await script.connected({ ping: 10 });
  await script.client.connected();
  for (let round = 0; round < 5; round++) {
    await script.clock.advanceAsync(9_000);
    peer.send({ push: { channel: "x", pub: { data: 1 } } });
    await turns(2);
  }
  peer.send({});
  const published = script.client.publish("a", 1);
  await peer.answer("publish");
  await published;
  expect(script.opened).toBe(1);
});

test("the real server keeps a client, and the client the server, for an hour", async () => {
  await using world = new World();
  const client = world.client();
  await client.connected();
  await world.clock.advanceAsync(3_600_000);
  expect(world.connections).toHaveLength(1);
  expect(client.status.state).toBe("connected");
});

// ---- tokens

test("a token that has expired is replaced, and the client comes back with the new one", async () => {
  const tokens = ["new"];
  await using script = new Script({ token: "old", getToken: () => tokens.shift() ?? "none" });
  const peer = await script.peer();
  expect(await peer.command()).toMatchObject({ connect: { token: "old" } });
  peer.send({ id: 1, error: { code: 109, message: "token expired" } });
  const next = await script.peer();
  expect(await next.answer("connect", { client: "c" })).toMatchObject({ token: "new" });
  await script.client.connected();
  next.connection.terminate();
  expect(await (await script.peer()).command()).toMatchObject({ connect: { token: "new" } });
});

test("without getToken an expired token ends the client", async () => {
  await using script = new Script({ token: "old" });
  await (await script.peer()).refuse("connect", 109);
  expect(await script.client.closed).toMatchObject({ errorCode: 109 });
});

test("a token is renewed before it expires", async () => {
  let count = 0;
  await using script = new Script({
    getToken: async ({ signal }) => {
      expect(signal.aborted).toBe(false);
      if (count++ === 1) throw new Error("not now");
      return `t${count}`;
    },
  });
  const peer = await script.connected({ expires: true, ttl: 60 });
  await script.client.connected();
  await script.clock.advanceAsync(49_999);
  expect(count).toBe(1);
  await script.clock.advanceAsync(600);
  expect(await peer.answer("refresh", { expires: true, ttl: 4 })).toEqual({ token: "t3" });
  await turns(3);
  await script.clock.advanceAsync(2_000);
  expect(await peer.answer("refresh", { expires: false })).toEqual({ token: "t4" });
  await script.clock.advanceAsync(100_000);
  expect(count).toBe(4);
  peer.send({ push: { refresh: { expires: true, ttl: 10 } } });
  await turns(3);
  await script.clock.advanceAsync(5_000);
  expect(await peer.answer("refresh")).toEqual({ token: "t5" });
});

test("a getToken that fails is asked again, unless it throws a ChannelError", async () => {
  const errors: Error[] = [new TypeError("fetch failed"), new ChannelError(101, "logged out")];
  await using script = new Script({ getToken: () => Promise.reject(errors.shift()) });
  await turns(3);
  expect(script.client.status).toMatchObject({
    state: "connecting",
    error: { code: "ERR_CONNECT", cause: { message: "fetch failed" } },
  });
  await script.clock.advanceAsync(1_000);
  expect(await script.client.closed).toMatchObject({ message: "logged out" });
  expect(script.opened).toBe(0);
});
