import { duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { ClosedError } from "../../../src/errors.ts";
import { Interrupted, Interruption } from "../../../src/server/interruption.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";

function setup() {
  const [socket, peer] = duplexPair();
  const clock = new FakeClock();
  const late = new Interrupted("late");
  const interruption = new Interruption(socket, clock, 1000, () => late);
  return { socket, peer, clock, late, interruption };
}

describe("a handshake is interrupted", () => {
  test("by a client that goes away", async () => {
    const { socket, interruption } = setup();
    socket.destroy();
    const { reason, refusal } = await interruption.happened;
    expect(reason).toBeInstanceOf(ClosedError);
    expect(refusal).toBeUndefined();
    interruption.dispose();
  });

  test("by a client that ends its side", async () => {
    const { socket, peer, interruption } = setup();
    peer.end();
    socket.read(0);
    expect((await interruption.happened).reason).toBeInstanceOf(ClosedError);
    interruption.dispose();
  });

  test("by time", async () => {
    const { clock, late, interruption } = setup();
    clock.advance(1000);
    expect(await interruption.happened).toBe(late);
    interruption.dispose();
  });

  test("by the server, once", async () => {
    const { clock, interruption } = setup();
    const refusal = { status: 503, headers: [], message: "Later." };
    const first = new Interrupted("shutdown", refusal);
    interruption.interrupt(first);
    clock.advance(1000);
    expect(await interruption.happened).toBe(first);
    interruption.dispose();
  });
});

test("nothing is left of it afterwards", () => {
  const { socket, clock, interruption } = setup();
  const listeners = (): number => socket.listenerCount("end") + socket.listenerCount("close");
  const before = listeners();
  interruption.dispose();
  expect(clock.timers).toBe(0);
  expect(listeners()).toBe(before - 2);
});
