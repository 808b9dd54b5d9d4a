/**
 * Tests of subscribing and unsubscribing.
 *
 * @module
 */

import { afterEach, beforeEach, expect, test } from "vitest";
import { jsonCodec } from "../../../../../src/channels/protocol/json-codec.ts";
import { ChannelError } from "../../../../../src/channels/server/errors.ts";
import type { SubscribeGrant, TokenVerifier } from "../../../../../src/channels/server/hooks.ts";
import type { ChannelsOptions } from "../../../../../src/channels/server/options.ts";
import { memoryEngine } from "../../../../../src/engine/memory/memory-engine.ts";
import type { Streams } from "../../../../../src/engine/streams.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { byToken, World } from "../../../../support/channels.ts";
import { turns, until } from "../../../../support/turns.ts";

const HISTORY = { size: 10, ttl: 60_000 };

const OPTIONS: ChannelsOptions = {
  hooks: byToken,
  namespaces: {
    "": { access: { subscribe: "anyone", publish: "anyone" } },
    h: { access: { subscribe: "anyone" }, history: HISTORY },
    listed: { access: { subscribe: "listed" } },
    users: { access: { subscribe: "users" } },
    closed: {},
    p: { access: { subscribe: "anyone" }, presence: true, joinLeave: true },
  },
};

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => world.end());

test("who may subscribe is what the name and the namespace say", async () => {
  const server = world.server(OPTIONS);
  const ann = await world.connected(server, { token: "ann" });
  const nobody = await world.connected(server, { token: "" });
  const codes = async (channel: string): Promise<unknown[]> => [
    await ann.refusal({ subscribe: { channel } }),
    await nobody.refusal({ subscribe: { channel } }),
  ];
  expect(await codes("open")).toEqual([undefined, undefined]);
  expect(await codes("users:a")).toEqual([undefined, 103]);
  expect(await codes("closed:a")).toEqual([103, 103]);
  expect(await codes("listed:a#bob,ann")).toEqual([undefined, 103]);
  expect(await codes("listed:a#bob")).toEqual([103, 103]);
  expect(await codes("listed:a")).toEqual([103, 103]);
  expect(await codes("listed:a#")).toEqual([103, 103]);
  expect(await codes("open#bob")).toEqual([103, 103]);
  expect(await codes("$open")).toEqual([103, 103]);
  expect(await codes("__proto__")).toEqual([undefined, undefined]);
  expect(await codes("no:a")).toEqual([102, 102]);
  expect(await codes("")).toEqual([107, 107]);
  expect(await ann.refusal({ subscribe: { channel: "x", tf: "1" } })).toBe(107);
  expect(await ann.refusal({ subscribe: { channel: "open" } })).toBe(105);
});

test("a client may have so many subscriptions, however they are asked for", async () => {
  const server = world.server({ ...OPTIONS, maxSubscriptions: 5 });
  const client = await world.connected(server, { token: "ann" });
  const replies = await client.askAll(
    Array.from({ length: 40 }, (_, at) => ({ subscribe: { channel: `a${at}` } })),
  );
  expect(replies.filter(({ subscribe }) => subscribe)).toHaveLength(5);
  expect(replies.filter(({ error }) => error?.code === 106)).toHaveLength(35);
  expect((await server.channels()).size).toBe(5);
});

test("endless names of channels leave nothing behind", async () => {
  const server = world.server(OPTIONS);
  const client = await world.connected(server, { token: "ann" });
  for (let at = 0; at < 50; at++) {
    await client.askAll([
      { subscribe: { channel: `p:${at}` } },
      { unsubscribe: { channel: `p:${at}` } },
    ]);
  }
  expect(await server.channels()).toEqual(new Map());
  expect(await server.presence("p:1")).toEqual(new Map());
});

test("while a hook is asked: whoever has gone, or was subscribed by the server, isn't subscribed twice", async () => {
  const grants: Deferred<SubscribeGrant>[] = [];
  const server = world.server({
    ...OPTIONS,
    hooks: {
      ...byToken,
      subscribe() {
        const grant = new Deferred<SubscribeGrant>();
        grants.push(grant);
        return grant.promise;
      },
    },
  });
  const ann = await world.connected(server, { token: "ann" });
  const bob = await world.connected(server, { token: "bob" });
  const answer = ann.ask({ subscribe: { channel: "a" } });
  bob.post({ subscribe: { channel: "a" } });
  await until(() => grants.length === 2, "the hooks");
  await server.subscribe({ user: "ann" }, "a");
  bob.connection.terminate();
  await bob.served;
  for (const grant of grants) grant.resolve({});
  expect((await answer).error?.code).toBe(105);
  await turns(2);
  expect(await server.channels()).toEqual(new Map([["a", { clients: 1 }]]));
  await server.publish("a", "1");
  await turns(2);
  expect(ann.data("a")).toEqual([1]);
});

