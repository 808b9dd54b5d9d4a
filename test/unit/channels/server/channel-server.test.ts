/**
 * Tests of the server of channels: what applications and backends ask of it, on one node and on two.
 *
 * @module
 */

import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChannelServer } from "../../../../src/channels/server/channel-server.ts";
import type { ChannelsEvent } from "../../../../src/channels/server/hooks.ts";
import type { ChannelsOptions } from "../../../../src/channels/server/options.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { memoryEngine } from "../../../../src/engine/memory/memory-engine.ts";
import { byToken, World } from "../../../support/channels.ts";
import { flakyEngine, NO_FLAWS } from "../../../support/flaky-engine.ts";
import { Random } from "../../../support/random.ts";
import { rejection, turns, until } from "../../../support/turns.ts";

const OPTIONS: ChannelsOptions = {
  hooks: byToken,
  personal: "u",
  namespaces: {
    "": { access: { subscribe: "anyone", publish: "subscribers", history: "anyone" } },
    u: { access: { subscribe: "listed" } },
    h: {
      access: { subscribe: "users", publish: "users", history: "users", presence: "anyone" },
      history: { size: 10, ttl: 60_000 },
      presence: true,
      joinLeave: true,
      echo: false,
    },
  },
};

let world: World;
let engine: Engine;
let first: ChannelServer;
let second: ChannelServer;
let events: ChannelsEvent[];

beforeEach(() => {
  world = new World();
  events = [];
  engine = memoryEngine({ clock: world.clock });
  first = world.server({ ...OPTIONS, engine, onEvent: (event) => events.push(event) });
  second = world.server({ ...OPTIONS, engine });
});

afterEach(() => world.end(engine));

test("what is published on one node reaches the subscribers of all", async () => {
  const clients = [
    await world.connected(first, { token: "ann" }),
    await world.connected(second, { token: "bob" }),
  ];
  for (const client of clients) await client.subscribe("a");
  await first.publish("a", "1", { tags: { __proto__x: "y" } });
  await second.publish("a", "2", { idempotencyKey: "k" });
  await first.publish("a", "2", { idempotencyKey: "k" });
  await first.publish("a", "3", { exclude: "nobody" });
  await turns(2);
  for (const client of clients) expect(client.data("a")).toEqual([1, 2, 3]);
});

test("a publisher that gets no echo is told that its place has moved on", async () => {
  const [ann, bob] = [
    await world.connected(first, { token: "ann" }),
    await world.connected(first, { token: "bob" }),
  ];
  for (const client of [ann, bob]) await client.subscribe("h:a");
  await ann.ask({ publish: { channel: "h:a", data: "1" } });
  await turns(2);
  expect(ann.pushes.at(-1)).toEqual({ channel: "h:a", advance: { offset: 1 } });
  expect(bob.publications("h:a")).toMatchObject([{ offset: 1, info: { user: "ann" } }]);
});

test("subscribe, unsubscribe, refresh and disconnect reach clients on every node", async () => {
  const ann = await world.connected(second, { token: "ann" });
  const bob = await world.connected(second, { token: "bob" });
  await first.publish("h:a", "1");
  const { epoch } = await first.history("h:a");
  await first.subscribe({ user: "ann" }, "h:a", { data: '"hi"', since: { offset: 0, epoch } });
  await until(() => ann.data("h:a").length === 1, "what was missed");
  expect(ann.pushes[0]).toMatchObject({ channel: "h:a", subscribe: { data: '"hi"', epoch } });
  await first.subscribe({ user: "ann" }, "h:a");
  await first.unsubscribe({ user: "ann" }, "h:a");
  await first.unsubscribe({ user: "ann" }, "h:a");
  await turns(2);
  expect(ann.pushes.filter(({ unsubscribe }) => unsubscribe)).toHaveLength(1);
  await first.refresh({ user: "ann" }, { expireAt: Date.now() / 1000 + 50 });
  await turns(2);
  expect(ann.pushes.at(-1)).toMatchObject({ refresh: { expires: true, ttl: 50 } });
  await first.refresh({ user: "ann" }, { expired: true });
  expect(await ann.closeCode()).toBe(3005);
  const [facts] = await second.connections({ user: "bob" });
  await first.disconnect({ user: "bob" }, { whitelist: [facts?.client ?? ""] });
  await turns(2);
  expect(bob.connection.state).toBe("open");
  await first.disconnect({ user: "bob" }, { code: 4001, reason: "bye" });
  expect(await bob.closeCode()).toBe(4001);
});

test("what makes no sense rejects, and never throws at once", async () => {
  for (const refused of [
    first.disconnect({ user: "a" }, { code: 1 }),
    first.subscribe({ user: "a" }, "no:a"),
    first.publish("no:a", "1"),
    first.presence("no:a"),
    first.presenceStats("a"),
    first.history("a"),
    first.history("h:a", { since: { offset: 1, epoch: "other" } }),
    first.history("h:a", { limit: -2 }),
    first.removeHistory("a"),
  ]) {
    expect(await rejection(refused)).toMatchObject({ code: "ERR_CHANNEL" });
  }
});

test("nonsense on the bus is logged, and does no harm", async () => {
  const ann = await world.connected(first, { token: "ann" });
  await ann.subscribe("a");
  for (const text of ["", "null", "5", "{}", '{"do":"disconnect","user":"ann","code":5}']) {
    await engine.bus.publish("n:control", text);
  }
  for (const text of ["", "null", "[", '{"t":"j"}']) await engine.bus.publish("c:a", text);
  await first.publish("a", "1");
  await turns(2);
  expect(ann.data("a")).toEqual([1]);
  expect(world.errors.all.length).toBeGreaterThan(4);
});

