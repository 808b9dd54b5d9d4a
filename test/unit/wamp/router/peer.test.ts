import { describe, expect, test } from "vitest";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { RouterCore } from "../../../../src/wamp/router/router.ts";
import type { RouterOptions } from "../../../../src/wamp/router/options.ts";
import { WampPeer, settled } from "../../../support/wamp-peer.ts";

const open = { authenticators: [], authorizer: { authorize: () => ({ allow: true }) } };
const ROLES = { roles: { caller: {} } };

function makeRouter(options: RouterOptions = {}): RouterCore {
  return new RouterCore({ realms: { realm1: open }, ...options });
}

describe("a session", () => {
  test("ends with GOODBYE, after what came before it; another one may follow on the same link", async () => {
    const router = makeRouter();
    const peer = await WampPeer.join(router);
    peer.send([48, 1, {}, "wamp.session.count"]);
    peer.send([6, {}, "wamp.close.normal"]);
    expect(await peer.takeAll(2)).toEqual([
      [50, 1, {}, [1]],
      [6, {}, "wamp.close.goodbye_and_out"],
    ]);
    peer.send([1, "realm1", ROLES]);
    expect((await peer.take())[0]).toBe(2);
    peer.send([48, 1, {}, "wamp.session.count"]);
    expect(await peer.take()).toEqual([50, 1, {}, [1]]);
  });

  test.each([
    [[1, "realm1", ROLES] as const, "HELLO within a session"],
    [[2, 5, { roles: { broker: {} } }] as const, "WELCOME within a session"],
    [[5, "", {}] as const, "AUTHENTICATE within a session"],
    [[17, 1, 2] as const, "PUBLISHED within a session"],
    [[8, 48, 1, {}, "com.error"] as const, "ERROR for no INVOCATION"],
  ])("is aborted for %j", async (message, text) => {
    const router = makeRouter();
    const peer = await WampPeer.join(router);
    peer.send(message);
    expect(await peer.take()).toEqual([3, { message: text }, "wamp.error.protocol_violation"]);
    await peer.gone;
    expect(router.stats().get("realm1")?.sessions).toBe(0);
  });

  test("that doesn't answer a GOODBYE is ended after a while", async () => {
    const clock = new FakeClock();
    const router = makeRouter({ clock });
    const peer = await WampPeer.join(router);
    const closed = router.close();
    expect(await peer.take()).toEqual([6, {}, "wamp.close.system_shutdown"]);
    await settled();
    expect(peer.isGone).toBe(false);
    clock.advance(5000);
    await closed;
    await peer.gone;
  });
});

describe("before there is a session", () => {
  test.each([[[48, 1, {}, "com.call"] as const], [[6, {}, "com.bye"] as const]])(
    "%j is a violation",
    async (message) => {
      const peer = WampPeer.attach(makeRouter());
      peer.send(message);
      expect((await peer.take())[2]).toBe("wamp.error.protocol_violation");
      await peer.gone;
    },
  );

  test("whoever says nothing is ended after a while", async () => {
    const clock = new FakeClock();
    const peer = WampPeer.attach(makeRouter({ clock }));
    await settled();
    clock.advance(10_000);
    await peer.gone;
    expect(peer.received).toEqual([]);
  });

  test.each(["realm2", "__proto__", "constructor", "no uri", ""])(
    "realm %j is refused",
    async (realm) => {
      const peer = WampPeer.attach(makeRouter());
      peer.send([1, realm, ROLES]);
      expect(await peer.take()).toEqual([3, {}, "wamp.error.no_such_realm"]);
      await peer.gone;
    },
  );
});

test("a realm that was made on demand goes with its last session", async () => {
  const router = makeRouter({ createRealm: (name) => (name.startsWith("x.") ? open : undefined) });
  const peer = await WampPeer.join(router, {}, { realm: "x.1" });
  const other = await WampPeer.join(router, {}, { realm: "x.1" });
  expect(router.stats().get("x.1")?.sessions).toBe(2);
  peer.close();
  other.close();
  await settled();
  expect([...router.stats().keys()]).toEqual(["realm1"]);
});

test("events for a session for which too much is waiting are dropped, and counted", async () => {
  const router = makeRouter({ maxQueue: 3 });
  const publisher = await WampPeer.join(router);
  const subscriber = await WampPeer.join(router);
  subscriber.send([32, 1, {}, "com.topic"]);
  await subscriber.take();
  // (All in one turn: a subscriber in memory reads in the next one.)
  for (let request = 1; request <= 10; request++) publisher.send([16, request, {}, "com.topic"]);
  await settled();
  const { events = 0, dropped = 0 } = router.stats().get("realm1") ?? {};
  expect(dropped).toBeGreaterThan(0);
  expect(events + dropped).toBe(10);
  expect(subscriber.received).toHaveLength(events);
});

test.each([
  [{ openTimeout: 0 }, "openTimeout is 0, and has to be a number above 0"],
  [{ overflow: "ignore" }, 'overflow is "ignore": one of drop, close is needed'],
  [{ realm: {} }, 'createRouter has no option "realm": did you mean "realms"?'],
])("the options %j are refused", (options, message) => {
  expect(() => new RouterCore(options as RouterOptions)).toThrow(message);
});
