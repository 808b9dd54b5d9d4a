import { ChannelError, DisconnectError } from "fullduplex/channels/server";
import type { ChannelsEvent, ConnectEvent } from "fullduplex/channels/server";
import { describe, expect, test } from "vitest";
import { json, next, protobuf, queue, start } from "./centrifuge.ts";
import type { Build } from "./centrifuge.ts";

const BUILDS = [
  ["JSON", json, protobuf],
  ["Protobuf", protobuf, json],
] as const satisfies [string, Build, Build][];

const OPEN = {
  access: { subscribe: "anyone", publish: "anyone", history: "anyone", presence: "anyone" },
} as const;
const KEPT = { ...OPEN, history: { size: 100, ttl: 60_000 } } as const;

/** Connects as the user that its name says, with what others see of it. */
const hooks = {
  connect: ({ name }: ConnectEvent) => ({ user: name, info: `{"name":"${name}"}` }),
};

describe.each(BUILDS)("a client of centrifuge, with %s,", (_, build, otherBuild) => {
  const { encode, decode } = build;

  test("connects", async () => {
    let seen: ConnectEvent | undefined;
    await using server = await start({
      hooks: {
        connect(event) {
          seen = event;
          return { user: "ann", data: '{"welcome":1}' };
        },
      },
    });
    const { client } = server.peer(build, {
      name: "test",
      version: "1.2",
      headers: { "X-Kind": "a" },
      data: encode({ hi: true }),
    });
    const { client: id, data, transport } = await next(client, "connected");
    expect(decode(data)).toEqual({ welcome: 1 });
    expect(transport).toBe("websocket");
    expect(seen).toMatchObject({
      name: "test",
      version: "1.2",
      client: id,
      encoding: build.name,
      data: '{"hi":true}',
      headers: new Map([["x-kind", "a"]]),
    });
    expect(await server.channels.connections()).toMatchObject([
      { client: id, user: "ann", encoding: build.name, transport: "websocket", channels: [] },
    ]);
  });

  test("publishes to itself and to clients of the other encoding", async () => {
    await using server = await start({ hooks, namespaces: { "": KEPT } });
    const { client } = server.peer(build, { name: "ann" });
    const own = client.newSubscription("news");
    const other = server.peer(otherBuild, { name: "bob" }).client.newSubscription("news");
    for (const one of [own, other]) one.subscribe();
    await Promise.all([own.ready(), other.ready()]);
    const received = [next(own, "publication"), next(other, "publication")] as const;
    await own.publish(encode({ text: "ä \u{1f44b}", big: 1.5 }));
    const [mine, theirs] = await Promise.all(received);
    for (const context of [mine, theirs]) {
      expect(context).toMatchObject({ channel: "news", offset: 1, info: { user: "ann" } });
    }
    expect(decode(mine.data)).toEqual({ text: "ä \u{1f44b}", big: 1.5 });
    expect(otherBuild.decode(theirs.data)).toEqual({ text: "ä \u{1f44b}", big: 1.5 });
    expect(decode(mine.info?.connInfo)).toEqual({ name: "ann" });
  });

  test("hears what the server publishes", async () => {
    await using server = await start({ namespaces: { "": KEPT } });
    const subscription = server.peer(build).client.newSubscription("news");
    subscription.subscribe();
    await subscription.ready();
    const received = next(subscription, "publication");
    await server.channels.publish("news", '{\n  "a": 1\n}', { tags: { kind: "x" } });
    const { data, offset, tags, info } = await received;
    expect(decode(data)).toEqual({ a: 1 });
    expect({ offset, tags: { ...tags }, info }).toEqual({
      offset: 1,
      tags: { kind: "x" },
      info: undefined,
    });
  });

  test("sees who is there, who comes and who leaves", async () => {
    await using server = await start({
      hooks,
      namespaces: { "": { ...OPEN, presence: true, joinLeave: true } },
    });
    const { client } = server.peer(build, { name: "ann" });
    const subscription = client.newSubscription("room", { joinLeave: true });
    const joins = queue(subscription, "join");
    subscription.subscribe();
    await subscription.ready();
    expect((await joins()).info.user).toBe("ann");
    const leave = next(subscription, "leave");
    const other = server.peer(otherBuild, { name: "bob" }).client;
    const theirs = other.newSubscription("room");
    theirs.subscribe();
    const { info } = await joins();
    expect(info.user).toBe("bob");
    expect(decode(info.connInfo)).toEqual({ name: "bob" });

    const { clients } = await subscription.presence();
    expect(
      Object.values(clients)
        .map(({ user }) => user)
        .toSorted(),
    ).toEqual(["ann", "bob"]);
    expect(decode(clients[info.client]?.connInfo)).toEqual({ name: "bob" });
    expect(await client.presenceStats("room")).toEqual({ numClients: 2, numUsers: 2 });

    other.disconnect();
    expect((await leave).info.client).toBe(info.client);
    expect(await subscription.presenceStats()).toEqual({ numClients: 1, numUsers: 1 });
  });

  test("reads the history", async () => {
    await using server = await start({ namespaces: { "": KEPT } });
    const { client } = server.peer(build);
    await client.ready();
    for (let count = 1; count <= 5; count++) await server.channels.publish("news", `${count}`);
    const read = async (options: object): Promise<unknown> => {
      const { publications, offset } = await client.history("news", options);
      expect(offset).toBe(5);
      for (const publication of publications) {
        expect(decode(publication.data)).toBe(publication.offset);
      }
      return publications.map((publication) => publication.offset);
    };
    const { epoch } = await client.history("news", { limit: 0 });
    expect(epoch).toMatch(/./);
    expect(await read({ limit: 0 })).toEqual([]);
    expect(await read({ limit: -1 })).toEqual([1, 2, 3, 4, 5]);
    expect(await read({ limit: 2 })).toEqual([1, 2]);
    expect(await read({ limit: 2, reverse: true })).toEqual([5, 4]);
    expect(await read({ limit: -1, since: { offset: 3, epoch } })).toEqual([4, 5]);
    expect(await read({ limit: 1, since: { offset: 1, epoch } })).toEqual([2]);
    expect(await read({ limit: -1, since: { offset: 3, epoch }, reverse: true })).toEqual([2, 1]);
  });

  test("asks, and sends messages", async () => {
    const messages: unknown[] = [];
    await using server = await start({
      hooks: {
        rpc({ method, data }) {
          if (method === "own") throw new ChannelError(400, "no", { temporary: true });
          if (method === "fail") throw new Error("a bug");
          return method === "none" ? undefined : `[${String(data)},${messages.length}]`;
        },
        message: ({ data }) => void messages.push(data),
      },
      logger: { error: () => {}, warn: () => {} },
    });
    const { client } = server.peer(build);
    await client.ready();
    await client.send(encode("hello"));
    expect(decode((await client.rpc("count", encode({ a: [1] }))).data)).toEqual([{ a: [1] }, 1]);
    expect(messages).toEqual(['"hello"']);
    const { data } = await client.rpc("none", encode(1));
    expect(data === undefined || (data as Uint8Array).length === 0).toBe(true);
    await expect(client.rpc("own", encode(1))).rejects.toMatchObject({ code: 400, message: "no" });
    await expect(client.rpc("fail", encode(1))).rejects.toMatchObject({ code: 100 });
  });

  test("is told what is not allowed, and what there is not", async () => {
    await using server = await start({ namespaces: { "": { access: { subscribe: "anyone" } } } });
    const { client } = server.peer(build);
    await client.ready();
    const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
      promise.then(
        () => undefined,
        (error: { code: number }) => error.code,
      );
    expect(await codeOf(client.publish("a", encode(1)))).toBe(103);
    expect(await codeOf(client.publish("no:a", encode(1)))).toBe(102);
    expect(await codeOf(client.history("a", { limit: 1 }))).toBe(108);
    expect(await codeOf(client.presence("a"))).toBe(108);
    expect(await codeOf(client.rpc("a", encode(1)))).toBe(104);
    for (const [channel, code] of [
      ["no:a", 102],
      ["$a", 103],
      ["a#ann", 103],
      ["x".repeat(256), 107],
    ] as const) {
      const subscription = client.newSubscription(channel);
      const unsubscribed = next(subscription, "unsubscribed");
      subscription.subscribe();
      expect((await unsubscribed).code).toBe(code);
    }
    expect(client.state).toBe("connected");
  });

  test("unsubscribes, and subscribes again", async () => {
    const events = new Map<string, () => void>();
    const told = (type: string): Promise<void> => new Promise((done) => events.set(type, done));
    await using server = await start({
      namespaces: { "": OPEN },
      onEvent: ({ type }) => events.get(type)?.(),
    });
    const subscription = server.peer(build).client.newSubscription("a");
    subscription.subscribe();
    await subscription.ready();
    const vacated = told("vacated");
    subscription.unsubscribe();
    await vacated;
    expect((await server.channels.channels()).size).toBe(0);
    subscription.subscribe();
    await subscription.ready();
    const received = next(subscription, "publication");
    await subscription.publish(encode(2));
    expect(decode((await received).data)).toBe(2);
  });

  test("is subscribed by the server when it connects", async () => {
    await using server = await start({
      namespaces: { "": KEPT },
      hooks: {
        connect: () => ({ user: "ann", subscriptions: new Map([["inbox", { data: '{"a":1}' }]]) }),
      },
    });
    const { client, cut } = server.peer(build);
    const subscriptions = queue(client, "subscribed");
    const publications = queue(client, "publication");
    const first = await subscriptions();
    expect(first).toMatchObject({ channel: "inbox", recoverable: true, wasRecovering: false });
    expect(decode(first.data)).toEqual({ a: 1 });
    await server.channels.publish("inbox", "1");
    expect(await publications()).toMatchObject({ channel: "inbox", offset: 1 });
    const gone = next(client, "connecting");
    cut();
    await gone;
    await server.channels.publish("inbox", "2");
    expect(await subscriptions()).toMatchObject({ wasRecovering: true, recovered: true });
    const { offset, data } = await publications();
    expect([offset, decode(data)]).toEqual([2, 2]);
  });

  test("is subscribed and unsubscribed by the server", async () => {
    await using server = await start({ hooks, namespaces: { "": KEPT } });
    const { channels } = server;
    const { epoch } = (await channels.publish("inbox", "1")) ?? {};
    const { client } = server.peer(build, { name: "ann" });
    await client.ready();
    const subscribed = next(client, "subscribed");
    const publications = queue(client, "publication");
    const since = { offset: 0, epoch: epoch as string };
    await channels.subscribe({ user: "ann" }, "inbox", { data: '{"b":1}', since });
    const { channel, data } = await subscribed;
    expect([channel, decode(data)]).toEqual(["inbox", { b: 1 }]);
    await channels.publish("inbox", "2");
    expect([(await publications()).offset, (await publications()).offset]).toEqual([1, 2]);
    const unsubscribed = next(client, "unsubscribed");
    await channels.unsubscribe({ user: "ann" }, "inbox");
    expect(await unsubscribed).toEqual({ channel: "inbox" });

    const own = client.newSubscription("other");
    own.subscribe();
    await own.ready();
    const ended = next(own, "unsubscribed");
    await channels.unsubscribe({ user: "ann" }, "other");
    expect((await ended).code).toBe(2000);
  });

  test.each([
    ["ends for good", 3503, false],
    ["ends for good by an application's code", 4500, false],
    ["comes back", 3011, true],
    ["comes back from an application's code", 4000, true],
  ])("%s when it is disconnected (%j)", async (__, code, comesBack) => {
    await using server = await start({ hooks });
    const { client } = server.peer(build, { name: "ann" });
    await client.ready();
    const gone = comesBack ? next(client, "connecting") : next(client, "disconnected");
    await server.channels.disconnect({ user: "ann" }, { code, reason: "enough for today" });
    const { code: given, reason } = await gone;
    expect(given).toBe(code);
    expect(reason).toBe("enough for today");
    if (comesBack) await client.ready();
    else expect(client.state).toBe("disconnected");
  });

  test("comes back when the server has been closed, and not when it is refused", async () => {
    await using refusing = await start({
      hooks: {
        connect() {
          throw new DisconnectError(3507, "not you");
        },
      },
    });
    const refused = await next(refusing.peer(build).client, "disconnected");
    expect(refused).toEqual({ code: 3507, reason: "not you" });

    const closing = await start();
    const { client } = closing.peer(build);
    await client.ready();
    const connecting = next(client, "connecting");
    await closing.channels.close();
    expect((await connecting).code).toBe(3001);
    await closing[Symbol.asyncDispose]();
  });

  test("doesn't get what it publishes itself, where that is so", async () => {
    await using server = await start({ hooks, namespaces: { "": { ...KEPT, echo: false } } });
    const ours = server.peer(build, { name: "ann" });
    const own = ours.client.newSubscription("a");
    const other = server.peer(otherBuild, { name: "bob" }).client.newSubscription("a");
    for (const one of [own, other]) one.subscribe();
    await Promise.all([own.ready(), other.ready()]);
    const [mine, theirs] = [queue(own, "publication"), queue(other, "publication")];
    await own.publish(encode("own"));
    await other.publish(otherBuild.encode("theirs"));
    const [first, second] = [await theirs(), await mine()];
    expect([first.offset, otherBuild.decode(first.data)]).toEqual([1, "own"]);
    expect([second.offset, decode(second.data)]).toEqual([2, "theirs"]);

    const [{ client } = { client: "" }] = await server.channels.connections({ user: "ann" });
    await server.channels.publish("a", "3", { exclude: client });
    await server.channels.publish("a", "4");
    expect([(await theirs()).offset, (await mine()).offset, (await theirs()).offset]).toEqual([
      3, 4, 4,
    ]);
  });

  test("connects and subscribes to many channels at once", async () => {
    await using server = await start({ namespaces: { "": KEPT } });
    const { client } = server.peer(build);
    const subscriptions = Array.from({ length: 100 }, (__, index) => {
      const subscription = client.newSubscription(`c${index}`);
      subscription.subscribe();
      return subscription;
    });
    await Promise.all(subscriptions.map((subscription) => subscription.ready()));
    expect((await server.channels.channels("c*")).size).toBe(100);
  });

  test("answers pings", async () => {
    const seen: ChannelsEvent[] = [];
    await using server = await start({
      pingInterval: 30,
      pongTimeout: 30,
      onEvent: (event) => void seen.push(event),
    });
    const { client, sent } = server.peer(build);
    await client.ready();
    const pongs = (): number => sent.filter((frame) => sizeOf(frame) <= 2).length;
    await expect.poll(pongs, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(client.state).toBe("connected");
    expect(seen).toEqual([]);
  });
});

/** `{}`, or a length of zero. */
function sizeOf(frame: unknown): number {
  return typeof frame === "string" ? frame.length : (frame as Uint8Array).byteLength;
}

test("bytes that are no JSON reach clients with JSON as text in base64", async () => {
  await using server = await start({ namespaces: { "": OPEN } });
  const sender = server.peer(protobuf).client.newSubscription("raw");
  const receiver = server.peer(json).client.newSubscription("raw");
  for (const one of [sender, receiver]) one.subscribe();
  await Promise.all([sender.ready(), receiver.ready()]);
  const [asBytes, asText] = [next(sender, "publication"), next(receiver, "publication")];
  await sender.publish(new Uint8Array([0, 255, 123]));
  expect([...((await asBytes).data as Uint8Array)]).toEqual([0, 255, 123]);
  expect((await asText).data).toBe("AP97");
});
