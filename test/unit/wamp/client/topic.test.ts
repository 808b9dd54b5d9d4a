import { expect, test } from "vitest";
import { LimitError, TimeoutError } from "../../../../src/errors.ts";
import type { Event } from "../../../../src/wamp/client/types.ts";
import { isPending, rejection } from "../../../support/turns.ts";
import { settled } from "../../../support/wamp-peer.ts";
import { ClientUnderTest } from "./support/client-under-test.ts";

test("a handler gets events, also one that comes right behind SUBSCRIBED", async () => {
  const { client, router } = await ClientUnderTest.join();
  const events: Event[] = [];
  const subscribing = client.subscribe("com.topic", (event) => void events.push(event));
  expect(await router.take()).toEqual([32, 1, {}, "com.topic"]);
  router.send([33, 1, 7]);
  router.send([36, 7, 500, { publisher: 3 }, [1], { a: 1 }]);
  const subscription = await subscribing;
  expect([subscription.topic, subscription.id]).toEqual(["com.topic", 7]);
  await settled();
  expect(events).toEqual([
    {
      topic: "com.topic",
      publication: 500,
      details: { publisher: 3 },
      args: [1],
      kwargs: { a: 1 },
    },
  ]);
});

test("a pattern's events say what topic they are of", async () => {
  const { client, router } = await ClientUnderTest.join();
  const topics: string[] = [];
  void client.subscribe("com.", ({ topic }) => void topics.push(topic), { match: "prefix" });
  expect(await router.take()).toEqual([32, 1, { match: "prefix" }, "com."]);
  router.send([33, 1, 7]);
  router.send([36, 7, 500, { topic: "com.a" }]);
  await settled();
  expect(topics).toEqual(["com.a"]);
});

test("handlers of one topic share a subscription until the last one has gone", async () => {
  const { client, router } = await ClientUnderTest.join();
  const seen: string[] = [];
  const first = client.subscribe("com.topic", () => void seen.push("first"));
  const second = client.subscribe("com.topic", () => void seen.push("second"));
  await router.take();
  router.send([33, 1, 7]);
  const third = await client.subscribe("com.topic", () => void seen.push("third"));
  router.send([36, 7, 500, {}]);
  await settled();
  expect(seen.splice(0)).toEqual(["first", "second", "third"]);
  await (await first).unsubscribe();
  await third.unsubscribe();
  expect(await router.isQuiet()).toBe(true);
  const last = (await second).unsubscribe();
  router.send([36, 7, 501, {}]);
  expect(await router.take()).toEqual([34, 2, 7]);
  expect(await isPending(last)).toBe(true);
  router.send([35, 2]);
  await last;
  expect(seen).toEqual([]);
});

test("unsubscribing twice tells the router once", async () => {
  const { client, router } = await ClientUnderTest.join();
  const subscribing = client.subscribe("com.topic", () => {});
  router.send([33, 1, 7]);
  const subscription = await subscribing;
  void subscription.unsubscribe();
  void subscription.unsubscribe();
  expect((await router.takeAll(2))[1]).toEqual([34, 2, 7]);
  expect(await router.isQuiet()).toBe(true);
  expect(await subscription.ended).toBe(undefined);
});

test("an exact topic and a pattern of the same name are two", async () => {
  const { client, router } = await ClientUnderTest.join();
  void client.subscribe("com.a", () => {});
  void client.subscribe("com.a", () => {}, { match: "prefix" });
  expect((await router.takeAll(2)).map(([, , options]) => options)).toEqual([
    {},
    { match: "prefix" },
  ]);
});

test("who gives up before the answer is subscribed to nothing", async () => {
  const { client, router, clock } = await ClientUnderTest.join();
  const subscribing = client.subscribe("com.topic", () => {}, { timeout: 100 });
  await router.take();
  await clock.advanceAsync(100);
  expect(await rejection(subscribing)).toBeInstanceOf(TimeoutError);
  router.send([33, 1, 7]);
  expect(await router.take()).toEqual([34, 2, 7]);
});

test("who comes while another's answer is awaited, who gives up, is subscribed", async () => {
  const { client, router, clock } = await ClientUnderTest.join();
  void client.subscribe("com.topic", () => {}, { timeout: 100 });
  await router.take();
  await clock.advanceAsync(100);
  let count = 0;
  const second = client.subscribe("com.topic", () => void count++);
  router.send([33, 1, 7]);
  router.send([36, 7, 500, {}]);
  await second;
  await settled();
  expect(count).toBe(1);
  expect(await router.isQuiet()).toBe(true);
});

test("a refusal rejects", async () => {
  const { client, router, errors } = await ClientUnderTest.join();
  const subscribing = client.subscribe("com.topic", () => {});
  router.send([8, 32, 1, {}, "wamp.error.not_authorized"]);
  expect(await rejection(subscribing)).toMatchObject({ uri: "wamp.error.not_authorized" });
  expect(errors).toEqual([]);
  void client.subscribe("com.topic", () => {});
  expect((await router.takeAll(2))[1]).toEqual([32, 2, {}, "com.topic"]);
});

test("what handlers throw and reject with goes to onError, and the others get the event", async () => {
  const { client, router, errors } = await ClientUnderTest.join();
  let count = 0;
  void client.subscribe("com.topic", () => {
    throw new Error("one");
  });
  void client.subscribe("com.topic", () => Promise.reject(new Error("two")));
  void client.subscribe("com.topic", () => void count++);
  router.send([33, 1, 7]);
  router.send([36, 7, 500, {}]);
  await settled();
  expect(errors.map(([error, context]) => [(error as Error).message, context])).toEqual([
    ["one", { in: "event", uri: "com.topic" }],
    ["two", { in: "event", uri: "com.topic" }],
  ]);
  expect(count).toBe(1);
});

