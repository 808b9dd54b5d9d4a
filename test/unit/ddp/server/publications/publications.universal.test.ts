import { expect, test } from "vitest";
import type { Subscription } from "../../../../../src/ddp/server/index.ts";
import { ddpWith } from "../../../../support/ddp-fixture.ts";
import { Documents } from "../../../../support/ddp-documents.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";

test("overlapping universal subs", async () => {
  const { ddp } = ddpWith();
  const [a, b] = [new Documents("c", { 1: { a: 1 } }), new Documents("c", { 1: { a: 1, b: 2 } })];
  ddp.publish(null, () => a.find());
  ddp.publish(null, () => b.find());
  const peer = await DdpPeer.connect(ddp);
  expect(await peer.rest()).toEqual([
    { msg: "added", collection: "c", id: "1", fields: { a: 1 } },
    { msg: "changed", collection: "c", id: "1", fields: { b: 2 } },
  ]);
  a.remove("1");
  expect(await peer.rest()).toEqual([]);
  b.remove("1");
  expect(await peer.rest()).toEqual([{ msg: "removed", collection: "c", id: "1" }]);
});

test("runtime universal sub creation", async () => {
  const { ddp } = ddpWith();
  const peer = await DdpPeer.connect(ddp);
  const gone = await DdpPeer.connect(ddp);
  gone.send({ msg: "disconnect" });
  await gone.connection.close();
  await gone.handled;
  const runs: Subscription[] = [];
  ddp.publish(null, (subscription) => {
    runs.push(subscription);
    subscription.added("c", "1");
    subscription.ready();
  });
  const added = { msg: "added", collection: "c", id: "1" };
  expect(await peer.rest()).toEqual([added]);
  const later = await DdpPeer.connect(ddp);
  expect(await later.rest()).toEqual([added]);
  expect(runs.map(({ name, id }) => [name, /^U\w{17}$/.test(id)])).toEqual([
    [null, true],
    [null, true],
  ]);
});

test("a universal publication that stops or fails takes its documents along, and says no more", async () => {
  const { ddp, logger } = ddpWith();
  const runs: Subscription[] = [];
  ddp.publish(null, (subscription) => {
    subscription.added("c", "1");
    runs.push(subscription);
  });
  ddp.publish(null, () => {
    throw new Error("mine");
  });
  const peer = await DdpPeer.connect(ddp);
  runs[0]?.stop();
  expect(await peer.rest()).toEqual([
    { msg: "added", collection: "c", id: "1" },
    { msg: "removed", collection: "c", id: "1" },
  ]);
  expect(logger.lines).toEqual(["error: a universal publication failed:"]);
});

test("one that a publication registers while it runs is run once for everybody", async () => {
  const { ddp } = ddpWith();
  let isFirst = true;
  ddp.publish(null, () => {
    if (isFirst) ddp.publish(null, (subscription) => subscription.added("c", "1"));
    isFirst = false;
  });
  const peer = await DdpPeer.connect(ddp);
  expect(await peer.rest()).toEqual([{ msg: "added", collection: "c", id: "1" }]);
});
