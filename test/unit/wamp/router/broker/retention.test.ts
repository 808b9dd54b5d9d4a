import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PublishOptions } from "../../../../../src/wamp/protocol/messages.ts";
import { Publication } from "../../../../../src/wamp/router/broker/publication.ts";
import { Retention } from "../../../../../src/wamp/router/broker/retention.ts";
import { Subscription } from "../../../../../src/wamp/router/broker/subscription.ts";
import type { RetentionOptions } from "../../../../../src/wamp/router/options.ts";
import type { Session } from "../../../../../src/wamp/router/session/session.ts";
import { Client, makeRouter } from "../../../../support/wamp-broker.ts";

const retain = { retain: true };

describe("subscribers who ask for what is retained", () => {
  test("get the last event after SUBSCRIBED, marked, under its own id", async () => {
    const router = makeRouter();
    const publisher = await Client.join(router);
    const publication = await publisher.publish("com.topic", [1], retain, { a: 1 });
    await publisher.publish("com.topic", [2]);
    const subscriber = await Client.join(router);
    const id = await subscriber.subscribe("com.topic", { get_retained: true });
    expect(await subscriber.peer.take()).toEqual([
      36,
      id,
      publication,
      { retained: true },
      [1],
      { a: 1 },
    ]);
    expect(await subscriber.peer.isQuiet()).toBe(true);
    await subscriber.subscribe("com.topic", { get_retained: true });
    expect((await subscriber.event()).publication).toBe(publication);
  });

  test("and nobody else", async () => {
    const router = makeRouter();
    const publisher = await Client.join(router);
    await publisher.publish("com.topic", [1], retain);
    const subscriber = await Client.join(router);
    await subscriber.subscribe("com.topic");
    await subscriber.subscribe("com.topic", { get_retained: false });
    expect(await subscriber.peer.isQuiet()).toBe(true);
  });

  test("with a pattern, get that of each topic, in the order of publication", async () => {
    const router = makeRouter();
    const publisher = await Client.join(router);
    for (const [topic, n] of Object.entries({ "com.a.x": 1, "com.b.x": 2, "org.a.x": 3 })) {
      await publisher.publish(topic, [n], retain);
    }
    await publisher.publish("com.a.x", [4], retain);
    const subscriber = await Client.join(router);
    await subscriber.subscribe("com.", { match: "prefix", get_retained: true });
    expect(await subscriber.event()).toMatchObject({
      details: { topic: "com.b.x", retained: true },
      arg: 2,
    });
    expect((await subscriber.event()).arg).toBe(4);
    await subscriber.subscribe(".a.", { match: "wildcard", get_retained: true });
    expect((await subscriber.event()).arg).toBe(3);
    expect((await subscriber.event()).arg).toBe(4);
    expect(await subscriber.peer.isQuiet()).toBe(true);
  });

  test("get what they may get, by authid, authrole and session", async () => {
    const router = makeRouter();
    const publisher = await Client.join(router);
    await publisher.publish("com.topic", ["all"], retain);
    await publisher.publish("com.topic", ["admins"], { ...retain, eligible_authrole: ["admin"] });
    await publisher.publish("com.topic", ["not bob"], { ...retain, exclude_authid: ["bob"] });
    await publisher.publish("com.topic", ["nobody"], { ...retain, eligible: [1] });
    const got = async (authid: string, authrole: string): Promise<unknown> => {
      const subscriber = await Client.join(router, { authid, authrole });
      await subscriber.subscribe("com.topic", { get_retained: true });
      return (await subscriber.event()).arg;
    };
    expect(await got("ann", "user")).toBe("not bob");
    expect(await got("bob", "admin")).toBe("admins");
    expect(await got("bob", "user")).toBe("all");
  });

  test("aren't in lists of sessions that are older than they", async () => {
    const router = makeRouter();
    const [publisher, other] = [await Client.join(router), await Client.join(router)];
    await publisher.publish("com.topic", ["excluded"], { ...retain, exclude: [other.id] });
    await publisher.publish("com.topic", ["eligible"], { ...retain, eligible: [other.id] });
    const later = await Client.join(router);
    await later.subscribe("com.topic", { get_retained: true });
    expect((await later.event()).arg).toBe("excluded");
    await other.subscribe("com.topic", { get_retained: true });
    expect((await other.event()).arg).toBe("eligible");
  });

  test("don't get their own, but what others published before it", async () => {
    const router = makeRouter();
    const [a, b] = [await Client.join(router), await Client.join(router)];
    await a.publish("com.topic", ["a"], retain);
    await b.publish("com.topic", ["b"], retain);
    await a.publish("com.topic", ["a again"], retain);
    await a.subscribe("com.topic", { get_retained: true });
    expect((await a.event()).arg).toBe("b");
    await b.subscribe("com.topic", { get_retained: true });
    expect((await b.event()).arg).toBe("a again");
  });
});

