/**
 * What holds in whatever order things happen (WAMP specification, "Ordering Guarantees"): sequences of requests of several
 * sessions, with an authorizer that takes its time for some of them.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Id, MatchPolicy, Message } from "../../../../../src/wamp/protocol/messages.ts";
import type { Authorizer } from "../../../../../src/wamp/router/authorization/authorizer.ts";
import { matcher } from "../../../../../src/wamp/router/patterns/matcher.ts";
import type { RouterCore } from "../../../../../src/wamp/router/router.ts";
import { Client, makeRouter, SlowPeer } from "../../../../support/wamp-broker.ts";
import { settled } from "../../../../support/wamp-peer.ts";

const TOPICS = ["com.a", "com.b", "org.a"];
const PATTERNS: readonly (readonly [uri: string, match: MatchPolicy])[] = [
  ["com.a", "exact"],
  ["com.b", "exact"],
  ["com.", "prefix"],
  ["c", "prefix"],
  [".a", "wildcard"],
];

type Step = { readonly who: number } & (
  | { readonly type: "subscribe"; readonly pattern: number; readonly getRetained: boolean }
  | {
      readonly type: "publish";
      readonly topic: number;
      readonly self: boolean;
      readonly retain: boolean;
    }
  | { readonly type: "unsubscribe" | "revoke"; readonly nth: number }
  | { readonly type: "leave" }
);

const index = (length: number) => fc.integer({ min: 0, max: length - 1 });
const who = index(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      who,
      type: fc.constant("subscribe" as const),
      pattern: index(PATTERNS.length),
      getRetained: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      who,
      type: fc.constant("publish" as const),
      topic: index(TOPICS.length),
      self: fc.boolean(),
      retain: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ who, type: fc.constantFrom("unsubscribe", "revoke"), nth: index(5) }),
  },
  { weight: 1, arbitrary: fc.record({ who, type: fc.constant("leave" as const) }) },
);

/** Long enough that something comes of it. */
const LENGTH = { maxLength: 60, size: "max" } as const;

/** A session that writes down what it got, and numbers what it publishes. */
class Actor {
  readonly client: Client;
  readonly number: number;
  readonly log: Message[];
  published = 0;
  left = false;

  constructor(client: Client, number: number) {
    this.client = client;
    this.number = number;
    this.log = client.peer.received;
  }

  /** Its subscriptions, by what it has been told. */
  get subscriptions(): Set<Id> {
    const active = new Set<Id>();
    for (const message of this.log) follow(active, message, this.unsubscribing);
    return active;
  }

  /** Ids of UNSUBSCRIBE, and what they are about. */
  readonly unsubscribing = new Map<Id, Id>();

  do(action: Step): void {
    if (this.left) return;
    const { peer } = this.client;
    if (action.type === "subscribe") {
      const [uri, match] = PATTERNS[action.pattern] as (typeof PATTERNS)[number];
      peer.send([32, this.client.next(), { match, get_retained: action.getRetained }, uri]);
    } else if (action.type === "publish") {
      const { self, retain } = action;
      const options = { exclude_me: !self, retain };
      const topic = TOPICS[action.topic] as string;
      peer.send([16, this.client.next(), options, topic, [this.number, ++this.published, topic]]);
    } else if (action.type === "leave") {
      this.left = true;
      peer.close();
    } else {
      const id = Array.from(this.subscriptions).at(action.nth);
      if (id === undefined) return;
      if (action.type === "revoke") {
        const args = [id, this.client.id];
        peer.send([48, this.client.next(), {}, "wamp.subscription.remove_subscriber", args]);
      } else {
        const request = this.client.next();
        this.unsubscribing.set(request, id);
        peer.send([34, request, id]);
      }
    }
  }
}

function follow(active: Set<Id>, message: Message, unsubscribing: ReadonlyMap<Id, Id>): void {
  if (message[0] === 33) active.add(message[2]);
  if (message[0] !== 35) return;
  const [, request, details] = message;
  active.delete(
    request === 0 ? (details?.["subscription"] as Id) : (unsubscribing.get(request) as Id),
  );
}

/** No event without its subscription, and those of each publisher in order, each once for each subscription. */
function checkLog({ log, unsubscribing }: Actor): void {
  const active = new Set<Id>();
  const last = new Map<unknown, number>();
  const seen = new Set<string>();
  for (const message of log) {
    follow(active, message, unsubscribing);
    if (message[0] !== 36) continue;
    const [, subscription, publication, details, args] = message;
    expect(active).toContain(subscription);
    const [publisher, number, topic] = args as [number, number, string];
    expect(details.topic ?? topic).toBe(topic);
    // What is retained is of the past.
    if (details.retained === true) continue;
    expect(number).toBeGreaterThanOrEqual(last.get(publisher) ?? 0);
    last.set(publisher, number);
    const once = `${subscription} ${publication}`;
    expect(seen).not.toContain(once);
    seen.add(once);
  }
}

