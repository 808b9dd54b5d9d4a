/** The client of channels over real sockets, that break while things are published. */

import { connect } from "fullduplex";
import type { Connection } from "fullduplex";
import { channelsClient } from "fullduplex/channels";
import type { ChannelsClient, ChannelsClientOptions, Subscription } from "fullduplex/channels";
import { createChannels } from "fullduplex/channels/server";
import type { Channels } from "fullduplex/channels/server";
import { memoryEngine } from "fullduplex/engine";
import type { Engine } from "fullduplex/engine";
import { serve } from "fullduplex/server";
import type { Server } from "fullduplex/server";
import { afterEach, expect, test } from "vitest";
import { until } from "../support/turns.ts";

const SILENT = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const ACCESS = { subscribe: "anyone", publish: "anyone", presence: "anyone" } as const;
const SEED = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

const cleanups: (() => unknown)[] = [];
let nextRandom = SEED;

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** From 0 to below 1, the same for the same seed. */
function random(): number {
  nextRandom = (Math.imul(nextRandom, 1_103_515_245) + 12_345) >>> 0;
  return nextRandom / 2 ** 32;
}

interface Running {
  readonly channels: Channels;
  readonly server: Server;
  /** The server's ends of the connections. */
  readonly open: Set<Connection>;
  stop(): Promise<void>;
}

async function start(engine: Engine, port = 0): Promise<Running> {
  const open = new Set<Connection>();
  const channels = createChannels({
    engine,
    anonymous: true,
    maxRecover: 10_000,
    logger: SILENT,
    namespaces: {
      news: { access: ACCESS, history: { size: 10_000, ttl: 60_000 } },
      short: { access: ACCESS, history: { size: 5, ttl: 60_000 } },
      room: { access: ACCESS, presence: true, joinLeave: true },
    },
  });
  const server = await serve(
    async (connection) => {
      open.add(connection);
      await channels.handler(connection);
      open.delete(connection);
    },
    { port, logger: SILENT },
  );
  const stop = async (): Promise<void> => {
    for (const connection of open) connection.terminate();
    await channels.close();
    await server.close({ timeout: 0 });
  };
  cleanups.push(stop);
  return { channels, server, open, stop };
}

function newEngine(): Engine {
  const engine = memoryEngine();
  cleanups.push(() => engine.close());
  return engine;
}

function newClient(port: () => number, options: ChannelsClientOptions = {}): ChannelsClient {
  const client = channelsClient(({ signal }) => connect(`ws://127.0.0.1:${port()}`, { signal }), {
    initialDelay: 5,
    maxDelay: 50,
    ...options,
  });
  cleanups.push(() => client.close());
  return client;
}

/** Notes what comes: offsets, and gaps as 0. */
function follow(subscription: Subscription<number>): number[] {
  const seen: number[] = [];
  void (async () => {
    for await (const item of subscription) {
      if (item.type === "gap") seen.push(0);
      else {
        expect(item.data).toBe(item.offset);
        seen.push(item.data);
      }
    }
  })();
  return seen;
}

test("connections that are cut at any moment lose and repeat nothing", async () => {
  const { channels, server, open } = await start(newEngine());
  const subscriptions = [500, 100_000, 100_000, 100_000, 100_000].map((maxQueue) => {
    const client = newClient(() => server.port, { stableAfter: 0 });
    return client.subscribe<number>("news:a", { maxQueue });
  });
  const seen = subscriptions.map(follow);
  await Promise.all(subscriptions.map((subscription) => subscription.ready()));
  let cuts = 0;
  const total = 2_000;
  for (let data = 1; data <= total; data++) {
    await channels.publish("news:a", String(data));
    if (random() < 0.02) {
      const all = [...open];
      all[Math.floor(random() * all.length)]?.terminate();
      cuts++;
    }
    if (random() < 0.1) await new Promise((resolve) => setTimeout(resolve, random() * 4));
  }
  expect(cuts).toBeGreaterThan(10);
  for (const items of seen) {
    await until(() => items.at(-1) === total, `the last one (seed ${SEED})`);
    expect(items.length, `seed ${SEED}`).toBe(total);
    check(items);
  }
});

/** After each publication comes the next one, or a gap is shown and what follows it is later. */
function check(items: readonly number[]): void {
  let last = 0;
  let isGap = true;
  for (const item of items) {
    if (item === 0) isGap = true;
    else {
      if (isGap) expect(item, `seed ${SEED}`).toBeGreaterThan(last);
      else expect(item, `seed ${SEED}`).toBe(last + 1);
      last = item;
      isGap = false;
    }
  }
}

