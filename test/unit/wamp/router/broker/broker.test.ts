import { describe, expect, test } from "vitest";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { memoryLinks } from "../../../../../src/wamp/protocol/memory-link.ts";
import type { Link } from "../../../../../src/wamp/protocol/link.ts";
import { SharedMessage } from "../../../../../src/wamp/protocol/link.ts";
import type { Decision } from "../../../../../src/wamp/router/authorization/authorizer.ts";
import type { RouterCore } from "../../../../../src/wamp/router/router.ts";
import { Client, makeRouter } from "../../../../support/wamp-broker.ts";
import { settled, WampPeer } from "../../../../support/wamp-peer.ts";

/** Where publications are decided about like this. */
function deciding(decision: Decision): RouterCore {
  const authorizer = {
    authorize: ({ action }: { action: string }) =>
      action === "publish" ? decision : { allow: true },
  };
  return makeRouter({ authorizer });
}

async function clients(router: RouterCore, count: number): Promise<Client[]> {
  return Promise.all(Array.from({ length: count }, () => Client.join(router)));
}

describe("subscriptions", () => {
  test("subscribing again is the same subscription, and brings each event once", async () => {
    const [a, b] = (await clients(makeRouter(), 2)) as [Client, Client];
    const id = await a.subscribe("com.topic");
    expect(await a.subscribe("com.topic")).toBe(id);
    expect(await a.subscribe("com.topic", { match: "prefix" })).not.toBe(id);
    expect(await b.subscribe("com.topic")).toBe(id);
    await a.unsubscribe(id);
    await b.publish("com.topic", [1]);
    const { details, arg } = await a.event();
    expect([details, arg]).toEqual([{ topic: "com.topic" }, 1]);
    expect(await a.peer.isQuiet()).toBe(true);
  });

  test("one event for each subscription, of one publication, with the topic where it isn't clear", async () => {
    const [subscriber, publisher] = (await clients(makeRouter(), 2)) as [Client, Client];
    const exact = await subscriber.subscribe("com.a.topic");
    const prefix = await subscriber.subscribe("com.a.to", { match: "prefix" });
    const wildcard = await subscriber.subscribe("com..topic", { match: "wildcard" });
    // Patterns that have no wildcard in them are patterns still.
    const whole = await subscriber.subscribe("com.a.topic", { match: "wildcard" });
    const publication = await publisher.publish("com.a.topic");
    const topic = "com.a.topic";
    const events = await subscriber.peer.takeAll(4);
    expect(events).toContainEqual([36, exact, publication, {}]);
    for (const id of [prefix, wildcard, whole]) {
      expect(events).toContainEqual([36, id, publication, { topic }]);
    }
  });

  test("what isn't subscribed to can't be unsubscribed from", async () => {
    const [a, b] = (await clients(makeRouter(), 2)) as [Client, Client];
    const id = await a.subscribe("com.topic");
    b.peer.send([34, b.next(), id]);
    expect(await b.refusal()).toBe("wamp.error.no_such_subscription");
    await a.unsubscribe(id);
    a.peer.send([34, a.next(), id]);
    expect(await a.refusal()).toBe("wamp.error.no_such_subscription");
  });

  test("topics of the router's own can be subscribed to, but not published to", async () => {
    const client = await Client.join(makeRouter());
    await client.subscribe("wamp.session.on_join");
    client.peer.send([16, client.next(), { acknowledge: true }, "wamp.session.on_join"]);
    expect(await client.refusal()).toBe("wamp.error.invalid_uri");
    client.peer.send([16, client.next(), {}, "wamp.session.on_join"]);
    expect(await client.peer.isQuiet()).toBe(true);
  });

  test.each(["com..topic", "com.topic#", "", "a b", "a".repeat(1025)])(
    "not of %j",
    async (topic) => {
      const client = await Client.join(makeRouter());
      client.peer.send([32, client.next(), {}, topic]);
      expect(await client.refusal()).toBe("wamp.error.invalid_uri");
      client.peer.send([16, client.next(), { acknowledge: true }, topic]);
      expect(await client.refusal()).toBe("wamp.error.invalid_uri");
    },
  );

  test("patterns with wildcards have at most 32 components, others as many as fit", async () => {
    const client = await Client.join(makeRouter());
    await client.subscribe(".".repeat(31), { match: "wildcard" });
    await client.subscribe("a.".repeat(500), { match: "prefix" });
    client.peer.send([32, client.next(), { match: "wildcard" }, ".".repeat(32)]);
    expect(await client.refusal()).toBe("wamp.error.invalid_uri");
  });

  test("a session that is gone when it is allowed to subscribe leaves nothing behind", async () => {
    const decision = new Deferred<Decision>();
    const authorizer = {
      authorize: ({ action }: { action: string }) =>
        action === "subscribe" ? decision.promise : { allow: true },
    };
    const router = makeRouter({ authorizer });
    const [gone, other] = (await clients(router, 2)) as [Client, Client];
    gone.peer.send([32, gone.next(), {}, "com.topic"]);
    await settled();
    gone.peer.close();
    await settled();
    decision.resolve({ allow: true });
    await settled();
    expect(await other.call("wamp.subscription.match", ["com.topic"])).toEqual([null]);
  });

  test("a session has no more than it may have", async () => {
    const client = await Client.join(makeRouter({}, { maxSubscriptions: 2 }));
    const first = await client.subscribe("com.1");
    await client.subscribe("com.2");
    client.peer.send([32, client.next(), {}, "com.3"]);
    expect(await client.refusal()).toBe("fullduplex.error.limit_exceeded");
    expect(await client.subscribe("com.1")).toBe(first);
    await client.unsubscribe(first);
    await client.subscribe("com.3");
  });
});

