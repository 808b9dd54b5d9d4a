import { setImmediate } from "node:timers/promises";
import type { Channels } from "fullduplex/channels/server";
import { describe, expect, test } from "vitest";
import { json, next, protobuf, start } from "./centrifuge.ts";
import type { Peer } from "./centrifuge.ts";

const BUILDS = [
  ["JSON", json],
  ["Protobuf", protobuf],
] as const;

const COUNT = 300;
const SEEDS = [1, 2, 3, 4];

/** The same for the same seed: numbers from 0 up to 1. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Publishes the numbers from 1 on, while the client's network fails now and then, and sometimes for longer. */
async function publishAll(
  channels: Channels,
  { client, cut }: Peer,
  random: () => number,
): Promise<void> {
  for (let number = 1; number <= COUNT; number++) {
    await channels.publish("news", `${number}`);
    if (random() < 0.3) await setImmediate();
    if (random() > 0.05) continue;
    cut();
    if (random() < 0.7) await client.ready();
  }
}

describe.each(BUILDS)("with %s, a client whose network fails", (_, build) => {
  test.each(SEEDS)("gets every publication exactly once (seed %i)", async (seed) => {
    await using server = await start({
      namespaces: { "": { access: { subscribe: "anyone" }, history: { size: 500, ttl: 60_000 } } },
    });
    const peer = server.peer(build);
    const subscription = peer.client.newSubscription("news");
    const received: unknown[] = [];
    const failures: unknown[] = [];
    let arrived = (): void => {};
    const all = new Promise<void>((resolve) => (arrived = resolve));
    subscription.on("publication", ({ offset, data }) => {
      expect(build.decode(data)).toBe(offset);
      received.push(offset);
      if (offset === COUNT) arrived();
    });
    subscription.on("subscribed", (context) => {
      if (context.wasRecovering && !context.recovered) failures.push(context);
    });
    subscription.subscribe();
    await subscription.ready();
    await publishAll(server.channels, peer, makeRandom(seed));
    await all;
    expect(received).toEqual(Array.from({ length: COUNT }, (__, index) => index + 1));
    expect(failures).toEqual([]);
  });

  test.each(SEEDS)("is told when it missed something, and only then (seed %i)", async (seed) => {
    const SIZE = 5;
    await using server = await start({
      namespaces: {
        "": { access: { subscribe: "anyone" }, history: { size: SIZE, ttl: 60_000 } },
      },
    });
    const peer = server.peer(build);
    const subscription = peer.client.newSubscription("news");
    let position = 0;
    const wrong: unknown[] = [];
    let arrived = (): void => {};
    const all = new Promise<void>((resolve) => (arrived = resolve));
    const moveTo = (offset: number): void => {
      position = offset;
      if (offset === COUNT) arrived();
    };
    subscription.on("publication", ({ offset = 0 }) => {
      if (offset !== position + 1) wrong.push({ offset, position });
      moveTo(offset);
    });
    subscription.on("subscribed", ({ wasRecovering, recovered, streamPosition }) => {
      const { offset = 0 } = streamPosition ?? {};
      if (!wasRecovering || recovered) return;
      if (offset - position <= SIZE) wrong.push({ missed: offset - position });
      moveTo(offset);
    });
    subscription.subscribe();
    await subscription.ready();
    await publishAll(server.channels, peer, makeRandom(seed));
    await all;
    expect(wrong).toEqual([]);
  });

  test("recovers what it is subscribed to by the server", async () => {
    await using server = await start({
      namespaces: { "": { history: { size: 500, ttl: 60_000 } } },
      hooks: { connect: () => ({ user: "ann", subscriptions: new Map([["news", {}]]) }) },
    });
    const peer = server.peer(build);
    const received: unknown[] = [];
    let arrived = (): void => {};
    const all = new Promise<void>((resolve) => (arrived = resolve));
    peer.client.on("publication", ({ offset }) => {
      received.push(offset);
      if (offset === COUNT) arrived();
    });
    await peer.client.ready();
    await publishAll(server.channels, peer, makeRandom(9));
    await all;
    expect(received).toEqual(Array.from({ length: COUNT }, (__, index) => index + 1));
  });

  test("is told that a history is another one", async () => {
    await using server = await start({
      namespaces: { "": { access: { subscribe: "anyone" }, history: { size: 9, ttl: 60_000 } } },
    });
    const { client } = server.peer(build);
    await client.ready();
    for (const [since, recovered] of [
      [{ offset: 0, epoch: "gone" }, false],
      [{ offset: 7, epoch: "" }, false],
    ] as const) {
      const subscription = client.newSubscription("news", { since });
      const subscribed = next(subscription, "subscribed");
      subscription.subscribe();
      expect(await subscribed).toMatchObject({ wasRecovering: true, recovered });
      client.removeSubscription(subscription);
    }
  });
});
