import { describe, expect, test } from "vitest";
import { Client, makeRouter } from "../../../../support/wamp-broker.ts";

const call = (client: Client, name: string, ...args: unknown[]) =>
  client.call(`wamp.subscription.${name}`, args);

describe("the procedures about subscriptions", () => {
  test("list, lookup and match", async () => {
    const client = await Client.join(makeRouter());
    const exact = await client.subscribe("com.topic");
    const prefix = await client.subscribe("com.to", { match: "prefix" });
    const wildcard = await client.subscribe(".topic", { match: "wildcard" });
    expect(await call(client, "list")).toEqual([
      { exact: [exact], prefix: [prefix], wildcard: [wildcard] },
    ]);
    expect(await call(client, "lookup", "com.topic")).toEqual([exact]);
    expect(await call(client, "lookup", "com.topic", {})).toEqual([exact]);
    expect(await call(client, "lookup", "com.to", { match: "prefix" })).toEqual([prefix]);
    expect(await call(client, "lookup", "com.topic", { match: "prefix" })).toEqual([null]);
    expect(await call(client, "match", "com.topic")).toEqual([[exact, prefix, wildcard]]);
    expect(await call(client, "match", "org.other")).toEqual([null]);
  });

  test("get, list_subscribers and count_subscribers", async () => {
    const router = makeRouter();
    const [a, b] = [await Client.join(router), await Client.join(router)];
    const id = await a.subscribe("com.", { match: "prefix" });
    await b.subscribe("com.", { match: "prefix" });
    const [details] = await call(a, "get", id);
    expect(details).toEqual({ id, uri: "com.", match: "prefix", created: expect.any(String) });
    const { created } = details as { created: string };
    expect(new Date(created).toISOString()).toBe(created);
    expect(await call(a, "list_subscribers", id)).toEqual([[a.id, b.id]]);
    expect(await call(a, "count_subscribers", id)).toEqual([2]);
    await b.unsubscribe(id);
    expect(await call(a, "list_subscribers", id)).toEqual([[a.id]]);
  });

  test.each(["get", "list_subscribers", "count_subscribers", "remove_subscriber", "get_events"])(
    "%s knows no other subscriptions, and ids only",
    async (name) => {
      const client = await Client.join(makeRouter());
      await expect(call(client, name, 123, 1)).rejects.toThrow("wamp.error.no_such_subscription");
      await expect(call(client, name, "123", 1)).rejects.toThrow("wamp.error.invalid_argument");
      await expect(call(client, name)).rejects.toThrow("wamp.error.invalid_argument");
    },
  );

  test.each([[], [5], ["com.topic", "exact"], ["com.topic", { match: "suffix" }]])(
    "lookup of %j is refused",
    async (...args) => {
      const client = await Client.join(makeRouter());
      await expect(call(client, "lookup", ...args)).rejects.toThrow("wamp.error.invalid_argument");
    },
  );
});

describe("the events about subscriptions", () => {
  test("come in their order, to those who subscribed to them", async () => {
    const router = makeRouter();
    const watcher = await Client.join(router);
    await watcher.subscribe("wamp.subscription.", { match: "prefix" });
    const own = await watcher.peer.takeAll(2);
    expect(own.map(([, , , details]) => (details as { topic: string }).topic)).toEqual([
      "wamp.subscription.on_create",
      "wamp.subscription.on_subscribe",
    ]);
    const [a, b] = [await Client.join(router), await Client.join(router)];
    const id = await a.subscribe("com.topic");
    await b.subscribe("com.topic");
    await b.subscribe("com.topic");
    await a.unsubscribe(id);
    b.peer.close();
    const events = (await watcher.peer.takeAll(6)).map(([, , , details, args]) => [
      (details as { topic: string }).topic.replace("wamp.subscription.", ""),
      ...(args as unknown[]),
    ]);
    expect(events).toEqual([
      ["on_create", a.id, { id, uri: "com.topic", match: "exact", created: expect.any(String) }],
      ["on_subscribe", a.id, id],
      ["on_subscribe", b.id, id],
      ["on_unsubscribe", a.id, id],
      ["on_unsubscribe", b.id, id],
      ["on_delete", b.id, id],
    ]);
    expect(await watcher.peer.isQuiet()).toBe(true);
  });

  test("a session learns of its own subscription after SUBSCRIBED, and of no event after UNSUBSCRIBED", async () => {
    const client = await Client.join(makeRouter());
    const id = await client.subscribe("wamp.subscription.on_subscribe");
    expect(await client.peer.take()).toEqual([36, id, expect.any(Number), {}, [client.id, id]]);
    const other = await client.subscribe("wamp.subscription.on_unsubscribe");
    expect(await client.event()).toMatchObject({ subscription: id });
    await client.unsubscribe(other);
    expect(await client.peer.isQuiet()).toBe(true);
  });
});

describe("removing a subscriber", () => {
  test("tells it, with the reason", async () => {
    const router = makeRouter();
    const [admin, a, b] = [
      await Client.join(router),
      await Client.join(router),
      await Client.join(router),
    ];
    const id = await a.subscribe("com.topic");
    await b.subscribe("com.topic");
    expect(await call(admin, "remove_subscriber", id, a.id, "no longer authorized")).toEqual([]);
    expect(await a.peer.take()).toEqual([
      35,
      0,
      { subscription: id, reason: "no longer authorized" },
    ]);
    await admin.publish("com.topic", [1]);
    expect((await b.event()).arg).toBe(1);
    expect(await a.peer.isQuiet()).toBe(true);
    a.peer.send([34, a.next(), id]);
    expect(await a.refusal()).toBe("wamp.error.no_such_subscription");
    await admin.call("wamp.subscription.remove_subscriber", [id, b.id], { reason: "over" });
    expect(await b.peer.take()).toEqual([35, 0, { subscription: id, reason: "over" }]);
    await expect(call(admin, "get", id)).rejects.toThrow("no_such_subscription");
  });

  test("without a reason", async () => {
    const router = makeRouter();
    const [admin, a] = [await Client.join(router), await Client.join(router)];
    const id = await a.subscribe("com.topic");
    await call(admin, "remove_subscriber", id, a.id);
    expect(await a.peer.take()).toEqual([35, 0, { subscription: id }]);
  });

  test("who doesn't know revocation isn't told, but others are", async () => {
    const router = makeRouter();
    const admin = await Client.join(router);
    const plain = await Client.join(router, {}, { roles: { subscriber: {} } });
    const id = await plain.subscribe("com.topic");
    const watch = await admin.subscribe("wamp.subscription.on_unsubscribe");
    admin.peer.send([48, admin.next(), {}, "wamp.subscription.remove_subscriber", [id, plain.id]]);
    expect(await admin.peer.takeAll(2)).toEqual([
      [36, watch, expect.any(Number), {}, [plain.id, id]],
      [50, expect.any(Number), {}],
    ]);
    await admin.publish("com.topic");
    expect(await plain.peer.isQuiet()).toBe(true);
  });

  test("one who isn't subscribed can't be removed", async () => {
    const router = makeRouter();
    const [admin, a] = [await Client.join(router), await Client.join(router)];
    const id = await a.subscribe("com.topic");
    for (const session of [admin.id, 12345]) {
      await expect(call(admin, "remove_subscriber", id, session)).rejects.toThrow(
        "wamp.error.no_such_session",
      );
    }
    await expect(call(admin, "remove_subscriber", id, a.id, 5)).rejects.toThrow(
      "wamp.error.invalid_argument",
    );
    await expect(call(admin, "remove_subscriber", id)).rejects.toThrow(
      "wamp.error.invalid_argument",
    );
  });
});
