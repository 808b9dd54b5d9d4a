import { describe, expect, test, vi } from "vitest";
import { createDdp } from "../../../../../src/ddp/server/index.ts";
import type { Ddp, DdpOptions, Subscription } from "../../../../../src/ddp/server/index.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { turns } from "../../../../support/turns.ts";

/** A server with a publication that the test publishes to, and one client that has subscribed to it. */
async function subscribed(options: DdpOptions = {}) {
  const clock = new FakeClock();
  const ddp = createDdp({ clock, ...options });
  let subscription: Subscription | undefined;
  const onStop = vi.fn();
  const onClose = vi.fn();
  const onConnection = vi.fn();
  ddp.publish("feed", (run) => {
    subscription = run;
    run.onStop(onStop);
    run.ready();
  });
  ddp.onConnection((connection) => {
    onConnection(connection);
    connection.onClose(onClose);
  });
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "sub", id: "s", name: "feed" });
  expect(await peer.take()).toEqual({ msg: "ready", subs: ["s"] });
  const publish = (id: string): void => subscription?.added("c", id, {});
  return { clock, ddp, peer, publish, onStop, onClose, onConnection };
}

async function cut(peer: DdpPeer): Promise<void> {
  peer.connection.terminate();
  await peer.handled;
}

function added(id: string) {
  return { msg: "added", collection: "c", id };
}

/** Comes back; whether that was to the same session. */
async function back(ddp: Ddp, session: string, receivedCount: unknown) {
  const peer = await DdpPeer.connect(ddp, { session, receivedCount });
  return { peer, isSame: peer.session === session };
}

describe("as in Meteor 3.5", () => {
  test("unexpected disconnect preserves session", async () => {
    const { ddp, peer, onStop, onClose, onConnection } = await subscribed();
    await cut(peer);
    expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 1 });
    const again = await back(ddp, peer.session, 2);
    expect(again.isSame).toBe(true);
    expect(ddp.stats()).toMatchObject({ sessions: 1, waiting: 0, resumed: 1 });
    expect(onStop).not.toHaveBeenCalled();
    expect(onClose).not.toHaveBeenCalled();
    expect(onConnection).toHaveBeenCalledOnce();
  });

  test("graceful disconnect removes the session immediately", async () => {
    const { ddp, peer, onStop, onClose } = await subscribed();
    peer.send({ msg: "disconnect" });
    await peer.handled;
    await turns();
    expect(onStop).toHaveBeenCalledOnce();
    expect(onClose).toHaveBeenCalledOnce();
    expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 0 });
    expect((await back(ddp, peer.session, 2)).isSame).toBe(false);
  });

  test("server-initiated close removes the session immediately and prevents resumption", async () => {
    const { ddp, peer, onClose, onConnection } = await subscribed();
    const [connection] = onConnection.mock.calls[0] as [{ close(): void }];
    connection.close();
    await peer.handled;
    expect(onClose).toHaveBeenCalledOnce();
    expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 0 });
    expect((await back(ddp, peer.session, 2)).isSame).toBe(false);
  });

  test("onConnection is not called on resume", async () => {
    const { ddp, peer, onConnection } = await subscribed();
    await cut(peer);
    await back(ddp, peer.session, 2);
    expect(onConnection).toHaveBeenCalledOnce();
  });

  test.each([0, 3, 1_000_000, -1, 1.5, "2", null])(
    "count mismatch creates a new session: %s",
    async (count) => {
      const { ddp, peer, publish, onStop } = await subscribed({ resume: { messages: 3 } });
      await cut(peer);
      publish("a");
      publish("b");
      expect((await back(ddp, peer.session, count)).isSame).toBe(false);
      // (Without a number there is no claim on the old one.)
      expect(onStop.mock.calls).toHaveLength(typeof count === "number" ? 1 : 0);
    },
  );

  test("send after removal is a no-op", async () => {
    const { ddp, peer, publish } = await subscribed();
    peer.send({ msg: "disconnect" });
    await peer.handled;
    publish("late");
    expect(peer.received).toEqual([]);
    expect(ddp.stats().overflowed).toBe(0);
  });

  test("close during grace removes the session", async () => {
    const { ddp, peer, onStop, onConnection } = await subscribed();
    await cut(peer);
    const [connection] = onConnection.mock.calls[0] as [{ close(): void }];
    connection.close();
    expect(onStop).toHaveBeenCalledOnce();
    expect((await back(ddp, peer.session, 2)).isSame).toBe(false);
  });

  test("grace-period messages are delivered on resume, in order", async () => {
    const { ddp, peer, publish } = await subscribed();
    await cut(peer);
    publish("a");
    publish("b");
    const again = await back(ddp, peer.session, 2);
    publish("c");
    expect(await again.peer.takeAll(3)).toEqual([added("a"), added("b"), added("c")]);
  });

  test("the session ends when its client stays away", async () => {
    const { clock, ddp, peer, onStop } = await subscribed();
    await cut(peer);
    await clock.advanceAsync(14_999);
    expect(onStop).not.toHaveBeenCalled();
    await clock.advanceAsync(1);
    expect(onStop).toHaveBeenCalledOnce();
    expect((await back(ddp, peer.session, 2)).isSame).toBe(false);
  });

  test("a client that is back keeps its session for good", async () => {
    const { clock, ddp, peer, onStop } = await subscribed({ heartbeat: false });
    await cut(peer);
    await clock.advanceAsync(10_000);
    await back(ddp, peer.session, 2);
    await clock.advanceAsync(60_000);
    expect(onStop).not.toHaveBeenCalled();
  });

  test("a client that sends a session but no count gets a fresh one", async () => {
    const { ddp, peer, onStop } = await subscribed();
    await cut(peer);
    expect((await back(ddp, peer.session, undefined)).isSame).toBe(false);
    expect(onStop).not.toHaveBeenCalled();
    expect(ddp.stats().restarted).toBe(0);
  });
});

