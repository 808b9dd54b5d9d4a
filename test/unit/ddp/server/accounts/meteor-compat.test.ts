import { expect, test } from "vitest";
import { createDdp, meteorCompat } from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";

test("what every Meteor app subscribes to is there, and empty", async () => {
  await using ddp = createDdp();
  meteorCompat(ddp);
  const peer = await DdpPeer.connect(ddp);
  peer.send(
    { msg: "sub", id: "1", name: "meteor_autoupdate_clientVersions", params: ["1"] },
    { msg: "sub", id: "2", name: "meteor.loginServiceConfiguration", params: [] },
  );
  expect(await peer.takeAll(2)).toEqual([
    { msg: "ready", subs: ["1"] },
    { msg: "ready", subs: ["2"] },
  ]);
  expect(() => meteorCompat(ddp)).toThrow(TypeError);
});
