import { expect, test } from "vitest";
import { createDdp } from "../../../../../src/ddp/server/index.ts";
import type { Subscription } from "../../../../../src/ddp/server/index.ts";
import { currentScope } from "../../../../../src/ddp/server/scope.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { turns } from "../../../../support/turns.ts";

test("what begins because a method has unblocked is none of its doing", async () => {
  const ddp = createDdp();
  const gate = new Deferred<void>();
  const scopes: unknown[] = [];
  ddp.publish("p", (subscription) => {
    subscription.onStop(() => void scopes.push(currentScope()));
  });
  ddp.methods({
    go: (invocation) => {
      invocation.unblock();
      return gate.promise;
    },
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send(
    { msg: "sub", id: "s", name: "p" },
    { msg: "method", id: "1", method: "go" },
    { msg: "unsub", id: "s" },
  );
  expect(await peer.rest()).toEqual([{ msg: "nosub", id: "s" }]);
  expect(scopes).toEqual([undefined]);
  gate.resolve();
});

test("a client that doesn't read loses its connection, then its session", async () => {
  const clock = new FakeClock();
  const ddp = createDdp({ clock, heartbeat: false });
  let subscription: Subscription | undefined;
  ddp.publish("feed", (run) => {
    subscription = run;
  });
  const [ours, theirs] = pair({ clock, highWaterMark: 1_000, maxSendQueue: 10_000 });
  const handled = ddp.handler(theirs);
  void ours.send('{"msg":"connect","version":"1","support":["1"]}');
  void ours.send('{"msg":"sub","id":"s","name":"feed"}');
  await turns(3);
  const text = "x".repeat(1_000);
  for (let id = 0; id < 200; id++) subscription?.added("c", String(id), { text });
  await clock.advanceAsync(10_000);
  await handled;
  expect(await theirs.closed).toMatchObject({ error: { code: "ERR_LIMIT" } });
  expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 1 });
  for (let id = 0; id < 200; id++) subscription?.changed("c", String(id), { text: "y" });
  await turns();
  expect(ddp.stats()).toMatchObject({ waiting: 0, overflowed: 1 });
});

test("a method that ends after its session has ended", async () => {
  const clock = new FakeClock();
  const ddp = createDdp({ clock });
  const gate = new Deferred<void>();
  ddp.methods({
    late: async (invocation) => {
      await gate.promise;
      await invocation.setUserId("u");
      return invocation.connection?.id;
    },
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "late" });
  await turns(3);
  peer.send({ msg: "disconnect" });
  await peer.handled;
  gate.resolve();
  await turns(3);
  expect(peer.received).toEqual([]);
  await clock.advanceAsync(300_000);
  expect(clock.timers).toBe(0);
});
