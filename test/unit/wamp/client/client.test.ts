import { expect, test } from "vitest";
import {
  ClosedError,
  FullduplexError,
  HandshakeError,
  LimitError,
  TimeoutError,
} from "../../../../src/errors.ts";
import { isPending, rejection } from "../../../support/turns.ts";
import { settled } from "../../../support/wamp-peer.ts";
import type { WampClient } from "../../../../src/wamp/client/types.ts";
import { ClientUnderTest } from "./support/client-under-test.ts";

test("what is asked for before there is a session waits for it, in order", async () => {
  const made = new ClientUnderTest();
  const { client } = made;
  void client.call("com.a");
  void client.publish("com.b");
  void client.subscribe("com.c", () => {});
  void client.register("com.d", () => {});
  const router = await made.welcome();
  expect((await router.takeAll(4)).map((message) => message.slice(0, 2))).toEqual([
    [32, 1],
    [64, 2],
    [48, 3],
    [16, 4],
  ]);
});

test("waiting for a session ends after the client's timeout", async () => {
  const { client, clock } = new ClientUnderTest({ timeout: 100, openTimeout: 1000 });
  const asked = [
    client.call("com.a"),
    client.publish("com.b"),
    client.subscribe("com.c", () => {}),
    client.register("com.d", () => {}),
  ];
  await clock.advanceAsync(100);
  for (const one of asked) expect(await rejection(one)).toBeInstanceOf(TimeoutError);
});

test("a call without a timeout may take as long as it likes once it is sent", async () => {
  const made = new ClientUnderTest({ timeout: 100 });
  const call = made.client.call("com.a");
  const router = await made.welcome();
  await made.clock.advanceAsync(100_000);
  expect(await isPending(call)).toBe(true);
  router.send([50, 1, {}, ["at last"]]);
  expect(await call).toBe("at last");
  expect(made.clock.timers).toBe(0);
});

test("a call's own timeout counts the wait for a session", async () => {
  const made = new ClientUnderTest();
  const call = made.client.call("com.a", [], { timeout: 100 });
  await made.clock.advanceAsync(60);
  await made.welcome();
  await made.clock.advanceAsync(40);
  expect(await rejection(call)).toBeInstanceOf(TimeoutError);
});

test("a signal ends the wait for a session, and nothing is sent", async () => {
  const made = new ClientUnderTest();
  const abort = new AbortController();
  const call = made.client.call("com.a", [], { signal: abort.signal });
  const subscribing = made.client.subscribe("com.b", () => {}, { signal: abort.signal });
  const reason = new Error("no longer");
  abort.abort(reason);
  expect(await rejection(call)).toBe(reason);
  expect(await rejection(subscribing)).toBe(reason);
  const router = await made.welcome();
  expect(await router.isQuiet()).toBe(true);
});

test("no more than maxPending requests wait", async () => {
  const { client } = new ClientUnderTest({ maxPending: 2 });
  const abort = new AbortController();
  const first = client.call("com.a", [], { signal: abort.signal });
  void client.call("com.b");
  expect(await rejection(client.call("com.c"))).toBeInstanceOf(LimitError);
  abort.abort();
  await rejection(first);
  expect(await isPending(client.call("com.d"))).toBe(true);
});

test("an unacknowledged publication resolves at once, an acknowledged one with its id", async () => {
  const { client, router } = await ClientUnderTest.join();
  expect(await client.publish("com.a", [1], { kwargs: { b: 2 }, exclude_me: false })).toBe(
    undefined,
  );
  expect(await router.take()).toEqual([16, 1, { exclude_me: false }, "com.a", [1], { b: 2 }]);
  const acknowledged = client.publish("com.a", [], { acknowledge: true });
  expect(await router.take()).toEqual([16, 2, { acknowledge: true }, "com.a"]);
  router.send([17, 2, 500]);
  expect(await acknowledged).toBe(500);
});

test("an acknowledgement that doesn't come is a timeout", async () => {
  const { client, router, clock } = await ClientUnderTest.join();
  const acknowledged = client.publish("com.a", [], { acknowledge: true });
  await clock.advanceAsync(10_000);
  expect(await rejection(acknowledged)).toBeInstanceOf(TimeoutError);
  router.send([17, 1, 500]);
  await settled();
  expect(client.status.state).toBe("connected");
});