describe("publishers", () => {
  test("don't get what they publish, unless they want to", async () => {
    const client = await Client.join(makeRouter());
    await client.subscribe("com.topic");
    await client.publish("com.topic", [1]);
    await client.publish("com.topic", [2], { exclude_me: true });
    client.peer.send([16, client.next(), { exclude_me: false }, "com.topic", [3]]);
    expect((await client.event()).arg).toBe(3);
    expect(await client.peer.isQuiet()).toBe(true);
  });

  test("who wants no acknowledgement isn't answered, whatever comes of it", async () => {
    const client = await Client.join(deciding({ allow: false }));
    client.peer.send([16, client.next(), {}, "com.topic"]);
    client.peer.send([16, client.next(), { acknowledge: false }, "com..topic"]);
    expect(await client.peer.isQuiet()).toBe(true);
    client.peer.send([16, client.next(), { acknowledge: true }, "com.topic"]);
    expect(await client.refusal()).toBe("wamp.error.not_authorized");
  });

  test.each<[string, Decision, boolean | undefined, boolean]>([
    ["who doesn't ask isn't disclosed", { allow: true }, undefined, false],
    ["who asks is", { allow: true }, true, true],
    ["the authorizer discloses who doesn't ask", { allow: true, disclose: true }, false, true],
    ["and nobody who isn't to be", { allow: true, disclose: false }, undefined, false],
  ])("disclosure: %s", async (_, decision, asked, disclosed) => {
    const router = deciding(decision);
    const subscriber = await Client.join(router);
    const publisher = await Client.join(router, { authid: "ann", authrole: "admin" });
    await subscriber.subscribe("com.topic");
    await publisher.publish("com.topic", [], asked === undefined ? {} : { disclose_me: asked });
    const identity = {
      publisher: publisher.id,
      publisher_authid: "ann",
      publisher_authrole: "admin",
    };
    expect((await subscriber.event()).details).toEqual(disclosed ? identity : {});
  });

  test("who asks for a disclosure that isn't allowed publishes nothing", async () => {
    const [subscriber, publisher] = (await clients(
      deciding({ allow: true, disclose: false }),
      2,
    )) as [Client, Client];
    await subscriber.subscribe("com.topic");
    const options = { acknowledge: true, disclose_me: true };
    publisher.peer.send([16, publisher.next(), options, "com.topic"]);
    expect(await publisher.refusal()).toBe("wamp.error.option_disallowed.disclose_me");
    publisher.peer.send([16, publisher.next(), { disclose_me: true }, "com.topic"]);
    expect(await publisher.peer.isQuiet()).toBe(true);
    expect(await subscriber.peer.isQuiet()).toBe(true);
  });

  test("the authorizer's trust level reaches all, whatever they announced", async () => {
    const router = deciding({ allow: true, trustlevel: 0 });
    const publisher = await Client.join(router);
    const modern = await Client.join(router);
    const plain = await Client.join(router, {}, { roles: { subscriber: {} } });
    for (const subscriber of [modern, plain])
      await subscriber.subscribe("com.", { match: "prefix" });
    await publisher.publish("com.topic");
    for (const subscriber of [modern, plain]) {
      expect((await subscriber.event()).details).toEqual({ topic: "com.topic", trustlevel: 0 });
    }
  });

  test("decide who gets it", async () => {
    const router = makeRouter();
    const publisher = await Client.join(router);
    const ann = await Client.join(router, { authid: "ann", authrole: "admin" });
    const bob = await Client.join(router, { authid: "bob", authrole: "user" });
    for (const each of [ann, bob]) await each.subscribe("com.topic");
    const cases = [
      { options: { exclude: [ann.id] }, ann: false, bob: true },
      { options: { eligible: [ann.id, bob.id], exclude_authid: ["bob"] }, ann: true, bob: false },
      {
        options: { eligible_authrole: ["user"], eligible_authid: ["ann"] },
        ann: false,
        bob: false,
      },
      { options: { eligible: [] }, ann: false, bob: false },
      { options: { exclude: [] }, ann: true, bob: true },
    ];
    for (const { options, ...gets } of cases) {
      await publisher.publish("com.topic", [], options);
      expect([
        options,
        { ann: !(await ann.peer.isQuiet()), bob: !(await bob.peer.isQuiet()) },
      ]).toEqual([options, gets]);
      ann.peer.received.length = 0;
      bob.peer.received.length = 0;
    }
  });
});

