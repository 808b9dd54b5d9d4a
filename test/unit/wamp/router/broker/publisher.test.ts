import { expect, test } from "vitest";
import { Client, makeRouter, SlowPeer } from "../../../../support/wamp-broker.ts";

test("a testament of a session that an event was too much for comes after that event, for all", async () => {
  const router = makeRouter({}, { overflow: "close" });
  const slow = SlowPeer.attachTo(router);
  slow.send([32, 1, {}, "com.topic"]);
  slow.send([48, 2, {}, "wamp.session.add_testament", ["com.topic", ["testament"]]]);
  await slow.takeAll(3);
  const subscriber = await Client.join(router);
  await subscriber.subscribe("com.topic");
  slow.waiting = Infinity;
  // It is the first one to get its own event, which ends it before the other one has got it.
  slow.send([16, 3, { exclude_me: false }, "com.topic", ["event"]]);
  expect((await subscriber.event()).arg).toBe("event");
  expect((await subscriber.event()).arg).toBe("testament");
  expect((await slow.take())[0]).toBe(3);
  const next = await Client.join(router);
  await next.publish("com.topic", ["next"]);
  expect((await subscriber.event()).arg).toBe("next");
});

test.each([
  ["a retained event", "com.topic", { get_retained: true }],
  ["the event about it", "wamp.subscription.on_create", {}],
])(
  "a subscription that ends its session by %s is created before it is deleted",
  async (_, topic, options) => {
    const router = makeRouter({}, { overflow: "close" });
    const watcher = await Client.join(router);
    await watcher.subscribe("wamp.subscription.on_", { match: "prefix" });
    await watcher.peer.takeAll(2);
    await watcher.publish("com.topic", [], { retain: true });
    const slow = SlowPeer.attachTo(router);
    await slow.take();
    slow.waiting = Infinity;
    slow.send([32, 1, options, topic]);
    const events = await watcher.peer.takeAll(4);
    expect(events.map((event) => (event[3] as { topic: string }).topic)).toEqual([
      "wamp.subscription.on_create",
      "wamp.subscription.on_subscribe",
      "wamp.subscription.on_unsubscribe",
      "wamp.subscription.on_delete",
    ]);
    expect((await slow.takeAll(2)).map(([type]) => type)).toEqual([33, 3]);
  },
);