test("what was retained is for those who asked for it", async () => {
  const { client, router } = await ClientUnderTest.join();
  const seen: string[] = [];
  void client.subscribe("com.topic", () => void seen.push("first"));
  await router.take();
  router.send([33, 1, 7]);
  await settled();
  void client.subscribe("com.topic", () => void seen.push("second"), { get_retained: true });
  expect(await router.take()).toEqual([32, 2, { get_retained: true }, "com.topic"]);
  router.send([33, 2, 7]);
  router.send([36, 7, 400, { retained: true }]);
  await settled();
  expect(seen).toEqual(["second"]);
});

test("events are iterated over, in order, until the subscription ends", async () => {
  const { client, router } = await ClientUnderTest.join();
  const subscribing = client.events("com.topic");
  router.send([33, 1, 7]);
  for (const value of [1, 2, 3]) router.send([36, 7, 500 + value, {}, [value]]);
  const events = await subscribing;
  await settled();
  const seen: unknown[] = [];
  for await (const { args } of events) {
    seen.push(args[0]);
    if (args[0] === 2) break;
  }
  // (Leaving the loop ended nothing.)
  for await (const { args } of events) {
    seen.push(args[0]);
    void events.unsubscribe();
  }
  expect(seen).toEqual([1, 2, 3]);
});

test("more events than fit end the subscription with an error", async () => {
  const { client, router } = await ClientUnderTest.join();
  const subscribing = client.events("com.topic", { maxQueue: 2 });
  await router.take();
  router.send([33, 1, 7]);
  for (const value of [1, 2, 3, 4]) router.send([36, 7, 500 + value, {}, [value]]);
  const events = await subscribing;
  expect(await router.take()).toEqual([34, 2, 7]);
  const seen: unknown[] = [];
  const loop = (async () => {
    for await (const { args } of events) seen.push(args[0]);
  })();
  expect(await rejection(loop)).toBeInstanceOf(LimitError);
  expect(seen).toEqual([1, 2]);
  expect(await events.ended).toBeInstanceOf(LimitError);
});

test("more events than fit are dropped and counted when that is wanted", async () => {
  const { client, router } = await ClientUnderTest.join();
  const subscribing = client.events("com.topic", { maxQueue: 2, overflow: "drop" });
  await router.take();
  router.send([33, 1, 7]);
  for (const value of [1, 2, 3, 4]) router.send([36, 7, 500 + value, {}, [value]]);
  const events = await subscribing;
  await settled();
  expect(events.dropped).toBe(2);
  expect(await router.isQuiet()).toBe(true);
});

test("a revoked subscription ends with an error that can be seen", async () => {
  const { client, router, errors } = await ClientUnderTest.join();
  const subscribing = client.events("com.topic");
  await router.take();
  router.send([33, 1, 7]);
  const events = await subscribing;
  router.send([35, 0, { subscription: 7, reason: "com.reason.moved" }]);
  router.send([36, 7, 500, {}]);
  const error = await events.ended;
  expect(error).toMatchObject({ uri: "com.reason.moved" });
  expect(await rejection(events[Symbol.asyncIterator]().next())).toBe(error);
  expect(errors).toEqual([[error, { in: "subscription", uri: "com.topic" }]]);
  await events.unsubscribe();
  expect(await router.isQuiet()).toBe(true);
});

test("subscriptions go on after a reconnect", async () => {
  const made = await ClientUnderTest.join();
  const events: unknown[] = [];
  const subscribing = made.client.subscribe("com.topic", ({ args }) => void events.push(args[0]), {
    get_retained: true,
  });
  made.router.send([33, 1, 7]);
  const subscription = await subscribing;
  const router = await made.reconnect();
  expect(await router.take()).toEqual([32, 1, { get_retained: true }, "com.topic"]);
  expect(subscription.id).toBe(undefined);
  router.send([33, 1, 70]);
  router.send([36, 70, 500, {}, ["again"]]);
  await settled();
  expect(subscription.id).toBe(70);
  expect(events).toEqual(["again"]);
});

test("a subscription that isn't granted again ends with an error that can be seen", async () => {
  const made = await ClientUnderTest.join();
  const subscribing = made.client.subscribe("com.topic", () => {});
  made.router.send([33, 1, 7]);
  const subscription = await subscribing;
  const router = await made.reconnect();
  router.send([8, 32, 1, {}, "wamp.error.not_authorized"]);
  expect(await subscription.ended).toMatchObject({ uri: "wamp.error.not_authorized" });
  expect(made.errors.length).toBe(1);
  await made.reconnect();
  expect(await made.routers.at(-1)?.isQuiet()).toBe(true);
});

test("unsubscribing while there is no connection is enough", async () => {
  const made = await ClientUnderTest.join();
  const subscribing = made.client.subscribe("com.topic", () => {});
  made.router.send([33, 1, 7]);
  const subscription = await subscribing;
  made.router.close();
  await settled();
  await subscription.unsubscribe();
  await made.clock.advanceAsync(500);
  const router = await made.welcome();
  expect(await router.isQuiet()).toBe(true);
});

test("await using unsubscribes", async () => {
  const { client, router } = await ClientUnderTest.join();
  router.send([33, 1, 7]);
  {
    await using subscription = await client.subscribe("com.topic", () => {});
    expect(subscription.id).toBe(7);
    router.send([35, 2]);
  }
  expect((await router.takeAll(2))[1]).toEqual([34, 2, 7]);
});
