import { expect, test } from "vitest";
import { createDdp, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import { Turn } from "../../../../../src/ddp/server/session/turn.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";

test("whoever comes when a turn has been long waits for the next one", async () => {
  const clock = new FakeClock();
  const turn = new Turn(clock);
  expect(turn.whenNext()).toBeUndefined();
  clock.advance(24);
  expect(turn.whenNext()).toBeUndefined();
  clock.advance(1);
  await Promise.all([turn.whenNext(), turn.whenNext()]);
  expect(turn.whenNext()).toBeUndefined();
});

/** A clock by which each look at it takes a millisecond. */
class Slow extends FakeClock {
  override now(): number {
    this.advance(1);
    return super.now();
  }
}

test.each([
  ["calls", (id: string) => ({ msg: "method", id, method: "work" })],
  ["pings", (id: string) => ({ msg: "ping", id })],
  ["subscriptions", (id: string) => ({ msg: "sub", id, name: "tasks" })],
  ["what is no message", (id: string) => ({ msg: "nothing", id })],
])("many %s of one client don't hold up others", async (_what, make) => {
  const ddp = createDdp({ clock: new Slow(), heartbeat: false });
  ddp.methods({ work: () => 1 });
  ddp.publish("tasks", () => memoryDatabase().collection("tasks").find({}));
  const busy = await DdpPeer.connect(ddp);
  const other = await DdpPeer.connect(ddp);
  let isAnswered = false;
  busy.send(...Array.from({ length: 900 }, (_, id) => make(`${id}`)));
  setImmediate(() => {
    other.send({ msg: "ping", id: "other" });
    void other.take().then(() => (isAnswered = true));
  });
  await busy.takeAll(100);
  while (!isAnswered) await new Promise((resolve) => setImmediate(resolve));
  expect(busy.received.length).toBeLessThan(800);
  const last = await busy.takeAll(800);
  expect(last.length).toBe(800);
});

test("a client that sends nothing but nonsense loses its connection", async () => {
  const ddp = createDdp();
  const peer = await DdpPeer.connect(ddp);
  for (let count = 0; count < 3_000; count++) peer.sendText("");
  const { code } = await peer.connection.closed;
  expect(code).toBe(1008);
  await peer.handled;
  expect(peer.received.filter(({ msg }) => msg === "error")).toHaveLength(1_001);
});
