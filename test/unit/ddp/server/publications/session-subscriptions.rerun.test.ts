import { expect, test } from "vitest";
import { createDdp } from "../../../../../src/ddp/server/index.ts";
import type { MethodInvocation, Subscription } from "../../../../../src/ddp/server/index.ts";
import { ddpWith, INTERNAL_ERROR } from "../../../../support/ddp-fixture.ts";
import { Documents } from "../../../../support/ddp-documents.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";
import { turns } from "../../../../support/turns.ts";

/** What a login says when it is done. */
const done = (id: string): Json[] => [
  { msg: "updated", methods: [id] },
  { msg: "result", id },
];

const login = (id: string, user: string | null): Json => ({
  msg: "method",
  id,
  method: "login",
  params: [user],
});

function gate(): { readonly promise: Promise<void>; open(): void } {
  let open = (): void => {};
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open: () => open() };
}

test("others have their turns while many subscriptions are run again", async () => {
  const { ddp } = ddpWith();
  let runs = 0;
  ddp.publish("p", (subscription) => {
    runs++;
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  for (let id = 0; id < 100; id++) peer.send({ msg: "sub", id: `${id}`, name: "p" });
  await peer.rest();
  const seen = new Set<number>();
  peer.send(login("1", "bob"));
  while (runs < 200) {
    seen.add(runs - 100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(seen).toContain(48);
  const [ready, ...rest] = await peer.takeAll(3);
  expect((ready as { subs: unknown[] }).subs).toHaveLength(100);
  expect(rest).toEqual(done("1"));
});

test("changing userid reruns subscriptions without flapping data on the wire", async () => {
  const { ddp } = ddpWith();
  const stopped: (string | null)[] = [];
  const documents = new Documents("c", {
    all: { seenBy: "all" },
    mine: { seenBy: "bob" },
    other: { seenBy: "nobody" },
  });
  ddp.publish("who", (subscription, title) => {
    const { userId } = subscription;
    subscription.onStop(() => void stopped.push(userId));
    subscription.added("me", "1", { userId, title, always: { x: 1 } });
    subscription.ready();
  });
  ddp.publish("documents", ({ userId }) =>
    documents.find(({ seenBy }) => seenBy === "all" || seenBy === (userId ?? "nobody")),
  );
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "w", name: "who", params: ["first"] });
  peer.send({ msg: "sub", id: "d", name: "documents" });
  await peer.takeAll(5);
  peer.send(login("1", "bob"));
  expect(await peer.rest()).toEqual([
    { msg: "changed", collection: "me", id: "1", fields: { userId: "bob" } },
    { msg: "removed", collection: "c", id: "other" },
    { msg: "added", collection: "c", id: "mine", fields: { seenBy: "bob" } },
    { msg: "ready", subs: ["w", "d"] },
    ...done("1"),
  ]);
  expect(stopped).toEqual([null]);
  // The same user again: everything runs, and nothing is different.
  peer.send(login("2", "bob"));
  expect(await peer.rest()).toEqual([{ msg: "ready", subs: ["w", "d"] }, ...done("2")]);
  expect(stopped).toEqual([null, "bob"]);
  documents.put("mine", { seenBy: "bob", x: 1 });
  peer.send({ msg: "unsub", id: "d" });
  expect((await peer.rest()).at(-1)).toEqual({ msg: "nosub", id: "d" });
  expect(documents.queries).toBe(0);
});

test("what changes while publications run again is in the one difference, and `updated` of others waits for it", async () => {
  const { ddp } = ddpWith();
  const documents = new Documents("c", { 1: { x: 1 } });
  ddp.publish("all", () => documents.find());
  ddp.methods({
    write: async (invocation) => {
      invocation.unblock();
      await started.promise;
      documents.put("1", { x: 2 });
    },
  });
  const [started, held] = [gate(), gate()];
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "all" });
  await peer.rest();
  documents.hold(held.promise);
  peer.send({ msg: "method", id: "w", method: "write" }, login("1", "bob"));
  await turns(3);
  started.open();
  documents.put("2", {});
  expect(await peer.rest()).toEqual([]);
  held.open();
  expect(await peer.rest()).toEqual([
    { msg: "changed", collection: "c", id: "1", fields: { x: 2 } },
    { msg: "added", collection: "c", id: "2" },
    { msg: "ready", subs: ["s"] },
    ...done("w"),
    ...done("1"),
  ]);
});

test("a rerun that fails is told at once, and takes its documents along", async () => {
  const { ddp, logger } = ddpWith();
  ddp.publish("mine", (subscription) => {
    if (subscription.userId !== null) throw new Error("for the log");
    subscription.added("c", "1");
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "mine" }, login("1", "bob"));
  peer.send(login("2", null), { msg: "sub", id: "s", name: "mine" });
  expect(await peer.rest()).toEqual([
    { msg: "added", collection: "c", id: "1" },
    { msg: "ready", subs: ["s"] },
    { msg: "nosub", id: "s", error: INTERNAL_ERROR },
    { msg: "removed", collection: "c", id: "1" },
    ...done("1"),
    ...done("2"),
    { msg: "added", collection: "c", id: "1" },
    { msg: "ready", subs: ["s"] },
  ]);
  expect(logger.lines).toHaveLength(1);
});

