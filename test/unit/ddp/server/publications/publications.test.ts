import { expect, test } from "vitest";
import { DdpError, EJSON } from "../../../../../src/ddp/server/index.ts";
import type { DdpConnection, Subscription } from "../../../../../src/ddp/server/index.ts";
import { ddpWith, INTERNAL_ERROR } from "../../../../support/ddp-fixture.ts";
import { Documents } from "../../../../support/ddp-documents.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { turns } from "../../../../support/turns.ts";

const added = (id: string, fields: object, collection = "c") => ({
  msg: "added",
  collection,
  id,
  fields,
});
const ready = (...subs: string[]) => ({ msg: "ready", subs });
const removed = (id: string) => ({ msg: "removed", collection: "c", id });
const nosub = (id: string, error?: object) => ({ msg: "nosub", id, ...(error && { error }) });

test("added from two different subs", async () => {
  const { ddp } = ddpWith();
  ddp.publish("A", (subscription) => {
    subscription.added("c", "1", { a: "from A", both: [1] });
    subscription.ready();
  });
  ddp.publish("B", (subscription) => {
    subscription.added("c", "1", { b: "from B", both: [2] });
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "a", name: "A" }, { msg: "sub", id: "b", name: "B" });
  peer.send({ msg: "unsub", id: "a" }, { msg: "unsub", id: "b" });
  expect(await peer.rest()).toEqual([
    added("1", { a: "from A", both: [1] }),
    ready("a"),
    { msg: "changed", collection: "c", id: "1", fields: { b: "from B" } },
    ready("b"),
    { msg: "changed", collection: "c", id: "1", fields: { both: [2] }, cleared: ["a"] },
    nosub("a"),
    removed("1"),
    nosub("b"),
  ]);
});

test("publish multiple cursors, two of one collection among them", async () => {
  const { ddp } = ddpWith();
  const c = new Documents("c", { 1: { low: true }, 2: { low: true, high: true } });
  const d = new Documents("d", { 1: {} });
  ddp.publish("all", () => [
    c.find(({ low }) => low === true),
    c.find(({ high }) => high === true),
    d.find(),
  ]);
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "all" });
  expect(await peer.rest()).toEqual([
    added("1", { low: true }),
    added("2", { low: true, high: true }),
    { msg: "added", collection: "d", id: "1" },
    ready("s"),
  ]);
  c.put("2", { high: true });
  c.put("2", {});
  peer.send({ msg: "unsub", id: "s" });
  expect(await peer.rest()).toEqual([
    { msg: "changed", collection: "c", id: "2", cleared: ["low"] },
    removed("2"),
    removed("1"),
    { msg: "removed", collection: "d", id: "1" },
    nosub("s"),
  ]);
  expect(c.queries + d.queries).toBe(0);
});

test("publish cursor awaited", async () => {
  const { ddp } = ddpWith();
  const documents = new Documents("c", { 1: { x: 1 } });
  ddp.publish("awaited", async () => {
    await turns();
    return documents.find();
  });
  const peer = await DdpPeer.connect(ddp);
  for (const id of ["s", "t"]) {
    peer.send({ msg: "sub", id, name: "awaited" });
    expect(await peer.takeAll(2)).toEqual([added("1", { x: 1 }), ready(id)]);
    peer.send({ msg: "unsub", id });
    expect(await peer.takeAll(2)).toEqual([removed("1"), nosub(id)]);
  }
});

test("async publish variants: what an async publication returns or does counts as it does at once", async () => {
  const { ddp } = ddpWith();
  const documents = new Documents("c", { 1: {} });
  ddp.publish({
    nothing: async () => {},
    array: async () => [documents.find()],
    none: () => [],
    hand: async (subscription) => {
      await turns();
      subscription.added("c", "2");
      subscription.ready();
      subscription.ready();
    },
  });
  const peer = await DdpPeer.connect(ddp);
  for (const id of ["nothing", "none", "array", "hand"]) peer.send({ msg: "sub", id, name: id });
  expect(await peer.rest()).toEqual([
    ready("none"),
    { msg: "added", collection: "c", id: "1" },
    ready("array"),
    { msg: "added", collection: "c", id: "2" },
    ready("hand"),
  ]);
});

