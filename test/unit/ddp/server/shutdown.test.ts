import { expect, test } from "vitest";
import { createDdp } from "../../../../src/ddp/server/index.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { DdpPeer } from "../../../support/ddp-peer.ts";
import { isPending, turns } from "../../../support/turns.ts";

test("all clients are sent away, and new ones aren't let in", async () => {
  const clock = new FakeClock();
  const ddp = createDdp({ clock });
  const peer = await DdpPeer.connect(ddp);
  const silent = new DdpPeer(ddp);
  const away = await DdpPeer.connect(ddp);
  away.connection.terminate();
  await away.handled;
  await ddp.close();
  expect(await peer.connection.closed).toMatchObject({ code: 1001 });
  expect(await silent.connection.closed).toMatchObject({ code: 1001 });
  const late = new DdpPeer(ddp);
  await late.handled;
  expect(await late.connection.closed).toMatchObject({ code: 1001 });
  expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 0 });
  expect(clock.timers).toBe(0);
});

test("they go one after the other", async () => {
  const clock = new FakeClock();
  const ddp = createDdp({ clock, heartbeat: false });
  for (let peer = 0; peer < 10; peer++) await DdpPeer.connect(ddp);
  const closed = ddp.close({ spread: 1_000 });
  const left: number[] = [];
  for (let step = 0; step < 10; step++) {
    await turns(3);
    left.push(ddp.stats().sessions);
    await clock.advanceAsync(100);
  }
  expect(left).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  await closed;
  expect(clock.timers).toBe(0);
});

test("methods that run are answered first, within the time", async () => {
  const clock = new FakeClock();
  const ddp = createDdp({ clock, heartbeat: false });
  const gate = new Deferred<string>();
  ddp.methods({ slow: () => gate.promise, never: () => new Promise(() => {}) });
  const slow = await DdpPeer.connect(ddp);
  const never = await DdpPeer.connect(ddp);
  slow.send({ msg: "method", id: "1", method: "slow" });
  never.send({ msg: "method", id: "1", method: "never" });
  await turns(3);
  const closed = ddp.close({ spread: 1_000 });
  await clock.advanceAsync(600);
  expect(ddp.stats().sessions).toBe(2);
  // Nothing new begins.
  slow.send({ msg: "method", id: "2", method: "slow" });
  gate.resolve("done");
  await slow.handled;
  expect(slow.received).toEqual([
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1", result: "done" },
  ]);
  expect(await isPending(closed)).toBe(true);
  await clock.advanceAsync(400);
  await closed;
  expect(never.received).toEqual([]);
});

test("options that there are not", async () => {
  const ddp = createDdp();
  expect(() => ddp.close({ spreed: 5 } as never)).toThrow("spread");
  expect(() => ddp.close({ spread: -1 })).toThrow(RangeError);
  await ddp.close();
  await ddp.close();
});