describe("better than Meteor", () => {
  test("messages that were sent and lost are sent again", async () => {
    const { ddp, peer, publish } = await subscribed();
    publish("a");
    publish("b");
    publish("c");
    await cut(peer);
    publish("d");
    // (It got connected, ready and a.)
    const again = await back(ddp, peer.session, 3);
    expect(await again.peer.rest()).toEqual([added("b"), added("c"), added("d")]);
    // connected, b, c and d make that 7, of which it loses the last two.
    await cut(again.peer);
    const third = await back(ddp, peer.session, 5);
    expect(third.isSame).toBe(true);
    expect(await third.peer.rest()).toEqual([added("c"), added("d")]);
  });

  test("a connection whose connected was lost can be gone on with from before it", async () => {
    const { ddp, peer, publish } = await subscribed();
    await cut(peer);
    publish("a");
    const second = await back(ddp, peer.session, 2);
    await cut(second.peer);
    const third = await back(ddp, peer.session, 2);
    expect(third.isSame).toBe(true);
    // There is one connected for it, not two.
    expect(await third.peer.rest()).toEqual([added("a")]);
    publish("b");
    await cut(third.peer);
    // connected, ready, connected, a
    const fourth = await back(ddp, peer.session, 4);
    expect(await fourth.peer.rest()).toEqual([added("b")]);
  });

  test("a client takes over the session that its old connection still has", async () => {
    const { ddp, peer, publish, onConnection } = await subscribed();
    const again = await back(ddp, peer.session, 2);
    expect(again.isSame).toBe(true);
    await peer.handled;
    expect(await peer.connection.closed).toMatchObject({ code: 1006 });
    publish("a");
    expect(await again.peer.take()).toEqual(added("a"));
    expect(peer.received).toEqual([]);
    expect(onConnection).toHaveBeenCalledOnce();
    expect(ddp.stats()).toMatchObject({ sessions: 1, waiting: 0 });
  });

  test("errors for malformed messages count like all others", async () => {
    const { ddp, peer } = await subscribed();
    peer.sendText("no json");
    expect(await peer.take()).toEqual({ msg: "error", reason: "Bad request" });
    await cut(peer);
    expect((await back(ddp, peer.session, 3)).isSame).toBe(true);
  });

  test("pings and pongs don't count", async () => {
    const { clock, ddp, peer } = await subscribed();
    peer.send({ msg: "ping" });
    expect(await peer.take()).toEqual({ msg: "pong" });
    await clock.advanceAsync(30_000);
    expect(await peer.take()).toEqual({ msg: "ping" });
    await cut(peer);
    const again = await back(ddp, peer.session, 2);
    expect(again.isSame).toBe(true);
    expect(await again.peer.rest()).toEqual([]);
  });

  test("more than is kept while the client is away ends the session, and is counted", async () => {
    const { ddp, peer, publish, onStop } = await subscribed({ resume: { messages: 3 } });
    await cut(peer);
    publish("a");
    publish("b");
    publish("c");
    await turns();
    expect(onStop).not.toHaveBeenCalled();
    publish("d");
    await turns();
    expect(onStop).toHaveBeenCalledOnce();
    expect(ddp.stats()).toMatchObject({ waiting: 0, overflowed: 1 });
  });

  test("bytes are limited too", async () => {
    const { ddp, peer, publish, onStop } = await subscribed({ resume: { bytes: 200 } });
    await cut(peer);
    publish("x".repeat(200));
    await turns();
    expect(onStop).toHaveBeenCalledOnce();
    expect(ddp.stats().overflowed).toBe(1);
  });

  test("the token is a secret apart from the connection's id, and has to be right to its end", async () => {
    const { ddp, peer, onConnection } = await subscribed();
    const [connection] = onConnection.mock.calls[0] as [{ id: string }];
    expect(peer.session).not.toContain(connection.id);
    expect(peer.session).toMatch(/^[\w-]{60}$/);
    await cut(peer);
    const forged = peer.session.slice(0, -1) + (peer.session.endsWith("a") ? "b" : "a");
    for (const token of [forged, peer.session.slice(0, 17), "", "__proto__"]) {
      expect((await DdpPeer.connect(ddp, { session: token, receivedCount: 2 })).session).not.toBe(
        peer.session,
      );
    }
    expect((await back(ddp, peer.session, 2)).isSame).toBe(true);
  });

  test("a ping finds out what has arrived when half of the room is used", async () => {
    const { ddp, peer, publish } = await subscribed({ resume: { messages: 10 } });
    for (const id of ["a", "b", "c"]) publish(id);
    expect(await peer.rest()).toEqual([added("a"), added("b"), added("c"), { msg: "ping" }]);
    // One at a time.
    publish("d");
    expect(await peer.rest()).toEqual([added("d")]);
    peer.send({ msg: "pong" });
    await turns(3);
    // Of six messages the last one alone is kept: the first five are known to have arrived.
    await cut(peer);
    expect((await back(ddp, peer.session, 4)).isSame).toBe(false);
  });

  test("a page that goes away ends its session at once", async () => {
    const { peer, onStop } = await subscribed();
    await peer.connection.close(1001);
    await peer.handled;
    expect(onStop).toHaveBeenCalledOnce();
  });

  test("too many sessions that wait: the oldest ends", async () => {
    const { ddp, peer, onStop } = await subscribed({ resume: { sessions: 1 } });
    await cut(peer);
    const other = await DdpPeer.connect(ddp);
    await cut(other);
    expect(onStop).toHaveBeenCalledOnce();
    expect(ddp.stats()).toMatchObject({ waiting: 1, crowdedOut: 1 });
    expect((await back(ddp, other.session, 1)).isSame).toBe(true);
  });

  test("resume: false ends sessions with their connections", async () => {
    const { ddp, peer, onStop } = await subscribed({ resume: false });
    await cut(peer);
    expect(onStop).toHaveBeenCalledOnce();
    expect((await back(ddp, peer.session, 2)).isSame).toBe(false);
  });

  test("what a client sent before its connection was cut is done", async () => {
    const { ddp, peer } = await subscribed();
    ddp.methods({ hello: () => "hello" });
    peer.send({ msg: "method", id: "1", method: "hello" });
    await peer.connection.close();
    await peer.handled;
    const again = await back(ddp, peer.session, 2);
    expect(await again.peer.takeAll(2)).toEqual([
      { msg: "updated", methods: ["1"] },
      { msg: "result", id: "1", result: "hello" },
    ]);
  });

  test("no timer is left when all have gone", async () => {
    const { clock, ddp, peer } = await subscribed();
    await cut(peer);
    await ddp.close();
    expect(clock.timers).toBe(0);
  });
});