test("where little is kept a long absence is a gap, and nothing else is missing", async () => {
  const { channels, server, open } = await start(newEngine());
  const client = newClient(() => server.port);
  const subscription = client.subscribe<number>("short:a");
  const seen = follow(subscription);
  await subscription.ready();
  let data = 0;
  for (let round = 0; round < 20; round++) {
    for (const connection of open) connection.terminate();
    const missed = Math.floor(random() * 10);
    for (let count = 0; count < missed; count++) await channels.publish("short:a", String(++data));
    await until(() => client.status.state === "connecting", "the cut");
    await until(() => subscription.state === "subscribed", "the subscription");
    await channels.publish("short:a", String(++data));
    await until(() => seen.at(-1) === data, `the last one (seed ${SEED})`);
  }
  check(seen);
  expect(seen).toContain(0);
});

test("a server that is started again with the same history loses nothing", async () => {
  const engine = newEngine();
  let running = await start(engine);
  const { port } = running.server;
  const client = newClient(() => port);
  const subscription = client.subscribe<number>("news:a");
  const seen = follow(subscription);
  await subscription.ready();
  let data = 0;
  for (let round = 0; round < 3; round++) {
    for (let count = 0; count < 50; count++) {
      await running.channels.publish("news:a", String(++data));
    }
    await running.stop();
    running = await start(engine, port);
    for (let count = 0; count < 50; count++) {
      await running.channels.publish("news:a", String(++data));
    }
  }
  await until(() => seen.at(-1) === data, "the last one");
  expect(seen).toEqual(Array.from({ length: data }, (_, index) => index + 1));
});

test("a server that is started again without its history shows a gap", async () => {
  let running = await start(newEngine());
  const { port } = running.server;
  const client = newClient(() => port);
  const subscription = client.subscribe<number>("news:a");
  const seen = follow(subscription);
  await subscription.ready();
  await running.channels.publish("news:a", "1");
  await until(() => seen.length === 1, "the first");
  await running.stop();
  running = await start(newEngine(), port);
  await until(() => seen.length === 2, "the gap");
  await running.channels.publish("news:a", "1");
  await until(() => seen.length === 3, "what follows");
  expect(seen).toEqual([1, 0, 1]);
});

test("what clients publish while connections are cut arrives at most once, and once when it was answered", async () => {
  const { server, open } = await start(newEngine());
  const subscriber = newClient(() => server.port).subscribe<number>("news:a");
  const seen: number[] = [];
  void (async () => {
    for await (const item of subscriber) if (item.type === "publication") seen.push(item.data);
  })();
  await subscriber.ready();
  const publisher = newClient(() => server.port);
  await publisher.connected();
  const answered: number[] = [];
  for (let data = 1; data <= 300; data++) {
    const published = publisher.publish("news:a", data);
    if (random() < 0.05) for (const connection of open) connection.terminate();
    await published.then(
      () => answered.push(data),
      () => {},
    );
  }
  await publisher.publish("news:a", 999);
  await until(() => seen.at(-1) === 999, "the last one");
  expect(new Set(seen).size).toBe(seen.length);
  expect(answered.filter((data) => !seen.includes(data))).toEqual([]);
  expect(answered.length).toBeGreaterThan(200);
});

test("after any coming and going the members are who is there", async () => {
  const { channels, server, open } = await start(newEngine());
  const watchers = Array.from({ length: 3 }, () => newClient(() => server.port));
  const rooms = watchers.map((client) => client.subscribe("room:a", { presence: true }));
  await Promise.all(rooms.map((room) => room.ready()));
  const guests = Array.from({ length: 8 }, () => newClient(() => server.port));
  const inside = new Map<ChannelsClient, Subscription>();
  for (let step = 0; step < 200; step++) {
    const guest = guests[Math.floor(random() * guests.length)] as ChannelsClient;
    const room = inside.get(guest);
    if (room) {
      const left = room.unsubscribe();
      inside.delete(guest);
      if (random() < 0.5) await left;
    } else inside.set(guest, guest.subscribe("room:a"));
    if (random() < 0.1) [...open][Math.floor(random() * open.size)]?.terminate();
    if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, random() * 10));
  }
  const size = inside.size + rooms.length;
  const everybody = [...rooms, ...inside.values()];
  await until(() => everybody.every(({ state }) => state === "subscribed"), "all to be back");
  for (const { presence } of rooms) {
    await until(() => presence.size === size, `the members (seed ${SEED})`);
    // (Who was cut off a moment ago comes back as somebody else: who is there still changes.)
    await until(async () => {
      const truth = await channels.presence("room:a");
      return String([...presence.keys()].sort()) === String([...truth.keys()].sort());
    }, `who is there (seed ${SEED})`);
  }
});