test("a subscription that the application ends before it was answered is refused", async () => {
  const memory = memoryEngine();
  const memoryStreams = memory.streams as Streams;
  const gate = new Deferred<void>();
  const streams: Streams = {
    append: (...asked) => memoryStreams.append(...asked),
    read: (...asked) => gate.promise.then(() => memoryStreams.read(...asked)),
    remove: (topic) => memoryStreams.remove(topic),
  };
  const engine = { ...memory, streams };
  const server = world.server({ ...OPTIONS, engine });
  const ann = await world.connected(server, { token: "ann" });
  const answer = ann.ask({ subscribe: { channel: "h:a" } });
  await until(() => server.topics.get("h:a") !== undefined, "the subscription");
  const [session] = await server.connections();
  expect(session?.channels).toEqual(["h:a"]);
  await engine.bus.publish("n:control", '{"do":"unsubscribe","user":"ann","channel":"h:a"}');
  gate.resolve();
  expect((await answer).error?.code).toBe(103);
  expect(ann.pushes).toEqual([]);
  expect(await server.channels()).toEqual(new Map());
  await server.close();
  await memory.close();
});

test("tokens: of another channel, user or client they end the connection", async () => {
  const claims = { channel: "a", user: "ann", client: undefined, info: "1" };
  const tokens: TokenVerifier = {
    connection: async (token) => ({ user: token }),
    async subscription(token) {
      if (token === "old") throw new ChannelError(109);
      return { ...claims, ...(JSON.parse(token) as object) };
    },
  };
  const server = world.server({ ...OPTIONS, tokens });
  const subscribe = (token: string): object => ({ subscribe: { channel: "a", token } });
  const ann = await world.connected(server, { token: "ann" });
  expect(await ann.refusal(subscribe("old"))).toBe(109);
  expect(await ann.refusal(subscribe("{}"))).toBeUndefined();
  for (const other of ['{"channel":"b"}', '{"user":"bob"}', '{"client":"c"}', '{"user":""}']) {
    const client = await world.connected(server, { token: "ann" });
    client.post(subscribe(other));
    expect(await client.closeCode()).toBe(3500);
  }
  const without = await world.connected(world.server(OPTIONS), { token: "ann" });
  expect(await without.refusal(subscribe("{}"))).toBe(107);
});

test("recovery: what was missed, or that it can't be told", async () => {
  const server = world.server({ ...OPTIONS, maxRecover: 3 });
  const ann = await world.connected(server, { token: "ann" });
  const { epoch = "", ...first } = await ann.subscribe("h:a");
  expect(first).toEqual({ recoverable: true, positioned: true });
  await ann.ask({ unsubscribe: { channel: "h:a" } });
  for (const data of ["1", "2", "3", "4"]) await server.publish("h:a", data);
  const recover = async (offset: number, of = epoch, flag = 0): Promise<unknown> => {
    const request = { channel: "h:a", recover: true, offset, epoch: of, flag };
    const { subscribe, error } = await ann.ask({ subscribe: request });
    await ann.ask({ unsubscribe: { channel: "h:a" } });
    if (error) return error.code;
    const { recovered, publications, offset: at } = subscribe ?? {};
    return [recovered, at, publications?.map(({ data }) => Number(data))];
  };
  expect(await recover(4)).toEqual([true, 4, []]);
  expect(await recover(1)).toEqual([true, 1, [2, 3, 4]]);
  expect(await recover(1, "")).toEqual([true, 1, [2, 3, 4]]);
  expect(await recover(0)).toEqual([undefined, 4, undefined]);
  expect(await recover(0, epoch, 2)).toBe(112);
  expect(await recover(5)).toEqual([undefined, 4, undefined]);
  expect(await recover(4, "other")).toEqual([undefined, 4, undefined]);
  await server.removeHistory("h:a");
  expect(await recover(3)).toEqual([undefined, 4, undefined]);
  expect(await recover(4)).toEqual([true, 4, []]);
});

test("subscribers that are too slow for what they get", async () => {
  const big = JSON.stringify("x".repeat(60_000));
  const server = world.server({
    ...OPTIONS,
    maxQueue: 200_000,
    namespaces: {
      ...OPTIONS.namespaces,
      drop: { access: { subscribe: "anyone" }, slow: "drop", joinLeave: true },
      conflate: { access: { subscribe: "anyone" }, slow: "conflate", joinLeave: true },
    },
  });
  const slow = async (channel: string): Promise<ReturnType<World["client"]>> => {
    const client = world.client(server, { reads: false });
    client.post({ connect: {} });
    client.post({ subscribe: { channel, join_leave: true } });
    await turns(2);
    for (let at = 0; at < 50; at++) await server.publish(channel, big);
    await server.publish(channel, '"last"');
    const other = await world.connected(server);
    await other.subscribe(channel);
    expect((await server.connections()).length).toBeGreaterThan(0);
    client.read();
    await turns(20);
    return client;
  };
  const recoverable = await slow("h:slow");
  const unsubscribed = recoverable.pushes.find(({ unsubscribe }) => unsubscribe);
  expect(unsubscribed?.unsubscribe?.code).toBe(2500);
  expect(recoverable.publications("h:slow").length).toBeLessThan(10);
  const plain = await slow("plain");
  expect(await plain.closeCode()).toBe(3008);
  const dropped = await slow("drop:a");
  expect(dropped.connection.state).toBe("open");
  expect(dropped.data("drop:a").length).toBeLessThan(10);
  const conflated = await slow("conflate:a");
  expect(conflated.connection.state).toBe("open");
  expect(conflated.data("conflate:a").at(-1)).toBe("last");
  expect((await server.info())[0]?.num_dropped).toBeGreaterThan(50);
});

