import { expect, test } from "vitest";
import { createDdp, DdpError } from "../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../support/ddp-peer.ts";

test("a client calls a method", async () => {
  await using ddp = createDdp();
  ddp.methods({ add: (_invocation, a, b) => Number(a) + Number(b) });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "add", params: [1, 2] });
  expect(await peer.takeAll(2)).toEqual([
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1", result: 3 },
  ]);
});

test("a client subscribes to documents that are published by hand", async () => {
  await using ddp = createDdp();
  ddp.publish("two", (subscription) => {
    subscription.added("c", "a", { at: new Date(5) });
    subscription.changed("c", "a", { at: undefined, x: 1 });
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "two" }, { msg: "unsub", id: "s" });
  expect(await peer.takeAll(5)).toEqual([
    { msg: "added", collection: "c", id: "a", fields: { at: { $date: 5 } } },
    { msg: "changed", collection: "c", id: "a", fields: { x: 1 }, cleared: ["at"] },
    { msg: "ready", subs: ["s"] },
    { msg: "removed", collection: "c", id: "a" },
    { msg: "nosub", id: "s" },
  ]);
});

test("a method's DdpError reaches the client", async () => {
  await using ddp = createDdp();
  ddp.methods({
    refuse: () => {
      throw new DdpError("no", "never");
    },
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "refuse" });
  const error = {
    isClientSafe: true,
    error: "no",
    reason: "never",
    message: "never [no]",
    errorType: "Meteor.Error",
  };
  expect((await peer.takeAll(2))[1]).toEqual({ msg: "result", id: "1", error });
});
