import { expect, test } from "vitest";
import { memoryLinks } from "../../../../../src/wamp/protocol/memory-link.ts";
import type { Link } from "../../../../../src/wamp/protocol/link.ts";
import { Client, makeRouter } from "../../../../support/wamp-broker.ts";
import { WampPeer } from "../../../../support/wamp-peer.ts";

test("a testament of a session that an event was too much for comes after that event, for all", async () => {
  const router = makeRouter({}, { overflow: "close" });
  const [ours, theirs] = memoryLinks();
  let waiting = 0;
  const link: Link = {
    facts: theirs.facts,
    get waiting() {
      return waiting;
    },
    send: (message) => theirs.send(message),
    receive: (each) => theirs.receive(each),
    close: () => theirs.close(),
    terminate: () => theirs.terminate(),
  };
  const principal = { authid: "x", authrole: "user", authmethod: "test", authprovider: "test" };
  void router.attach(link, principal);
  const slow = new WampPeer(ours);
  slow.send([1, "realm1", { roles: { subscriber: {} } }]);
  slow.send([32, 1, {}, "com.topic"]);
  slow.send([48, 2, {}, "wamp.session.add_testament", ["com.topic", ["testament"]]]);
  await slow.takeAll(3);
  const subscriber = await Client.join(router);
  await subscriber.subscribe("com.topic");
  waiting = Infinity;
  // It is the first one to get its own event, which ends it before the other one has got it.
  slow.send([16, 3, { exclude_me: false }, "com.topic", ["event"]]);
  expect((await subscriber.event()).arg).toBe("event");
  expect((await subscriber.event()).arg).toBe("testament");
  expect((await slow.take())[0]).toBe(3);
  const next = await Client.join(router);
  await next.publish("com.topic", ["next"]);
  expect((await subscriber.event()).arg).toBe("next");
});