test("publish object", async () => {
  const { ddp } = ddpWith();
  const publications = JSON.parse('{"__proto__":0,"toString":0}') as Record<string, never>;
  const names = Object.keys(publications);
  ddp.publish(Object.fromEntries(names.map((name) => [name, (s: Subscription) => s.ready()])));
  const peer = await DdpPeer.connect(ddp);
  for (const name of names) peer.send({ msg: "sub", id: name, name });
  peer.send({ msg: "sub", id: "x", name: "constructor" });
  const [first, second, third] = await peer.rest();
  expect([first, second]).toEqual(names.map((name) => ready(name)));
  expect(third).toMatchObject({ msg: "nosub", error: { error: 404 } });
  expect(() => ddp.publish({ toString: () => {} })).toThrow(TypeError);
});

test("waiting for subscription chain: one that takes its time holds up the next, unless it unblocks", async () => {
  const { ddp } = ddpWith();
  const gates = new Map<string, () => void>();
  const wait = (name: string) => new Promise<void>((resolve) => gates.set(name, resolve));
  ddp.publish({
    slow: async (subscription, name) => {
      await wait(String(name));
      subscription.ready();
    },
    unblocked: async (subscription, name) => {
      subscription.unblock();
      await wait(String(name));
      subscription.ready();
    },
    fast: (subscription) => subscription.ready(),
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "u", name: "unblocked", params: ["u"] });
  peer.send({ msg: "sub", id: "1", name: "slow", params: ["1"] });
  peer.send({ msg: "sub", id: "2", name: "fast" }, { msg: "ping" });
  expect(await peer.rest()).toEqual([{ msg: "pong" }]);
  gates.get("1")?.();
  expect(await peer.rest()).toEqual([ready("1"), ready("2")]);
  gates.get("u")?.();
  expect(await peer.rest()).toEqual([ready("u")]);
});

test("publisher errors: from the call, from a promise, by error(), and what only the log may see", async () => {
  const { ddp, logger } = ddpWith();
  const secret = new Error("secret");
  const safe = new DdpError("no", "because", { k: 1 });
  ddp.publish({
    throws: () => {
      throw safe;
    },
    rejects: () => Promise.reject(safe),
    error: (subscription) => {
      subscription.added("c", "1");
      subscription.ready();
      subscription.error(safe);
      subscription.added("c", "2");
    },
    secret: () => {
      throw secret;
    },
    wrong: () => 7 as never,
    wrongArray: () => [{}] as never,
  });
  const peer = await DdpPeer.connect(ddp);
  const names = ["throws", "rejects", "error", "secret", "wrong", "wrongArray"];
  for (const name of names) peer.send({ msg: "sub", id: name, name });
  const wire = {
    isClientSafe: true,
    error: "no",
    reason: "because",
    details: { k: 1 },
    message: "because [no]",
    errorType: "Meteor.Error",
  };
  expect(await peer.rest()).toEqual([
    nosub("throws", wire),
    nosub("rejects", wire),
    { msg: "added", collection: "c", id: "1" },
    ready("error"),
    removed("1"),
    nosub("error", wire),
    nosub("secret", INTERNAL_ERROR),
    nosub("wrong", INTERNAL_ERROR),
    nosub("wrongArray", INTERNAL_ERROR),
  ]);
  expect(logger.lines).toHaveLength(3);
  expect(logger.details).toContain(secret);
});

