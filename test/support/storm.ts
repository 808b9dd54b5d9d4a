/**
 * A storm over one channel: publications, cuts, unsubscriptions and subscriptions at random, without waiting for any of
 * them; then calm, in which everybody has to get everything.
 *
 * @module
 */

import { expect } from "vitest";
import type { ChannelServer } from "../../src/channels/server/channel-server.ts";
import type { World } from "./channels.ts";
import { Follower } from "./follower.ts";
import { Random } from "./random.ts";
import { turns } from "./turns.ts";

const CHANNEL = "a";

export interface StormOptions {
  readonly world: World;
  readonly servers: readonly ChannelServer[];
  readonly seed: number;
  readonly followers?: number;
  readonly steps?: number;
  /** Before the calm. */
  readonly calm?: () => void;
}

/** Returns the followers, who all have their place at the end of the history. */
export async function storm(options: StormOptions): Promise<Follower[]> {
  const { world, servers, seed, steps = 400 } = options;
  const random = new Random(seed);
  const followers = Array.from({ length: options.followers ?? 6 }, () => {
    return new Follower(() => world.client(random.pick(servers)), CHANNEL);
  });
  let count = 0;
  for (let step = 0; step < steps; step++) {
    const follower = random.pick(followers);
    const choice = random.next();
    if (choice < 0.45) publish(random.pick(servers), ++count);
    else if (choice < 0.75) follower.proceed();
    else if (choice < 0.82) follower.cut();
    else if (choice < 0.9) follower.unsubscribe();
    else if (choice < 0.95) await Promise.resolve();
    else await turns(1);
  }
  options.calm?.();
  await settle(world, followers);
  publish(random.pick(servers), ++count);
  // Whatever was missed in silence is noticed by the check of the position.
  await pass(world, 90_000);
  await settle(world, followers);
  const top = await (servers[0] as ChannelServer).history(CHANNEL, { limit: 0 });
  for (const { violations, position } of followers) {
    expect(violations).toEqual([]);
    expect(position).toEqual({ offset: top.offset, epoch: top.epoch });
  }
  return followers;
}

/** What data is published at which offset is for the engine to decide; each is published once. */
function publish(server: ChannelServer, number: number): void {
  server.publish(CHANNEL, String(number)).catch(() => {});
}

async function settle(world: World, followers: readonly Follower[]): Promise<void> {
  for (let round = 0; round < 200; round++) {
    for (const follower of followers) follower.proceed();
    await turns(4);
    if (followers.every(({ isSubscribed }) => isSubscribed)) return;
    // (What hangs is closed by a timeout at last.)
    if (round > 50) await pass(world, 1_000);
  }
  throw new Error("not everybody could subscribe");
}

/** Lets time pass in steps short enough for everybody to answer pings. */
async function pass(world: World, duration: number): Promise<void> {
  for (let time = 0; time < duration; time += 1_000) {
    await world.clock.advanceAsync(1_000);
    await turns(2);
  }
}
