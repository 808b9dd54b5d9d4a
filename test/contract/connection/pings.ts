/**
 * Pings, and the keepalive that notices a dead peer.
 *
 * @module
 */

import { expect } from "vitest";
import { ClosedError, TimeoutError } from "../../../src/errors.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";
import { isPending, rejection, turns } from "../../support/turns.ts";
import { chunk, fill, receive } from "./harness.ts";
import type { Contract } from "./harness.ts";

const KEEPALIVE = { interval: 20_000, timeout: 10_000 };

export function pingsContract(contract: Contract): void {
  contract.promises("ping resolves with the round trip, which is the latency", async (open) => {
    const { near } = await open();
    expect(near.latency).toBeUndefined();
    const roundTrip = await near.ping();
    expect(roundTrip).toBeGreaterThanOrEqual(0);
    expect(roundTrip).toBeLessThan(5_000);
    expect(near.latency).toBe(roundTrip);
    const all = await Promise.all([near.ping(), near.ping(), near.ping()]);
    expect(near.latency).toBe(all[2]);
  });

  contract.promises("a ping is answered while nobody receives", async (open) => {
    const { near, far } = await open();
    await near.send("waiting");
    await near.ping();
    expect(await far.recv()).toBe("waiting");
  });

  contract.promises("a ping rejects when the connection ends first", async (open) => {
    const { near, far } = await open();
    await fill(near, chunk);
    const ping = near.ping();
    expect(await isPending(ping)).toBe(true);
    far.terminate();
    await expect(ping).rejects.toThrow(ClosedError);
    await expect(near.ping()).rejects.toThrow(ClosedError);
  });

  contract.promises("keepalive measures the latency and keeps a quiet connection", async (open) => {
    const clock = new FakeClock();
    const { near, far } = await open({ clock, keepalive: KEEPALIVE });
    for (let round = 0; round < 5; round++) {
      clock.advance(KEEPALIVE.interval);
      await near.ping();
      await far.ping();
    }
    expect([near.state, far.state]).toEqual(["open", "open"]);
    expect(near.latency).toBe(0);
  });

  contract.promises("keepalive ends the connection with a peer that is silent", async (open) => {
    const clock = new FakeClock();
    const farOptions = { keepalive: false } as const;
    const { near } = await open({ clock, keepalive: KEEPALIVE, farOptions });
    // A peer that doesn't read doesn't answer either.
    await fill(near, chunk);
    clock.advance(KEEPALIVE.interval);
    await turns(5);
    clock.advance(KEEPALIVE.timeout - 1);
    await turns(5);
    expect(near.state).toBe("open");
    clock.advance(1);
    const info = await near.closed;
    expect(info).toMatchObject({ code: 1006, wasClean: false, initiator: "local" });
    expect(info.error).toBeInstanceOf(TimeoutError);
    expect(await rejection(near.recv())).toMatchObject({ cause: info.error });
  });

  contract.promises("keepalive doesn't take a paused reader for a dead peer", async (open) => {
    const clock = new FakeClock();
    const { near, far } = await open({ clock, keepalive: { ...KEEPALIVE, interval: 30_000 } });
    const { count, blocked } = await fill(far, chunk);
    clock.advance(30_000);
    // Without any data from the near side, the far one would give up: it can't know why there is no answer.
    await near.send("alive");
    await far.recv();
    clock.advance(10_000);
    await turns(5);
    expect([near.state, far.state]).toEqual(["open", "open"]);
    const received = await receive(near, count);
    await blocked;
    expect(received.length).toBe(count);
    await near.ping();
  });

  contract.promises("keepalive: false sends no pings", async (open) => {
    const clock = new FakeClock();
    const { near, far } = await open({ clock, keepalive: false });
    await fill(near, chunk);
    clock.advance(10 * 60_000);
    await turns(5);
    expect([near.state, far.state]).toEqual(["open", "open"]);
  });
}
