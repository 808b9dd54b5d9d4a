import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pair } from "fullduplex/testing";
import { Census } from "../../../src/hub/census.ts";
import { StatusFeed } from "../../../src/hub/status.ts";
import type { HubStatus } from "../../../src/hub/status.ts";
import type { ServerConnection } from "../../../src/server/index.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function census(): Census {
  const made = new Census();
  made.count("/chat", () => {});
  made.count("/status", () => {});
  return made;
}

test("the status says what is going on", () => {
  const chat = { people: 1, rooms: 2 };
  const feed = new StatusFeed("1.2.3", census(), chat);
  vi.advanceTimersByTime(1500);
  expect(feed.status).toEqual({
    version: "1.2.3",
    uptime: 1500,
    connections: 0,
    endpoints: [
      { path: "/chat", connections: 0 },
      { path: "/status", connections: 0 },
    ],
    chat: { people: 1, rooms: 2 },
  });
});

test("the status has no chat where there is none", () => {
  expect(new StatusFeed("1.2.3", census(), undefined).status).not.toHaveProperty("chat");
});

test("whoever watches gets the status at once, then every second, until nobody watches", async () => {
  const feed = new StatusFeed("1.2.3", census(), undefined);
  const [client, server] = pair();
  const watched = feed.watch(server as unknown as ServerConnection);
  const next = async (): Promise<HubStatus> => JSON.parse(String(await client.recv())) as HubStatus;
  expect((await next()).uptime).toBe(0);
  vi.advanceTimersByTime(1000);
  expect((await next()).uptime).toBe(1000);
  await client.send("is ignored");
  vi.advanceTimersByTime(1000);
  expect((await next()).uptime).toBe(2000);
  await client.close();
  await watched;
  expect(vi.getTimerCount()).toBe(0);
});

test("closing ends the timer", async () => {
  const feed = new StatusFeed("1.2.3", census(), undefined);
  const [client, server] = pair();
  const watched = feed.watch(server as unknown as ServerConnection);
  expect(vi.getTimerCount()).toBe(1);
  feed.close();
  expect(vi.getTimerCount()).toBe(0);
  await client.close();
  await watched;
});