async function actorsIn(router: RouterCore): Promise<Actor[]> {
  const clients = await Promise.all([0, 1, 2].map(() => Client.join(router)));
  return clients.map((client, number) => new Actor(client, number));
}

/** Everybody who is still there gets what he has subscribed to; and when nobody is, there are no subscriptions. */
async function checkEnd(router: RouterCore, actors: readonly Actor[]): Promise<void> {
  const probe = await Client.join(router);
  const [lists] = await probe.call("wamp.subscription.list");
  const there = Object.values(lists as Record<string, Id[]>).flat();
  const known = actors.flatMap((actor) => (actor.left ? [] : Array.from(actor.subscriptions)));
  expect(new Set(there)).toEqual(new Set(known));
  for (const actor of actors) actor.client.peer.close();
  await settled();
  expect(await probe.call("wamp.subscription.list")).toEqual([
    { exact: [], prefix: [], wildcard: [] },
  ]);
}

test("events follow SUBSCRIBED, come in order and end with UNSUBSCRIBED, however long an authorizer takes", async () => {
  const decisions = fc.infiniteStream(
    fc.constantFrom("at once", "later", "later", "later", "no", "no later"),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      decisions,
      fc.array(fc.tuple(step, fc.nat({ max: 2 })), LENGTH),
      async (scheduler, kinds, steps) => {
        const authorizer: Authorizer = {
          authorize({ action }) {
            const kind = action === "call" ? "at once" : kinds.next().value;
            const decision = { allow: !kind.startsWith("no") };
            return kind.endsWith("later")
              ? scheduler.schedule(Promise.resolve(decision))
              : decision;
          },
        };
        const router = makeRouter({ authorizer });
        const actors = await actorsIn(router);
        for (const [action, turns] of steps) {
          (actors[action.who] as Actor).do(action);
          await settled();
          for (let n = 0; n < turns && scheduler.count() > 0; n++) await scheduler.waitOne();
        }
        // One decision may lead to the next request.
        do {
          await scheduler.waitAll();
          await settled();
        } while (scheduler.count() > 0);
        for (const actor of actors) checkLog(actor);
        await checkEnd(router, actors);
      },
    ),
    { numRuns: 150 },
  );
});

test("everybody gets exactly what was published while he was subscribed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, LENGTH), async (steps) => {
      const router = makeRouter();
      const actors = await actorsIn(router);
      const expected = actors.map((): string[] => []);
      const model = actors.map(() => new Map<Id, (topic: string) => boolean>());
      for (const action of steps) {
        const actor = actors[action.who] as Actor;
        if (action.type === "publish" && !actor.left) {
          const topic = TOPICS[action.topic] as string;
          for (const [number, subscriptions] of model.entries()) {
            if (number === action.who && !action.self) continue;
            for (const [id, matches] of subscriptions) {
              const event = `${id}: ${action.who} ${actor.published + 1} ${topic}`;
              if (matches(topic)) expected[number]?.push(event);
            }
          }
        }
        actor.do(action);
        await settled();
        if (action.type === "leave") model[action.who]?.clear();
        learn(model[action.who] as Map<Id, (topic: string) => boolean>, actor, action);
      }
      for (const actor of actors) {
        checkLog(actor);
        const got = actor.log.flatMap((message) =>
          message[0] === 36 && message[3].retained !== true
            ? [`${message[1]}: ${message[4]?.join(" ")}`]
            : [],
        );
        expect(got.toSorted()).toEqual(expected[actor.number]?.toSorted());
      }
      await checkEnd(router, actors);
    }),
    { numRuns: 150 },
  );
});

/** Brings the model to what the actor was told. */
function learn(
  subscriptions: Map<Id, (topic: string) => boolean>,
  actor: Actor,
  action: Step,
): void {
  if (actor.left) return;
  const active = actor.subscriptions;
  for (const id of subscriptions.keys()) if (!active.has(id)) subscriptions.delete(id);
  if (action.type !== "subscribe") return;
  const answer = actor.log.findLast((message) => message[0] === 33);
  const [uri, match] = PATTERNS[action.pattern] as (typeof PATTERNS)[number];
  if (answer?.[0] === 33) subscriptions.set(answer[2], matcher(uri, match));
}

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