test("the personal channel of a user is nobody else's, whatever its name", async () => {
  for (const user of ["a,b", "#x", "$", "a:b", "__proto__", "100%"]) {
    const client = world.client(first);
    const { connect } = await client.connect({ token: user });
    const channel = [...(connect?.subs?.keys() ?? [])][0] ?? "";
    const eve = await world.connected(first, { token: "a" });
    expect(await eve.refusal({ subscribe: { channel } })).toBe(103);
    await second.publish(channel, "1");
    await turns(2);
    expect(client.data(channel)).toEqual([1]);
  }
  const server = world.server({ hooks: byToken, personal: "", namespaces: { "": {} } });
  const client = world.client(server);
  expect([...((await client.connect({ token: "a:b" })).connect?.subs?.keys() ?? [])]).toEqual([
    "#a:b",
  ]);
});

test("a channel for some users, or a private one, is read by nobody else", async () => {
  const eve = await world.connected(first, { token: "eve" });
  const ann = await world.connected(first, { token: "ann" });
  for (const channel of ["h:a#ann", "$h:a"]) {
    expect(await eve.refusal({ history: { channel } })).toBe(103);
    expect(await eve.refusal({ presence: { channel } })).toBe(103);
    expect(await eve.refusal({ publish: { channel, data: "1" } })).toBe(103);
  }
  expect(await ann.refusal({ history: { channel: "h:a#ann" } })).toBeUndefined();
  expect((await ann.ask({ presence_stats: { channel: "h:a" } })).presence_stats).toEqual({});
});

test("events: occupied and vacated, unsubscribe and disconnect", async () => {
  const ann = await world.connected(first, { token: "ann" });
  await ann.subscribe("a");
  await ann.ask({ unsubscribe: { channel: "a" } });
  ann.connection.terminate();
  await ann.served;
  expect(events.map((event) => [event.type, "channel" in event && event.channel])).toEqual([
    ["occupied", "u:#ann"],
    ["occupied", "a"],
    ["vacated", "a"],
    ["unsubscribe", "a"],
    ["vacated", "u:#ann"],
    ["unsubscribe", "u:#ann"],
    ["disconnect", false],
  ]);
});

test("there are limits of clients, of all and of one user", async () => {
  const server = world.server({ hooks: byToken, maxClients: 3, maxClientsPerUser: 2 });
  for (const token of ["ann", "ann"]) await world.connected(server, { token });
  const third = world.client(server);
  third.post({ connect: { token: "ann" } });
  expect(await third.closeCode()).toBe(3504);
  await world.connected(server, { token: "bob" });
  const fifth = world.client(server);
  fifth.post({ connect: { token: "eve" } });
  expect(await fifth.closeCode()).toBe(3504);
  expect((await server.info())[0]).toMatchObject({ num_clients: 3, num_users: 2 });
});

test("closing: clients are told to come back, and nobody is in the presence any more", async () => {
  const ann = await world.connected(first, { token: "ann" });
  await ann.subscribe("h:a");
  expect((await second.presence("h:a")).size).toBe(1);
  await first.close();
  expect(await ann.closeCode()).toBe(3001);
  expect((await second.presence("h:a")).size).toBe(0);
  const late = world.client(first);
  expect(await late.closeCode()).toBe(3001);
});

test("listening for other nodes is tried again when it failed", async () => {
  const flaws = { ...NO_FLAWS, fail: 1 };
  const server = world.server({ ...OPTIONS, engine: flakyEngine(engine, new Random(1), flaws) });
  expect(await rejection(server.unsubscribe({ user: "ann" }, "a"))).toBeInstanceOf(Error);
  flaws.fail = 0;
  await world.clock.advanceAsync(1_000);
  await turns(2);
  await server.unsubscribe({ user: "ann" }, "a");
  const ann = await world.connected(server, { token: "ann" });
  await first.disconnect({ user: "ann" });
  expect(await ann.closeCode()).toBe(3503);
});

test("rpc, messages and refreshing with tokens", async () => {
  const messages: unknown[] = [];
  const server = world.server({
    hooks: {
      rpc: ({ method, data, user }) => JSON.stringify([method, data, user]),
      message: ({ data }) => void messages.push(data),
    },
    tokens: {
      connection: async (user) => ({ user, expireAt: Date.now() / 1000 + 10 }),
      subscription: () => Promise.reject(new Error("none")),
    },
  });
  const ann = await world.connected(server, { token: "ann" });
  expect((await ann.ask({ rpc: { method: "m", data: "1" } })).rpc?.data).toBe('["m","1","ann"]');
  ann.raw('{"send":{"data":{"a":1}}}');
  await turns(2);
  expect(messages).toEqual(['{"a":1}']);
  expect((await ann.ask({ refresh: { token: "ann" } })).refresh).toMatchObject({ ttl: 10 });
  expect(await ann.refusal({ refresh: {} })).toBe(107);
  ann.post({ refresh: { token: "bob" } });
  expect(await ann.closeCode()).toBe(3500);
  const other = await world.connected(first, { token: "ann" });
  expect(await other.refusal({ rpc: {} })).toBe(104);
  expect(await other.refusal({ publish: { channel: "a", data: "1" } })).toBe(103);
  expect(await other.refusal({ history: { channel: "a" } })).toBe(108);
  expect(await other.refusal({ presence: { channel: "a" } })).toBe(108);
});