test("conflated: what is new is not put before the answer to a new subscription", async () => {
  const server = world.server({
    hooks: byToken,
    namespaces: { "": { access: { subscribe: "anyone" }, slow: "conflate" } },
  });
  const client = world.client(server, { reads: false });
  client.post({ connect: {} });
  client.post({ subscribe: { channel: "a" } });
  await turns(2);
  for (let at = 0; at < 5; at++) await server.publish("a", JSON.stringify("x".repeat(60_000)));
  client.post({ unsubscribe: { channel: "a" } });
  client.post({ subscribe: { channel: "a" } });
  await turns(2);
  await server.publish("a", '"new"');
  client.read();
  await turns(20);
  expect(client.replies).toHaveLength(4);
  const last = client.log.at(-1);
  expect(last?.push?.pub?.data).toBe('"new"');
});

test("churn: nothing after the answer to unsubscribe, nothing missed after that to subscribe", async () => {
  const server = world.server(OPTIONS);
  const client = await world.connected(server, { token: "ann" });
  let isIn = false;
  let count = 0;
  const unexpected: unknown[] = [];
  const published: number[] = [];
  const expected: number[] = [];
  client.onReply = (reply) => {
    if (reply.subscribe) isIn = true;
    if (reply.unsubscribe) isIn = false;
    if (reply.push && !isIn) unexpected.push(reply);
  };
  for (let round = 0; round < 100; round++) {
    client.post({ subscribe: { channel: "a" } });
    const rounds = round % 4;
    for (let at = 0; at < rounds; at++) void server.publish("a", String(++count));
    await turns(1);
    expect(isIn).toBe(true);
    void server.publish("a", String(++count));
    expected.push(count);
    client.post({ unsubscribe: { channel: "a" } });
    void server.publish("a", String(++count));
    await turns(1);
  }
  published.push(...(client.data("a") as number[]));
  expect(unexpected).toEqual([]);
  expect(new Set(published).size).toBe(published.length);
  expect(published).toEqual(published.toSorted((a, b) => a - b));
  for (const number of expected) expect(published).toContain(number);
});

test("a subscription expires, unless it is refreshed", async () => {
  const expireAt = (): number => Date.now() / 1000 + 10;
  const answers: ("expired" | { expireAt: number; info: string } | undefined)[] = [];
  const server = world.server({
    ...OPTIONS,
    hooks: {
      ...byToken,
      subscribe: () => ({ expireAt: expireAt() }),
      subRefresh: () => answers.shift() as "expired",
    },
  });
  const ann = await world.connected(server, { token: "ann" });
  // The hook is asked when it has expired, and the client for nothing.
  expect(await ann.subscribe("p:a")).toEqual({});
  const refresh = { sub_refresh: { channel: "p:a" } };
  answers.push({ expireAt: expireAt(), info: '"new"' }, "expired", undefined);
  expect((await ann.ask(refresh)).sub_refresh).toEqual({ expires: true, ttl: 10 });
  expect(await ann.refusal(refresh)).toBe(110);
  expect(await ann.refusal(refresh)).toBe(107);
  expect(await ann.refusal({ sub_refresh: { channel: "p:b" } })).toBe(103);
  await world.clock.advanceAsync(9_000);
  expect((await server.presence("p:a")).values().next().value?.chan_info).toBe('"new"');
  await world.clock.advanceAsync(2_000);
  await turns(2);
  expect(ann.pushes.find(({ unsubscribe }) => unsubscribe)).toMatchObject({
    channel: "p:a",
    unsubscribe: { code: 2501 },
  });
});

test("data with line breaks does not break frames", async () => {
  const server = world.server(OPTIONS);
  const ann = await world.connected(server, { token: "ann" });
  await ann.subscribe("a");
  await server.publish("a", JSON.stringify({ text: "a\nb", list: [1, 2] }, null, 2));
  await turns(2);
  expect(ann.data("a")).toEqual([{ text: "a\nb", list: [1, 2] }]);
  expect(jsonCodec.name).toBe("json");
});
