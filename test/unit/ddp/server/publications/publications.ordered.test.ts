import { expect, test } from "vitest";
import { StateError } from "../../../../../src/errors.ts";
import { ddpWith } from "../../../../support/ddp-fixture.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";

test("documents are published in an order", async () => {
  const { ddp } = ddpWith();
  ddp.publish("list", (subscription) => {
    subscription.addedBefore("c", "b", { x: 1 }, null);
    subscription.addedBefore("c", 5, {}, "b");
    subscription.addedBefore("c", "b", { x: 2 }, 5);
    subscription.movedBefore("c", "b", null);
    subscription.movedBefore("c", "unknown", null);
    subscription.changed("c", "b", { x: undefined });
    subscription.removed("c", 5);
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "list" }, { msg: "unsub", id: "s" });
  expect(await peer.rest()).toEqual([
    { msg: "addedBefore", collection: "c", id: "b", fields: { x: 1 }, before: null },
    { msg: "addedBefore", collection: "c", id: "~5", before: "b" },
    { msg: "changed", collection: "c", id: "b", fields: { x: 2 } },
    { msg: "movedBefore", collection: "c", id: "b", before: "~5" },
    { msg: "movedBefore", collection: "c", id: "b", before: null },
    { msg: "changed", collection: "c", id: "b", cleared: ["x"] },
    { msg: "removed", collection: "c", id: "~5" },
    { msg: "ready", subs: ["s"] },
    { msg: "removed", collection: "c", id: "b" },
    { msg: "nosub", id: "s" },
  ]);
});

test("a collection has an order or none, until it is empty", async () => {
  const { ddp } = ddpWith();
  const thrown: unknown[] = [];
  const attempt = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      thrown.push(error);
    }
  };
  ddp.publish({
    ordered: (subscription) => {
      attempt(() => subscription.addedBefore("c", "1", {}, null));
      attempt(() => subscription.added("c", "2"));
      attempt(() => subscription.movedBefore("d", "2", null));
      attempt(() => subscription.added("d", "2"));
    },
    unordered: (subscription) => {
      attempt(() => subscription.added("c", "1"));
      attempt(() => subscription.addedBefore("c", "2", {}, null));
      attempt(() => subscription.movedBefore("c", "1", null));
    },
  });
  const peer = await DdpPeer.connect(ddp);
  const play = async (id: string, name: string): Promise<unknown[]> => {
    peer.send({ msg: "sub", id, name }, { msg: "unsub", id });
    return (await peer.rest()).map(({ msg }) => msg);
  };
  expect(await play("1", "ordered")).toEqual(["addedBefore", "removed", "nosub"]);
  expect(await play("2", "unordered")).toEqual(["added", "removed", "nosub"]);
  expect(thrown).toHaveLength(4);
  for (const error of thrown) expect(error).toBeInstanceOf(StateError);
});

test("another user's order comes in place of the first without flapping", async () => {
  const { ddp } = ddpWith();
  ddp.publish("list", (subscription) => {
    const ids = subscription.userId === null ? ["1", "2", "3"] : ["3", "1", "4"];
    for (const id of ids) subscription.addedBefore("c", id, { n: Number(id) }, null);
    subscription.ready();
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "list" });
  await peer.rest();
  peer.send({ msg: "method", id: "1", method: "login", params: ["bob"] });
  expect(await peer.rest()).toEqual([
    { msg: "changed", collection: "c", id: "3", fields: { n: 3 } },
    { msg: "movedBefore", collection: "c", id: "3", before: null },
    { msg: "changed", collection: "c", id: "1", fields: { n: 1 } },
    { msg: "movedBefore", collection: "c", id: "1", before: null },
    { msg: "addedBefore", collection: "c", id: "4", fields: { n: 4 }, before: null },
    { msg: "removed", collection: "c", id: "2" },
    { msg: "ready", subs: ["s"] },
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1" },
  ]);
});
