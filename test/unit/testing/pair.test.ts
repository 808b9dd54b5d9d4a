import { FakeClock, pair } from "fullduplex/testing";
import { expect, test } from "vitest";

test("the two of a pair are each other's peer", async () => {
  const [a, b] = pair();
  await a.send("to b");
  await b.send(new Uint8Array([1]));
  expect([await b.recv(), await a.recv()]).toEqual(["to b", new Uint8Array([1])]);
  expect([a.data, a.request, a.subprotocol]).toEqual([undefined, undefined, undefined]);
  void a.close(3000, "bye");
  expect(await b.closed).toMatchObject({ code: 3000, reason: "bye", initiator: "remote" });
  expect(await a.closed).toMatchObject({ code: 3000, reason: "bye", initiator: "local" });
});

test("options are those of both, unless the second one has its own", async () => {
  const clock = new FakeClock();
  // (Those that ping at the same interval share a timer.)
  const [a, b] = pair({ clock, keepalive: {} }, { keepalive: { interval: 5 } });
  expect(clock.timers).toBe(2);
  a.terminate();
  await b.closed;
  expect(clock.timers).toBe(0);
  const [c] = pair({ clock, keepalive: {} }, { keepalive: false });
  expect(clock.timers).toBe(1);
  c.terminate();
  await c.closed;
  const [d] = pair({ clock, keepalive: false });
  expect(clock.timers).toBe(0);
  d.terminate();
});
