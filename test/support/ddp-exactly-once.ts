/**
 * A client that calls methods and subscribes while its connection is cut, and what must have come of it.
 *
 * @module
 */

import { expect } from "vitest";
import { createDdp } from "../../src/ddp/server/index.ts";
import type { Ddp, DdpOptions, Subscription } from "../../src/ddp/server/index.ts";
import { ResumingClient } from "./ddp-resuming-client.ts";
import type { Cut } from "./ddp-resuming-client.ts";
import { turns, until } from "./turns.ts";

/** A server that counts what methods do, and publishes it. */
function counting(options: DdpOptions): { ddp: Ddp; counts: Map<string, number> } {
  const ddp = createDdp(options);
  const counts = new Map<string, number>();
  const feeds = new Set<Subscription>();
  ddp.publish("counts", (feed) => {
    for (const [name, n] of counts) feed.added("counts", name, { n });
    feeds.add(feed);
    feed.onStop(() => void feeds.delete(feed));
    feed.ready();
  });
  ddp.publish("slow", async (feed) => {
    await turns(2);
    feed.added("slow", "one", {});
    feed.ready();
  });
  const count = (name: string): number => {
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    for (const feed of feeds) {
      if (n === 1) feed.added("counts", name, { n });
      else feed.changed("counts", name, { n });
    }
    return n;
  };
  ddp.methods({
    count: (_invocation, name) => count(String(name)),
    late: async (_invocation, name) => {
      await turns(3);
      return count(String(name));
    },
    unblocked: async (invocation, name) => {
      invocation.unblock();
      await turns(2);
      return count(String(name));
    },
    fail: (_invocation, name) => {
      count(String(name));
      throw new Error("after the deed");
    },
  });
  return { ddp, counts };
}

const NAMES = ["a", "b", "c", "d", "e"];
/** Neither a duplicate nor an error for a result that is gone. */
const QUIET = { error: () => {}, warn: () => {} };

/** Does the same every time, and looks at what came of it. */
export async function playWithCuts(
  cuts: readonly Cut[],
  isEager: boolean,
  ends: boolean,
): Promise<void> {
  const { ddp, counts } = counting({ logger: QUIET, heartbeat: false });
  const connections = new Set<{ close(): void }>();
  ddp.onConnection((connection) => connections.add(connection));
  // While the client is away its session ends, or it doesn't.
  const away = async (): Promise<void> => {
    await turns(ends ? 1 : 0);
    if (ends) for (const connection of connections) connection.close();
  };
  const client = new ResumingClient(ddp, { cuts, isEager, away });
  client.subscribe("s1", "counts");
  client.call("1", "count", "a");
  client.call("2", "late", "b");
  client.subscribe("s2", "slow");
  client.call("3", "unblocked", "c");
  client.call("4", "fail", "d");
  client.unsubscribe("s2");
  client.call("5", "count", "e");
  void client.connect();
  await until(() => client.isQuiet, "answers to everything");
  await turns(10);
  await until(() => client.isQuiet, "answers to everything");
  await client.close();
  await ddp.close();
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(NAMES.map((name) => [name, 1])));
  const documents = NAMES.map((name) => [`counts/${name}`, { n: 1 }]);
  expect(Object.fromEntries(client.documents)).toEqual(Object.fromEntries(documents));
  for (const [index, name] of NAMES.entries()) {
    const results = client.results.get(String(index + 1)) ?? [];
    expect(results).toHaveLength(1);
    if (!ends) expect(client.updated.get(String(index + 1))).toBe(1);
    if (name === "d") expect(results[0]).toHaveProperty("error.error", 500);
    else expect(results[0]).toHaveProperty("result", 1);
  }
}

/** Each place where one connection can be cut. */
export const CUTS: readonly Cut[] = [true, false].flatMap((isLossy) =>
  (["sent", "received"] as const).flatMap((direction) =>
    Array.from({ length: 18 }, (_, index) => ({ direction, after: index + 1, isLossy })),
  ),
);