test("onStop: on stop, unsub, error and the client's end; at once when it is too late; its errors go to the log", async () => {
  const { ddp, logger } = ddpWith();
  const stopped: string[] = [];
  const bad = new Error("bad");
  ddp.publish({
    stops: (subscription) => {
      subscription.onStop(() => void stopped.push("stop"));
      subscription.onStop(() => {
        throw bad;
      });
      subscription.onStop(() => Promise.reject(bad));
      subscription.onStop(() => void stopped.push("stop too"));
      subscription.stop();
      subscription.stop();
      subscription.onStop(() => void stopped.push("late"));
    },
    stays: (subscription) => {
      subscription.onStop(() => void stopped.push(subscription.id));
    },
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "1", name: "stops" });
  expect(await peer.take()).toEqual(nosub("1"));
  expect(stopped).toEqual(["stop", "stop too", "late"]);
  peer.send({ msg: "sub", id: "2", name: "stays" }, { msg: "sub", id: "3", name: "stays" });
  peer.send({ msg: "unsub", id: "2" });
  await peer.rest();
  peer.send({ msg: "disconnect" });
  await peer.connection.close();
  await peer.handled;
  expect(stopped.slice(3)).toEqual(["2", "3"]);
  expect(logger.details).toEqual([bad, bad]);
});

test("publish callbacks clone: what the application changes later changes nothing that was published", async () => {
  const { ddp } = ddpWith();
  const held: { fields?: { list: number[] }; params?: unknown } = {};
  let again = (): void => {};
  ddp.publish("mine", (subscription, params) => {
    const fields = { _id: "ignored", list: [1] };
    subscription.added("c", "1", fields);
    (params as number[]).push(9);
    held.fields = fields;
    again = () => subscription.changed("c", "1", fields);
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "mine", params: [[]] });
  expect(await peer.takeAll(2)).toEqual([added("1", { list: [1] }), ready("s")]);
  held.fields?.list.push(2);
  again();
  expect(await peer.take()).toEqual({
    msg: "changed",
    collection: "c",
    id: "1",
    fields: { list: [1, 2] },
  });
});

test("what can't be sent is thrown to the publication, and nothing is published", async () => {
  const { ddp } = ddpWith();
  const thrown: unknown[] = [];
  ddp.publish("bad", (subscription) => {
    const attempt = (run: () => void): void => {
      try {
        run();
      } catch (error) {
        thrown.push(error);
      }
    };
    attempt(() => subscription.added("c", "1", { n: 1n }));
    subscription.added("c", "1", { n: 1 });
    attempt(() => subscription.changed("c", "1", { n: () => {} }));
    attempt(() => subscription.added("c", {} as never));
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "bad" }, { msg: "unsub", id: "s" });
  expect(await peer.rest()).toEqual([added("1", { n: 1 }), ready("s"), removed("1"), nosub("s")]);
  expect(thrown).toHaveLength(3);
});

test("connection in publish, and the context of a publication", async () => {
  const { ddp } = ddpWith();
  const seen: unknown[] = [];
  let connection: DdpConnection | undefined;
  ddp.publish("context", function (this: unknown, subscription, ...params) {
    const { id, name, userId } = subscription;
    seen.push(this, id, name, userId, params);
    ({ connection } = subscription);
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "context", params: [1, { $date: 5 }] });
  await peer.rest();
  expect(seen).toEqual([undefined, "s", "context", null, [1, new Date(5)]]);
  expect(connection?.id).toEqual(expect.any(String));
});

test("a query that fails ends its subscription; one document that can't be sent hurts nobody else", async () => {
  const { ddp, logger } = ddpWith();
  const documents = new Documents("c", { 1: { x: 1 } });
  ddp.publish("all", () => documents.find());
  ddp.publish("some", () => documents.find(({ x }) => x === 1));
  const [all, some] = [await DdpPeer.connect(ddp), await DdpPeer.connect(ddp)];
  all.send({ msg: "sub", id: "a", name: "all" });
  some.send({ msg: "sub", id: "s", name: "some" });
  await Promise.all([all.rest(), some.rest()]);
  documents.put("bad", { x: 2n });
  documents.put("2", { x: 1 });
  expect(await all.rest()).toEqual([removed("1"), nosub("a", INTERNAL_ERROR)]);
  expect(await some.rest()).toEqual([added("2", { x: 1 })]);
  documents.fail(new DdpError("gone"));
  const error = expect.objectContaining({ error: "gone" });
  expect(await some.rest()).toEqual([removed("1"), removed("2"), nosub("s", error)]);
  expect(logger.lines).toHaveLength(1);
  expect(documents.queries).toBe(0);
});