test("a realm counts what had to make room", async () => {
  const router = makeRouter({ retention: { maxTopics: 1 } });
  const publisher = await Client.join(router);
  await publisher.publish("com.a", [], retain);
  await publisher.publish("com.b", [], retain);
  expect(router.stats().get("realm1")?.forgotten).toBe(1);
});

interface Kept {
  readonly retention: Retention;
  /** What a session gets of topics that begin with something. */
  readonly got: (prefix?: string, session?: Session) => unknown[];
  readonly forgotten: () => number;
}

const anybody = { id: 999, principal: { authid: "x", authrole: "x" } } as unknown as Session;

function keep(options: RetentionOptions = {}): Kept {
  let count = 0;
  const retention = new Retention(options, (more) => (count += more));
  const got = (prefix = "", session = anybody): unknown[] =>
    retention.for(new Subscription(1, prefix, "prefix"), session).map(({ args }) => args?.[0]);
  return { retention, got, forgotten: () => count };
}

function publication(topic: string, arg: unknown, options: PublishOptions = {}, by?: number) {
  return new Publication(topic, [arg], undefined, { ...options, retain: true }, {}, by);
}

describe("what is kept is bounded", () => {
  test("in topics: those make room that weren't published to for longest", () => {
    const { retention, got, forgotten } = keep({ maxTopics: 2 });
    for (const topic of ["a", "b", "a", "c"]) retention.add(publication(topic, topic));
    expect(got()).toEqual(["a", "c"]);
    expect(forgotten()).toBe(1);
  });

  test("in bytes", () => {
    const { retention, got, forgotten } = keep({ maxBytes: 10_000 });
    for (const topic of ["a", "b", "c"]) retention.add(publication(topic, topic.repeat(2000)));
    expect(got().map((text) => (text as string)[0])).toEqual(["b", "c"]);
    expect(forgotten()).toBe(1);
    retention.add(publication("d", "d"));
    expect(got()).toHaveLength(3);
  });

  test("what is too large isn't kept, nor what it made outdated", () => {
    const { retention, got, forgotten } = keep({ maxBytes: 10_000 });
    for (const topic of ["a", "b"]) retention.add(publication(topic, topic));
    retention.add(publication("a", "x".repeat(10_000)));
    expect(got()).toEqual(["b"]);
    expect(forgotten()).toBe(2);
    retention.add(publication("b", "x".repeat(10_000), { eligible_authrole: ["admin"] }));
    expect(got()).toEqual(["b"]);
  });

  test("in events for some: the last one for all stays", () => {
    const { retention, got, forgotten } = keep();
    retention.add(publication("a", "all"));
    for (let n = 0; n < 20; n++) retention.add(publication("a", n, { eligible_authid: [`u${n}`] }));
    expect(got()).toEqual(["all"]);
    expect(forgotten()).toBe(4);
    const session = (authid: string): Session =>
      ({ id: 1, principal: { authid, authrole: "x" } }) as unknown as Session;
    expect(got("", session("u19"))).toEqual([19]);
    expect(got("", session("u0"))).toEqual(["all"]);
  });

  test("in nothing at all, where nothing is to be retained", () => {
    const { retention, got } = keep({ maxTopics: 0 });
    retention.add(publication("a", 1));
    expect(got()).toEqual([]);
  });
});

test("limits that are none are refused", () => {
  expect(() => keep({ maxBytes: Number.NaN })).toThrow(TypeError);
  expect(() => keep({ maxTopics: -1 })).toThrow(TypeError);
  expect(() => keep({ maxTopic: 5 } as RetentionOptions)).toThrow(/did you mean "maxTopics"/);
});

test("everybody gets what was the last for him, as if all had been kept", () => {
  const who = fc.integer({ min: 1, max: 3 });
  const name = fc.constantFrom("1", "2", "3");
  const options = fc.record(
    {
      exclude: fc.array(who, { maxLength: 2 }),
      eligible: fc.array(who, { maxLength: 2 }),
      exclude_authid: fc.array(name, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const event = fc.record({
    topic: fc.constantFrom("a", "b"),
    by: fc.option(who, { nil: undefined }),
    // Mostly for everybody, since only these replace others.
    options: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, options),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 16 }), (events) => {
      const { retention, got } = keep();
      const all = events.map((each, n) => publication(each.topic, n, each.options, each.by));
      for (const each of all) retention.add(each);
      for (const id of [1, 2, 3, 4]) {
        const principal = { authid: `${id}`, authrole: "user" };
        const session = { id, principal } as unknown as Session;
        for (const topic of ["a", "b"]) {
          const last = all.findLast((each) => each.topic === topic && each.admits(session));
          expect(got(topic, session)).toEqual(last ? [last.args?.[0]] : []);
        }
      }
    }),
    { numRuns: 500 },
  );
});
