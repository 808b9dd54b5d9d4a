/**
 * A server that says anything at any time to a client that does anything: nothing is thrown, observers are told a story that makes
 * sense, and when the client is closed everything has settled and no timer is left.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClientSubscription, DdpClient, Simulation } from "../../src/ddp/client/index.ts";
import { fixture } from "../support/ddp-client-fixture.ts";
import type { Fixture, Thing } from "../support/ddp-client-fixture.ts";
import type { Json } from "../support/ddp-peer.ts";
import { turns, unhandledRejections } from "../support/turns.ts";

const ids = fc.constantFrom("a", "b", "__proto__", "-", "~1", "~{", "0123456789abcdef01234567");
const calls = fc.constantFrom("1", "2", "3", "4", "5", "9", "__proto__");
const collection = fc.constantFrom("things", "things", "things", "others", "constructor");
const fields = fc.constantFrom<Json>({}, { x: 1 }, { x: 2, y: 1 }, { _id: "z", toString: 1 });

const said: fc.Arbitrary<Json> = fc.oneof(
  fc.record({
    msg: fc.constantFrom("added", "changed", "addedBefore"),
    collection,
    id: ids,
    fields,
  }),
  fc.record({
    msg: fc.constant("changed"),
    collection,
    id: ids,
    cleared: fc.constant(["x", "_id"]),
  }),
  fc.record({ msg: fc.constantFrom("removed", "movedBefore"), collection, id: ids }),
  fc.record({ msg: fc.constant("updated"), methods: fc.array(calls, { maxLength: 3 }) }),
  fc.record({
    msg: fc.constant("result"),
    id: calls,
    result: fc.constantFrom(1, { id: "ada", token: "t" }),
  }),
  fc.record({
    msg: fc.constant("result"),
    id: calls,
    error: fc.constantFrom<unknown>(null, 1, {}, { error: 403 }),
  }),
  fc.record({ msg: fc.constant("connected"), session: fc.constantFrom("s1", "s1", "s2", "") }),
  fc.record({ msg: fc.constant("failed"), version: fc.constantFrom<unknown>("pre1", "pre2", "1") }),
  fc.constantFrom<Json>(
    { msg: "ping" },
    { msg: "pong" },
    { msg: "error" },
    { msg: "nosub" },
    { msg: "no" },
  ),
);

type Act = (world: World) => unknown;

class World {
  readonly made: Fixture = fixture({ initialDelay: 0, maxDelay: 0 });
  readonly subscriptions: ClientSubscription[] = [];
  readonly promises: Promise<unknown>[] = [];
  readonly replayed: Thing[] = [];
  /** What observers do once. */
  reentrant: Act | undefined;

  constructor() {
    const { client, things } = this.made;
    client.methods({
      write: (_: Simulation, id: string) => things.update(id, { $inc: { x: 1 } }, { upsert: true }),
      drop: (_: Simulation, id: string) => things.remove(id),
      later: async (simulation: Simulation, id: string) => {
        await turns(1);
        await simulation.collection("things").update(id, { $set: { late: true } });
      },
      fail: () => {
        throw new Error("a stub");
      },
    });
    const { replayed } = this;
    const again = (): void => {
      const { reentrant } = this;
      this.reentrant = undefined;
      reentrant?.(this);
    };
    things.find({}, { sort: { x: 1 } }).observe({
      addedAt: (thing, index) => (replayed.splice(index, 0, thing), again()),
      changedAt: (thing, _before, index) => ((replayed[index] = thing), again()),
      movedTo: (_thing, from, to) => void replayed.splice(to, 0, ...replayed.splice(from, 1)),
      removedAt: (_thing, index) => (replayed.splice(index, 1), again()),
    });
  }

  /** The connection is lost, and there is another. */
  async comeBack(session: string): Promise<void> {
    const { server, clock } = this.made;
    await server.cut();
    await clock.advanceAsync(1);
    await server.say({ msg: "connected", session });
  }

  get client(): DdpClient {
    return this.made.client;
  }

  apply(method: string, id: string, options: { wait?: boolean; noRetry?: boolean }): void {
    const call = this.client.apply(method, [id], options);
    this.promises.push(call.done, call.result, call.simulated);
  }

  subscribe(): void {
    if (this.client.status.state === "closed") return;
    const subscription = this.client.subscribe("s");
    this.subscriptions.push(subscription);
    this.promises.push(subscription.ready, subscription.ended);
  }
}

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: said.map((message) => (world: World) => world.made.server.say(message)) },
  {
    weight: 2,
    arbitrary: fc
      .array(said, { maxLength: 4 })
      .map((messages) => (world: World) => world.made.server.send(...messages)),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        method: fc.constantFrom("write", "drop", "later", "fail", "unknown"),
        id: fc.constantFrom("a", "b", "__proto__"),
        options: fc.constantFrom(
          {},
          {},
          { wait: true },
          { noRetry: true },
          { throwStubExceptions: true },
        ),
      })
      .map(
        ({ method, id, options }) =>
          (world: World) =>
            world.apply(method, id, options),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Act>(
      (world) => world.subscribe(),
      (world) => world.subscriptions.at(-1)?.stop(),
      (world) =>
        world.made.server.say({ msg: "ready", subs: world.subscriptions.map(({ id }) => id) }),
      (world) => world.made.server.say({ msg: "nosub", id: world.subscriptions[0]?.id }),
      (world) => void world.promises.push(world.client.login({})),
      (world) => void world.promises.push(world.client.logout()),
      (world) => void world.promises.push(world.made.things.insert({ x: 5 })),
      (world) => world.client.disconnect(),
      (world) => world.client.reconnect(),
      (world) => world.made.server.cut(),
      (world) => world.comeBack("s1"),
      (world) => world.comeBack("s2"),
      (world) => world.made.clock.advanceAsync(40_000),
      (world) => turns(1).then(() => void world.client),
    ),
  },
);

const reentrant: fc.Arbitrary<Act | undefined> = fc.option(
  fc.constantFrom<Act>(
    (world) => world.apply("write", "b", {}),
    (world) => world.apply("drop", "a", { wait: true }),
    (world) => world.apply("later", "a", {}),
    (world) => world.subscribe(),
    (world) => world.client.disconnect(),
    (world) => void world.client.close(),
    (world) => world.subscriptions[0]?.stop(),
    () => {
      throw new Error("an observer");
    },
  ),
  { nil: undefined },
);

async function run(acts: readonly Act[], once: Act | undefined): Promise<void> {
  const world = new World();
  world.reentrant = once;
  const { server, client, things, clock } = world.made;
  const shown = (): readonly Thing[] => things.find({}, { sort: { x: 1 } }).fetch();
  const states: number[] = [];
  const reading = (async () => {
    for await (const documents of things.find()) states.push(documents.length);
  })();
  await turns(2);
  await server.say({ msg: "connected", session: "s1" });
  for (const one of acts) {
    await one(world);
    expect(world.replayed).toEqual(shown());
  }
  await client.close();
  await Promise.allSettled([...world.promises, reading]);
  expect(world.replayed).toEqual(shown());
  expect(clock.timers).toBe(0);
}

test("whatever the server says, and whatever the client does", async () => {
  const unhandled = await unhandledRejections(() =>
    fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 25 }), reentrant, run), {
      numRuns: Number(process.env["FUZZ_RUNS"] ?? 200),
    }),
  );
  expect(unhandled).toEqual([]);
});