test("a subscription that ends while its query begins leaves no query behind", async () => {
  const { ddp } = ddpWith();
  const documents = new Documents("c", { 1: {} });
  const subscriptions: Subscription[] = [];
  ddp.publish("held", (subscription) => {
    subscriptions.push(subscription);
    return [documents.find(), documents.find()];
  });
  let open = (): void => {};
  documents.hold(new Promise<void>((resolve) => (open = resolve)));
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "1", name: "held" });
  await peer.rest();
  // What is stopped holds up nobody: the next message is handled.
  subscriptions[0]?.stop();
  peer.send({ msg: "sub", id: "2", name: "held" });
  expect(await peer.rest()).toEqual([nosub("1")]);
  await peer.connection.close();
  await peer.handled;
  open();
  await turns(3);
  expect(subscriptions).toHaveLength(2);
  // (The session may outlive its connection for a while.)
  await ddp.close();
  expect(documents.queries).toBe(0);
});

test("documents and changes of a live query are written once, however many sessions get them", async () => {
  const { ddp } = ddpWith();
  let writes = 0;
  class Counted {
    typeName(): string {
      return "counted once";
    }

    toJSONValue(): number {
      return ++writes;
    }
  }
  EJSON.addType("counted once", () => new Counted());
  const documents = new Documents("c", { 1: { value: new Counted() } });
  ddp.publish("all", () => documents.find());
  const peers = await Promise.all([1, 2, 3].map(() => DdpPeer.connect(ddp)));
  const fields = { value: { $type: "counted once", $value: 1 } };
  for (const peer of peers) {
    peer.send({ msg: "sub", id: "s", name: "all" });
    expect(await peer.takeAll(2)).toEqual([added("1", fields), ready("s")]);
  }
  writes = 0;
  const value = new Counted();
  documents.put("2", { value });
  documents.put("2", { value, n: 1 });
  documents.remove("2");
  for (const peer of peers) {
    expect(await peer.takeAll(3)).toEqual([
      added("2", fields),
      { msg: "changed", collection: "c", id: "2", fields: { n: 1 } },
      removed("2"),
    ]);
  }
  expect(writes).toBe(1);
});

test("sub with an id that is in use means nothing; unsub of none is answered", async () => {
  const { ddp } = ddpWith();
  ddp.publish("p", (subscription) => subscription.ready());
  const peer = await DdpPeer.connect(ddp);
  for (const _ of [1, 2]) peer.send({ msg: "sub", id: "1", name: "p" });
  peer.send({ msg: "unsub", id: "2" }, { msg: "unsub" });
  expect(await peer.rest()).toEqual([ready("1"), nosub("2"), { msg: "nosub" }]);
});

test("the strategy of a collection is the server's", async () => {
  const { ddp } = ddpWith();
  ddp.setPublicationStrategy("c", "NO_MERGE_NO_HISTORY");
  expect(() => ddp.setPublicationStrategy("c", "none" as never)).toThrow(TypeError);
  ddp.publish("events", (subscription) => {
    subscription.added("c", "1", { x: 1 });
    subscription.added("c", "1", { x: 1 });
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "events" }, { msg: "unsub", id: "s" });
  expect(await peer.rest()).toEqual([
    added("1", { x: 1 }),
    added("1", { x: 1 }),
    ready("s"),
    nosub("s"),
  ]);
});