describe("payload passthru mode", () => {
  const attributes = {
    ppt_scheme: "x_mine",
    ppt_serializer: "cbor",
    ppt_cipher: "aes256gcm",
    ppt_keyid: "k1",
  };

  test("its attributes go to all subscribers, also to those who didn't announce it", async () => {
    const router = makeRouter();
    const publisher = await Client.join(router);
    const plain = await Client.join(router, {}, { roles: { subscriber: {} } });
    await plain.subscribe("com.topic");
    const payload = new Uint8Array([1, 2]);
    await publisher.publish("com.topic", [payload], attributes);
    await publisher.publish("com.topic", [payload], { ppt_scheme: "mqtt" });
    await publisher.publish("com.topic", [payload], { ppt_serializer: "no scheme" });
    expect(await plain.event()).toMatchObject({ details: attributes, arg: payload });
    expect((await plain.event()).details).toEqual({ ppt_scheme: "mqtt" });
    expect((await plain.event()).details).toEqual({});
  });

  test("who didn't announce it breaks the protocol", async () => {
    const router = makeRouter();
    const peer = await WampPeer.join(router, {}, { roles: { publisher: {} } });
    peer.send([16, 1, { ppt_scheme: "x_mine" }, "com.topic", [1]]);
    expect(await peer.take()).toEqual([
      3,
      { message: "PUBLISH: payload_passthru_mode was not announced" },
      "wamp.error.protocol_violation",
    ]);
    await peer.gone;
  });
});

/** A client whose serializer can't encode events. */
class Unencodable extends WampPeer {
  tries = 0;

  static attachTo(router: RouterCore): Unencodable {
    const [ours, theirs] = memoryLinks();
    const peer = new Unencodable(ours);
    const link: Link = {
      facts: { connection: undefined, serializer: "broken" },
      waiting: 0,
      send(message) {
        if (!(message instanceof SharedMessage)) return theirs.send(message);
        peer.tries++;
        throw new RangeError("no way to say this");
      },
      receive: (each) => theirs.receive(each),
      close: () => theirs.close(),
      terminate: () => theirs.terminate(),
    };
    const principal = { authid: "x", authrole: "user", authmethod: "test", authprovider: "test" };
    void router.attach(link, principal);
    return peer;
  }
}

test("an event that a subscriber's serializer can't encode ends nobody, and reaches the others", async () => {
  const router = makeRouter();
  const publisher = await Client.join(router);
  const broken = [Unencodable.attachTo(router), Unencodable.attachTo(router)];
  for (const peer of broken) {
    peer.send([1, "realm1", { roles: { subscriber: {} } }]);
    peer.send([32, 1, {}, "com.topic"]);
    expect((await peer.takeAll(2)).map(([type]) => type)).toEqual([2, 33]);
  }
  const other = await Client.join(router);
  await other.subscribe("com.topic");
  await publisher.publish("com.topic", [1]);
  expect((await other.event()).arg).toBe(1);
  // Tried once for all that have this serializer, and counted for each.
  expect(broken.map(({ tries }) => tries)).toEqual([1, 0]);
  expect(router.stats().get("realm1")?.dropped).toBe(2);
  await publisher.publish("com.topic", [2]);
  expect((await other.event()).arg).toBe(2);
  expect(broken.map(({ isGone }) => isGone)).toEqual([false, false]);
});

test("each serializer encodes an event once, however many get it", async () => {
  const router = makeRouter();
  const publisher = await Client.join(router);
  const seen = new Set<unknown>();
  const subscribers = (await clients(router, 3)) as [Client, Client, Client];
  for (const subscriber of subscribers) await subscriber.subscribe("com.topic");
  await publisher.publish("com.topic", [{ big: "thing" }]);
  // Within the process a shared message is handed over as it is.
  for (const subscriber of subscribers) seen.add(await subscriber.peer.take());
  expect(seen.size).toBe(1);
});
