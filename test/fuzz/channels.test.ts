/**
 * Storms over channels: many clients and publications at once, over engines that lose, delay, reorder and fail.
 * `FUZZ_SEED` and `FUZZ_RUNS` change the fixed seed and the effort.
 *
 * @module
 */

import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChannelsOptions } from "../../src/channels/server/options.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { memoryEngine } from "../../src/engine/memory/memory-engine.ts";
import { World } from "../support/channels.ts";
import { flakyEngine, NO_FLAWS } from "../support/flaky-engine.ts";
import type { Flaws } from "../support/flaky-engine.ts";
import { Random } from "../support/random.ts";
import { storm } from "../support/storm.ts";
import { unhandledRejections } from "../support/turns.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const runs = Number(process.env["FUZZ_RUNS"] ?? 12);

function options(size: number, maxRecover: number): ChannelsOptions {
  return {
    anonymous: true,
    maxRecover,
    namespaces: {
      "": {
        access: { subscribe: "anyone" },
        history: { size, ttl: 3_600_000 },
        presence: true,
        joinLeave: true,
      },
    },
  };
}

let world: World;
let shared: Engine;

beforeEach(() => {
  world = new World();
  shared = memoryEngine({ clock: world.clock });
});

afterEach(() => world.end(shared));

for (let run = 0; run < runs; run++) {
  test(`everything is recovered (${run})`, async () => {
    const server = world.server(options(10_000, 10_000));
    const followers = await storm({ world, servers: [server], seed: seed + run });
    for (const { resets, unsubscribed } of followers) {
      expect(resets).toEqual([]);
      expect(unsubscribed).toBe(0);
    }
  });

  test(`what can't be recovered is told (${run})`, async () => {
    const server = world.server(options(8, 5));
    const followers = await storm({ world, servers: [server], seed: seed + run, steps: 800 });
    for (const missed of followers.flatMap(({ resets }) => resets))
      expect(missed).toBeGreaterThan(5);
  });

  test(`two nodes (${run})`, async () => {
    const servers = [1, 2].map(() => world.server({ ...options(10_000, 10_000), engine: shared }));
    const followers = await storm({ world, servers, seed: seed + run });
    for (const { resets } of followers) expect(resets).toEqual([]);
  });

  test(`an engine that is slow, loses, delays and reorders (${run})`, async () => {
    const flaws: Flaws = { lose: 0.1, delay: 0.2, fail: 0, slow: 0.5 };
    const engine = flakyEngine(shared, new Random(seed + run), flaws);
    const servers = [1, 2].map(() => world.server({ ...options(10_000, 10_000), engine }));
    const followers = await storm({ world, servers, seed: seed + run, steps: 800 });
    for (const { resets } of followers) expect(resets).toEqual([]);
    expect(world.errors.all).toEqual([]);
  });

  test(`an engine that loses, with a short history (${run})`, async () => {
    const flaws: Flaws = { lose: 0.2, delay: 0.2, fail: 0, slow: 0.5 };
    const engine = flakyEngine(shared, new Random(seed + run), flaws);
    const servers = [world.server({ ...options(4, 3), engine })];
    await storm({ world, servers, seed: seed + run, steps: 800 });
  });

  test(`an engine whose calls fail (${run})`, async () => {
    const rejections = await unhandledRejections(async () => {
      const flaws: Flaws = { lose: 0.05, delay: 0.1, fail: 0.2, slow: 0.3 };
      const engine = flakyEngine(shared, new Random(seed + run), flaws);
      const servers = [1, 2].map(() => world.server({ ...options(10_000, 10_000), engine }));
      const calm = (): void => void Object.assign(flaws, NO_FLAWS);
      await storm({ world, servers, seed: seed + run, steps: 800, calm });
    });
    expect(rejections).toEqual([]);
  });
}
