import { expect, test } from "vitest";
import { RouterCore } from "../../../../src/wamp/router/router.ts";
import { WampPeer } from "../../../support/wamp-peer.ts";

const allowAll = { authorize: () => ({ allow: true }) };

function makeRouter(): RouterCore {
  return new RouterCore({ realms: { realm1: { authenticators: [], authorizer: allowAll } } });
}

test("a publication reaches a subscriber", async () => {
  const router = makeRouter();
  const publisher = await WampPeer.join(router);
  const subscriber = await WampPeer.join(router);
  subscriber.send([32, 1, {}, "com.topic"]);
  const [, , subscription] = await subscriber.take();
  publisher.send([16, 1, { acknowledge: true }, "com.topic", ["hello"], { n: 1 }]);
  const [type, request, publication] = await publisher.take();
  expect([type, request]).toEqual([17, 1]);
  expect(await subscriber.take()).toEqual([36, subscription, publication, {}, ["hello"], { n: 1 }]);
});

test("a call reaches a callee, and its result the caller", async () => {
  const router = makeRouter();
  const caller = await WampPeer.join(router);
  const callee = await WampPeer.join(router);
  callee.send([64, 1, {}, "com.add"]);
  const [, , registration] = await callee.take();
  caller.send([48, 1, {}, "com.add", [2, 3]]);
  expect(await callee.take()).toEqual([68, 1, registration, {}, [2, 3]]);
  callee.send([70, 1, {}, [5]]);
  expect(await caller.take()).toEqual([50, 1, {}, [5]]);
});

test("a request out of order is a violation", async () => {
  const router = makeRouter();
  const peer = await WampPeer.join(router);
  peer.send([16, 2, {}, "com.topic"]);
  expect(await peer.take()).toEqual([
    3,
    { message: "request 2 comes after 0" },
    "wamp.error.protocol_violation",
  ]);
  await peer.gone;
});