test("sub and unsub that come during a rerun wait until it is over", async () => {
  const { ddp } = ddpWith();
  const held = gate();
  ddp.methods({
    // (Not waited for, so that what comes next begins.)
    hasty: (invocation) => void invocation.setUserId("bob"),
  });
  ddp.publish("slow", async (subscription) => {
    subscription.added("c", "1", { user: subscription.userId });
    subscription.unblock();
    if (subscription.userId !== null) await held.promise;
    subscription.ready();
  });
  ddp.publish("fast", (subscription) => subscription.ready());
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "slow" });
  await peer.takeAll(2);
  peer.send({ msg: "method", id: "1", method: "hasty" });
  peer.send({ msg: "sub", id: "f", name: "fast" }, { msg: "unsub", id: "s" });
  expect(await peer.rest()).toEqual([]);
  held.open();
  const messages = await peer.rest();
  const [changed, first, ...others] = messages;
  expect(changed).toMatchObject({ msg: "changed", fields: { user: "bob" } });
  expect(first).toEqual({ msg: "ready", subs: ["s"] });
  expect(others.filter(({ msg }) => msg !== "updated" && msg !== "result")).toEqual([
    { msg: "ready", subs: ["f"] },
    { msg: "removed", collection: "c", id: "1" },
    { msg: "nosub", id: "s" },
  ]);
});

test("two setUserId in one method run again one after the other", async () => {
  const { ddp } = ddpWith();
  const users: (string | null)[] = [];
  ddp.publish("who", (subscription) => {
    users.push(subscription.userId);
    subscription.added("c", "1", { user: subscription.userId });
    subscription.ready();
  });
  ddp.methods({
    twice: async (invocation) => {
      await invocation.setUserId("a");
      await invocation.setUserId("b");
    },
    together: (invocation) =>
      Promise.all([invocation.setUserId("c"), invocation.setUserId("d")]).then(() => {}),
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "who" });
  await peer.takeAll(2);
  const changed = (user: string): Json[] => [
    { msg: "changed", collection: "c", id: "1", fields: { user } },
    { msg: "ready", subs: ["s"] },
  ];
  peer.send({ msg: "method", id: "1", method: "twice" });
  expect(await peer.rest()).toEqual([...changed("a"), ...changed("b"), ...done("1")]);
  peer.send({ msg: "method", id: "2", method: "together" });
  expect((await peer.rest()).slice(-4)).toEqual([...changed("d"), ...done("2")]);
  expect(users.at(-1)).toBe("d");
});

test("a session that ends during a rerun leaves nothing behind, and setUserId resolves", async () => {
  const held = gate();
  const documents = new Documents("c", { 1: {} });
  const resolved: string[] = [];
  const subscriptions: Subscription[] = [];
  const ddp = createDdp();
  ddp.publish("all", () => documents.find());
  ddp.publish("hangs", async (subscription) => {
    subscriptions.push(subscription);
    subscription.onStop(() => {
      if (subscriptions.length === 1) subscription.connection.close();
    });
    subscription.ready();
    if (subscriptions.length > 1) await new Promise(() => {});
  });
  ddp.methods({
    login: async (invocation: MethodInvocation) => {
      await invocation.setUserId("bob");
      resolved.push("login");
    },
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "all" }, { msg: "sub", id: "h", name: "hangs" });
  await peer.rest();
  documents.hold(held.promise);
  peer.send({ msg: "method", id: "1", method: "login" });
  await peer.handled;
  held.open();
  await turns(5);
  expect(resolved).toEqual(["login"]);
  expect(documents.queries).toBe(0);
});

test("a universal publication that comes during a rerun is in the difference", async () => {
  const { ddp } = ddpWith();
  const held = gate();
  const documents = new Documents("c", { 1: {} });
  ddp.publish("all", () => documents.find());
  ddp.publish(null, (subscription) => subscription.added("u", "0", { user: subscription.userId }));
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "all" });
  await peer.rest();
  documents.hold(held.promise);
  peer.send(login("1", "bob"));
  await turns(3);
  ddp.publish(null, (subscription) => subscription.added("u", "1"));
  expect(await peer.rest()).toEqual([]);
  held.open();
  expect(await peer.rest()).toEqual([
    { msg: "changed", collection: "u", id: "0", fields: { user: "bob" } },
    { msg: "added", collection: "u", id: "1" },
    { msg: "ready", subs: ["s"] },
    ...done("1"),
  ]);
});

test("a publication that goes on for ever is waited for until it is ready", async () => {
  const { ddp } = ddpWith();
  ddp.publish("stream", async (subscription) => {
    subscription.unblock();
    await turns();
    subscription.added("c", "1", { user: subscription.userId });
    subscription.ready();
    await new Promise(() => {});
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "stream" });
  await peer.takeAll(2);
  peer.send(login("1", "bob"));
  expect(await peer.rest()).toEqual([
    { msg: "changed", collection: "c", id: "1", fields: { user: "bob" } },
    { msg: "ready", subs: ["s"] },
    ...done("1"),
  ]);
});

test("a query that can't be stopped, and an onStop that publishes, spoil no rerun", async () => {
  const { ddp, logger } = ddpWith();
  const subscriptions: Subscription[] = [];
  ddp.publish("bad", (subscription) => {
    subscriptions.push(subscription);
    subscription.onStop(() => {
      for (const each of subscriptions) each.added("d", "late");
    });
    return {
      collection: "c",
      observe: async (sink) => {
        sink.added("1", {});
        return {
          stop: () => {
            throw new Error("it goes on");
          },
        };
      },
    };
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "bad" }, { msg: "sub", id: "t", name: "bad" });
  await peer.rest();
  peer.send(login("1", "bob"));
  // (The second runs on when the first is stopped.)
  const late = { collection: "d", id: "late" };
  expect(await peer.rest()).toEqual([
    { msg: "added", ...late },
    { msg: "removed", ...late },
    { msg: "ready", subs: ["s", "t"] },
    ...done("1"),
  ]);
  expect(logger.lines).toEqual([
    "error: the publication bad failed to stop:",
    "error: the publication bad failed to stop:",
  ]);
});
