import { describe, expect, test } from "vitest";
import type { Connection } from "../../../../src/connection/connection.ts";
import { LimitError } from "../../../../src/errors.ts";
import type { CloseInfo } from "../../../../src/errors.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { SharedMessage } from "../../../../src/wamp/protocol/link.ts";
import type { Link } from "../../../../src/wamp/protocol/link.ts";
import { memoryLinks } from "../../../../src/wamp/protocol/memory-link.ts";
import type { Message } from "../../../../src/wamp/protocol/messages.ts";
import type { RouterOptions } from "../../../../src/wamp/router/options.ts";
import { RouterCore } from "../../../../src/wamp/router/router.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { WampPeer, settled } from "../../../support/wamp-peer.ts";

const open = { authenticators: [], authorizer: { authorize: () => ({ allow: true }) } };
const eve = { authid: "eve", authrole: "user", authmethod: "test", authprovider: "test" };

function makeRouter(options: RouterOptions = {}): RouterCore {
  return new RouterCore({ realms: { realm1: open }, ...options });
}

/** Where requests wait for ever. */
const unanswered = {
  authenticators: [],
  authorizer: { authorize: () => new Promise<never>(() => {}) },
};

/** A peer at the end of a connection that can be cut, and as many requests of it as make the router wait. */
async function attachEager(router: RouterCore): Promise<{ peer: WampPeer; cut: () => void }> {
  const [ours, theirs] = memoryLinks();
  const closed = new Deferred<CloseInfo>();
  const connection = { closed: closed.promise } as unknown as Connection;
  const facts = { connection, serializer: undefined };
  const link: Link = {
    facts,
    waiting: 0,
    send: (message) => theirs.send(message),
    receive: (each) => theirs.receive(each),
    close: () => theirs.close(),
    terminate: () => theirs.terminate(),
  };
  void router.attach(link, eve);
  const peer = new WampPeer(ours);
  peer.send([1, "realm1", { roles: { publisher: {} } }]);
  expect((await peer.take())[0]).toBe(2);
  for (let request = 1; request <= 300; request++) peer.send([16, request, {}, "com.topic"]);
  await settled();
  const cut = (): void => {
    void ours.close();
    closed.resolve({ code: 1006, reason: "", wasClean: false, initiator: "remote" });
  };
  return { peer, cut };
}

/** A peer that takes no message longer than so many characters in JSON. */
function attachSmall(router: RouterCore, limit: number, realm = "realm1"): WampPeer {
  const [ours, theirs] = memoryLinks();
  const link: Link = {
    facts: theirs.facts,
    waiting: 0,
    send(message: Message | SharedMessage) {
      const plain = message instanceof SharedMessage ? message.message : message;
      if (JSON.stringify(plain).length > limit) throw new LimitError("a long message", limit);
      return theirs.send(message);
    },
    receive: (each) => theirs.receive(each),
    close: () => theirs.close(),
    terminate: () => theirs.terminate(),
  };
  void router.attach(link, eve);
  const peer = new WampPeer(ours);
  peer.send([1, realm, { roles: { subscriber: {} } }]);
  return peer;
}

test("a peer that takes no WELCOME makes no realm on demand, and nobody is told of an error", async () => {
  const errors: unknown[] = [];
  const logger = { error: (...data: unknown[]) => errors.push(data), warn: () => {} };
  const router = makeRouter({ createRealm: () => open, logger });
  const peer = attachSmall(router, 300, "x.1");
  expect(await peer.take()).toEqual([3, {}, "wamp.error.payload_size_exceeded"]);
  await peer.gone;
  expect([...router.stats().keys()]).toEqual(["realm1"]);
  expect(errors).toEqual([]);
});

test("a word of farewell that a peer doesn't take is left out, and others are ended too", async () => {
  const clock = new FakeClock();
  const router = makeRouter({ clock });
  const small = attachSmall(router, 3000);
  expect((await small.take())[0]).toBe(2);
  const other = await WampPeer.join(router);
  const killer = await WampPeer.join(router);
  const message = "x".repeat(4000);
  killer.send([48, 1, {}, "wamp.session.kill_all", [], { message }]);
  expect(await killer.take()).toEqual([50, 1, {}, [2]]);
  expect(await other.take()).toEqual([6, { message }, "wamp.close.killed"]);
  expect(await small.take()).toEqual([6, {}, "wamp.close.killed"]);
  clock.advance(5000);
  await small.gone;
});

test("a peer that takes no farewell at all is ended all the same", async () => {
  const clock = new FakeClock();
  const router = makeRouter({ clock });
  const small = attachSmall(router, 3000);
  expect((await small.take())[0]).toBe(2);
  const killer = await WampPeer.join(router);
  killer.send([48, 1, {}, "wamp.session.kill_all", [], { reason: `com.${"x".repeat(4000)}` }]);
  expect(await killer.take()).toEqual([50, 1, {}, [1]]);
  await settled();
  expect(small.isGone).toBe(false);
  clock.advance(5000);
  await small.gone;
});

test("whoever sends a lot of work lets others have their turn", async () => {
  const clock = new FakeClock();
  let done = 0;
  const authorize = (): { allow: boolean } => {
    clock.advance(6);
    done++;
    return { allow: true };
  };
  const realm1 = { authenticators: [], authorizer: { authorize } };
  const router = makeRouter({ realms: { realm1 }, clock });
  const busy = await WampPeer.join(router);
  for (let request = 1; request <= 100; request++) busy.send([16, request, {}, "com.topic"]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(10);
  while (done < 100) await settled();
});

describe("requests that an authorizer never answers", () => {
  test("don't keep a session whose connection is gone", async () => {
    const clock = new FakeClock();
    const router = makeRouter({ realms: { realm1: unanswered }, clock });
    const { cut } = await attachEager(router);
    cut();
    await settled();
    expect(router.stats().get("realm1")?.sessions).toBe(1);
    clock.advance(5000);
    expect(router.stats().get("realm1")?.sessions).toBe(0);
    await router.close();
    expect(clock.timers).toBe(0);
  });

  test("don't keep a router from closing", async () => {
    const clock = new FakeClock();
    const router = makeRouter({ realms: { realm1: unanswered }, clock });
    const { peer } = await attachEager(router);
    const closed = router.close();
    expect(await peer.take()).toEqual([6, {}, "wamp.close.system_shutdown"]);
    peer.send([6, {}, "wamp.close.goodbye_and_out"]);
    await closed;
    expect(clock.timers).toBe(0);
  });
});