test("the client comes back with delays that grow, and tells", async () => {
  const made = new ClientUnderTest({ initialDelay: 100, maxDelay: 1000 });
  made.refusal = new FullduplexError("ERR_CONNECT", "nobody there");
  const states: unknown[] = [];
  void (async () => {
    for await (const status of made.client.statuses()) {
      states.push(status.state === "connecting" ? status.attempt : status.state);
    }
    states.push("over");
  })();
  await settled();
  await made.clock.advanceAsync(100);
  made.refusal = undefined;
  await made.clock.advanceAsync(1000);
  await made.welcome();
  void made.client.close();
  await settled();
  expect(states.slice(0, 2)).toEqual([0, 1]);
  expect(states.slice(-3)).toEqual(["connected", "closed", "over"]);
});

test.each([
  ["a refused handshake", new HandshakeError("forbidden", { status: 403 })],
  ["what is no error of ours", new TypeError("a wrong URL")],
])("%s ends the client, and what waits with it", async (_, refusal) => {
  const made = await ClientUnderTest.join();
  const subscribing = made.client.subscribe("com.a", () => {});
  made.router.send([33, 1, 7]);
  const subscription = await subscribing;
  made.refusal = refusal;
  made.router.close();
  await settled();
  const call = made.client.call("com.b");
  await made.clock.advanceAsync(500);
  expect(await made.client.closed).toBe(refusal);
  expect(await rejection(call)).toBe(refusal);
  expect(await subscription.ended).toBe(refusal);
  expect(await rejection(made.client.connected())).toBe(refusal);
  expect(await rejection(made.client.call("com.c"))).toBe(refusal);
  expect(await rejection(made.client.subscribe("com.d", () => {}))).toBe(refusal);
  expect(made.errors).toEqual([]);
  expect(made.clock.timers).toBe(0);
});

test("isFatal decides what ends the client", async () => {
  const made = await ClientUnderTest.join({ isFatal: () => false });
  made.router.send([6, {}, "wamp.close.killed"]);
  await settled();
  await made.clock.advanceAsync(500);
  await made.welcome();
});

test("closing ends all there is", async () => {
  const made = await ClientUnderTest.join();
  const { client, router } = made;
  const call = client.call("com.a");
  const eventsLater = client.events("com.b");
  await router.takeAll(2);
  router.send([33, 2, 7]);
  const events = await eventsLater;
  const loop = (async () => {
    for await (const _ of events);
    return "over";
  })();
  void client.close();
  expect(await rejection(call)).toBeInstanceOf(ClosedError);
  expect(await loop).toBe("over");
  expect(await events.ended).toBe(undefined);
  expect(await rejection(client.call("com.c"))).toBeInstanceOf(ClosedError);
  expect(await rejection(client.register("com.d", () => {}))).toBeInstanceOf(ClosedError);
});

test("closing between sessions is enough", async () => {
  const made = await ClientUnderTest.join();
  made.router.close();
  await settled();
  await made.client.close();
  await made.clock.advanceAsync(60_000);
  expect(made.routers.length).toBe(1);
  expect(made.clock.timers).toBe(0);
});

test("names of prototypes are names", async () => {
  const { client, router } = await ClientUnderTest.join();
  let count = 0;
  const names = ["__proto__", "constructor", "toString"];
  for (const [index, name] of names.entries()) {
    void client.subscribe(name, () => void count++);
    router.send([33, index + 1, index + 1]);
    router.send([36, index + 1, 5, {}]);
  }
  await settled();
  expect(count).toBe(3);
  expect((await router.takeAll(3)).map(([, , , topic]) => topic)).toEqual(names);
});

test("what was sent in time and not answered has no such cause", async () => {
  const { client, clock } = await ClientUnderTest.join();
  const call = client.call("com.a", [], { timeout: 100 });
  await clock.advanceAsync(100);
  expect((await rejection(call)) as Error).not.toHaveProperty("cause");
});

test("a router that finds the connection wrong is not tried again", async () => {
  const made = new ClientUnderTest();
  const info = { code: 1002, reason: "no subprotocol", wasClean: true };
  made.refusal = new ClosedError({ ...info, initiator: "remote" });
  expect(await made.client.closed).toBe(made.refusal);
});

test.each<[string, (client: WampClient) => Promise<unknown>]>([
  ["args", (client) => client.call("com.a", "text" as never)],
  ["args", (client) => client.call("com.a", { a: 1 } as never)],
  ["args", (client) => client.publish("com.a", "text" as never)],
  ["kwargs", (client) => client.publish("com.a", [], { kwargs: [1] as never })],
])("%s of another kind is refused, and the session goes on", async (what, ask) => {
  const { client, router } = await ClientUnderTest.join();
  const error = await rejection(ask(client));
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toContain(what);
  expect(await router.isQuiet()).toBe(true);
  void client.call("com.a");
  expect(await router.take()).toEqual([48, 1, {}, "com.a"]);
});
