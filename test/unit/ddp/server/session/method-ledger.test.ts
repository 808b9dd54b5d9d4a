import { expect, test, vi } from "vitest";
import { createDdp, DdpError, holdUpdated } from "../../../../../src/ddp/server/index.ts";
import type { Ddp, DdpOptions } from "../../../../../src/ddp/server/index.ts";
import { DdpServer } from "../../../../../src/ddp/server/ddp-server.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import type { Wire } from "../../../../../src/ddp/server/session/wire.ts";
import { HttpHeaders } from "../../../../../src/http/headers.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";
import { turns } from "../../../../support/turns.ts";

const CALL = { msg: "method", id: "1", method: "run", params: [5] };

function answers(id: string, result: unknown): Json[] {
  return [
    { msg: "updated", methods: [id] },
    { msg: "result", id, result },
  ];
}

/** A server whose method `run` does what the test says. */
function running(run: (param: unknown) => unknown, options: DdpOptions = {}) {
  const clock = new FakeClock();
  const ddp = createDdp({ clock, heartbeat: false, ...options });
  const method = vi.fn(run);
  ddp.methods({ run: (_invocation, param) => method(param), quick: () => "quick" });
  return { clock, ddp, method };
}

const NOWHERE: Wire = {
  clientAddress: undefined,
  headers: new HttpHeaders(),
  hasPings: true,
  send() {},
  close() {},
  cut() {},
};

async function cut(peer: DdpPeer): Promise<void> {
  peer.connection.terminate();
  await peer.handled;
}

/** Comes back when the session has ended. */
async function tooLate(
  { clock, ddp }: { clock: FakeClock; ddp: Ddp },
  { session }: DdpPeer,
  receivedCount: number,
): Promise<DdpPeer> {
  await clock.advanceAsync(15_000);
  const peer = await DdpPeer.connect(ddp, { session, receivedCount });
  expect(peer.session).not.toBe(session);
  return peer;
}

test("a method whose answer was lost isn't run again, and is answered once", async () => {
  const { ddp, method } = running((param) => param);
  const first = await DdpPeer.connect(ddp);
  first.send(CALL);
  await first.takeAll(2);
  await cut(first);
  const second = await DdpPeer.connect(ddp, { session: first.session, receivedCount: 1 });
  second.send(CALL);
  expect(await second.rest()).toEqual(answers("1", 5));
  expect(method).toHaveBeenCalledOnce();
});

test("when the session has ended, the answer comes from the ledger", async () => {
  const server = running((param) => param);
  const first = await DdpPeer.connect(server.ddp);
  first.send(CALL);
  await first.takeAll(2);
  await cut(first);
  const second = await tooLate(server, first, 1);
  second.send(CALL);
  expect(await second.rest()).toEqual(answers("1", 5));
  expect(server.method).toHaveBeenCalledOnce();
  expect(server.ddp.stats()).toMatchObject({ answeredAgain: 1, restarted: 1 });
});

test("an error is an answer too", async () => {
  const fail = (): never => {
    throw new DdpError("no");
  };
  const server = running(fail);
  const first = await DdpPeer.connect(server.ddp);
  first.send(CALL);
  const [updated, result] = await first.takeAll(2);
  await cut(first);
  const second = await tooLate(server, first, 1);
  second.send(CALL);
  expect(await second.rest()).toEqual([updated, result]);
  expect(result).toMatchObject({ error: { error: "no" } });
  expect(server.method).toHaveBeenCalledOnce();
});

test("a method that runs while its session ends runs on, and answers in the next one", async () => {
  const gate = new Deferred<string>();
  const server = running(() => gate.promise);
  const first = await DdpPeer.connect(server.ddp);
  first.send(CALL);
  await turns(3);
  await cut(first);
  const second = await tooLate(server, first, 1);
  // (It holds up what comes after it, as it did before.)
  second.send(CALL, { msg: "method", id: "2", method: "quick" });
  expect(await second.rest()).toEqual([]);
  gate.resolve("done");
  expect(await second.rest()).toEqual(expect.arrayContaining(answers("1", "done")));
  expect(server.method).toHaveBeenCalledOnce();
});

test("it answers in a third session, when the second was lost too", async () => {
  const gate = new Deferred<string>();
  const server = running(() => gate.promise);
  const first = await DdpPeer.connect(server.ddp);
  first.send(CALL);
  await turns(3);
  await cut(first);
  const second = await tooLate(server, first, 1);
  second.send(CALL);
  await turns(3);
  await cut(second);
  // (The client has never heard of the second.)
  const third = await DdpPeer.connect(server.ddp, { session: first.session, receivedCount: 1 });
  third.send(CALL);
  await turns(3);
  gate.resolve("done");
  expect(await third.rest()).toEqual(answers("1", "done"));
  expect(server.method).toHaveBeenCalledOnce();
  expect(server.ddp.stats()).toMatchObject({ sessions: 1, waiting: 0 });
});

test("what waited in the queue of a session that ended runs when it is called again", async () => {
  const gate = new Deferred<string>();
  const server = running((param) => (param === 5 ? gate.promise : param));
  const first = await DdpPeer.connect(server.ddp);
  const next = { ...CALL, id: "2", params: [6] };
  first.send(CALL, next);
  await turns(3);
  await cut(first);
  const second = await tooLate(server, first, 1);
  gate.resolve("done");
  await turns(3);
  expect(server.method).toHaveBeenCalledOnce();
  second.send(CALL, next);
  const all = await second.rest();
  expect(all).toEqual(expect.arrayContaining([...answers("1", "done"), ...answers("2", 6)]));
  expect(server.method).toHaveBeenCalledTimes(2);
});

test("what waits in the queue isn't queued again when the session goes on", async () => {
  const gate = new Deferred<string>();
  const { ddp, method } = running((param) => (param === 5 ? gate.promise : param));
  const first = await DdpPeer.connect(ddp);
  const next = { ...CALL, id: "2", params: [6] };
  first.send(CALL, next);
  await turns(3);
  await cut(first);
  const second = await DdpPeer.connect(ddp, { session: first.session, receivedCount: 1 });
  second.send(CALL, next);
  await turns(3);
  gate.resolve("done");
  expect(await second.rest()).toHaveLength(4);
  expect(method).toHaveBeenCalledTimes(2);
});

test("what an old connection still holds unread isn't read any more when the client is back", async () => {
  const gate = new Deferred<void>();
  const { ddp, method } = running(() => gate.promise, { maxQueue: 1 });
  const calls = Array.from({ length: 10 }, (_, index) => ({ ...CALL, id: String(index) }));
  const first = await DdpPeer.connect(ddp);
  first.send(...calls);
  await turns(3);
  await first.connection.close();
  const second = await DdpPeer.connect(ddp, { session: first.session, receivedCount: 1 });
  expect(second.session).toBe(first.session);
  second.send(...calls);
  gate.resolve();
  expect((await second.rest()).filter(({ msg }) => msg === "result")).toHaveLength(10);
  expect(method).toHaveBeenCalledTimes(10);
});

/** As Meteor's client does when somebody is logged in: that alone goes first, and what was called before only when it is done. */
async function loginFirst(peer: DdpPeer): Promise<void> {
  peer.send({ msg: "method", id: "login", method: "quick" });
  expect(await peer.rest()).toContainEqual({ msg: "result", id: "login", result: "quick" });
}

test("a client that couldn't use an answer, since it has to log in first, gets it when it calls again", async () => {
  const gate = new Deferred<string>();
  const { ddp, method } = running(() => gate.promise);
  const first = await DdpPeer.connect(ddp);
  first.send(CALL);
  await turns(3);
  await cut(first);
  const second = await DdpPeer.connect(ddp, { session: first.session, receivedCount: 1 });
  gate.resolve("done");
  await loginFirst(second);
  expect(await second.rest()).toEqual([]);
  second.send(CALL);
  expect(await second.rest()).toEqual(answers("1", "done"));
  expect(method).toHaveBeenCalledOnce();
});

test("… again, if it was given before; although all has arrived, and the client was cut once more", async () => {
  const { ddp, method } = running((param) => param, { resume: { messages: 6 } });
  const first = await DdpPeer.connect(ddp);
  first.send(CALL);
  await first.takeAll(2);
  await cut(first);
  const second = await DdpPeer.connect(ddp, { session: first.session, receivedCount: 1 });
  await loginFirst(second);
  // (The room is half full.)
  second.send({ msg: "pong" });
  await second.rest();
  await cut(second);
  const third = await DdpPeer.connect(ddp, { session: first.session, receivedCount: 6 });
  expect(third.session).toBe(first.session);
  await loginFirst(third);
  third.send(CALL);
  expect(await third.rest()).toEqual(expect.arrayContaining(answers("1", 5)));
  expect(method).toHaveBeenCalledOnce();
});

test("… and when what the method has written isn't there yet", async () => {
  const written = new Deferred<void>();
  const { ddp, method } = running(() => "done");
  ddp.methods({
    slow: () => {
      const release = holdUpdated();
      void written.promise.then(release);
      return method(5);
    },
  });
  const call = { ...CALL, method: "slow" };
  const first = await DdpPeer.connect(ddp);
  first.send(call);
  expect(await first.take()).toEqual({ msg: "result", id: "1", result: "done" });
  await cut(first);
  const second = await DdpPeer.connect(ddp, { session: first.session, receivedCount: 1 });
  await loginFirst(second);
  second.send(call);
  expect(await second.rest()).toEqual([{ msg: "result", id: "1", result: "done" }]);
  written.resolve();
  expect(await second.rest()).toEqual([{ msg: "updated", methods: ["1"] }]);
  expect(method).toHaveBeenCalledOnce();
});

test("the same id twice on one connection runs twice", async () => {
  const { ddp, method } = running((param) => param);
  const peer = await DdpPeer.connect(ddp);
  peer.send(CALL, { ...CALL, params: [6] });
  expect(await peer.rest()).toEqual(
    expect.arrayContaining([...answers("1", 5), ...answers("1", 6)]),
  );
  expect(method).toHaveBeenCalledTimes(2);
});

test("a client that says nothing of an old session calls anew", async () => {
  const { ddp, method } = running((param) => param);
  const first = await DdpPeer.connect(ddp);
  first.send(CALL);
  await first.takeAll(2);
  await cut(first);
  const second = await DdpPeer.connect(ddp, { session: first.session });
  second.send(CALL);
  expect(await second.takeAll(2)).toEqual(answers("1", 5));
  expect(method).toHaveBeenCalledTimes(2);
});

test("what has arrived is forgotten", async () => {
  const server = running((param) => param);
  const first = await DdpPeer.connect(server.ddp);
  first.send(CALL);
  await first.takeAll(2);
  await cut(first);
  // connected, updated and result: whoever has them has no reason to call again.
  const second = await tooLate(server, first, 3);
  second.send(CALL);
  expect(await second.takeAll(2)).toEqual(answers("1", 5));
  expect(server.method).toHaveBeenCalledTimes(2);
});

test("a pong says what has arrived", async () => {
  const server = running((param) => param, { resume: { messages: 4 } });
  const first = await DdpPeer.connect(server.ddp);
  first.send(CALL);
  // (The room is half full with the second message.)
  expect(await first.rest()).toContainEqual({ msg: "ping" });
  first.send({ msg: "pong" }, { ...CALL, id: "2" });
  await first.rest();
  first.send({ msg: "pong" });
  await first.rest();
  await cut(first);
  const second = await tooLate(server, first, 2);
  second.send(CALL);
  await second.takeAll(2);
  expect(server.method).toHaveBeenCalledTimes(3);
});

test("the ledger is kept for a while only", async () => {
  const server = running((param) => param);
  const first = await DdpPeer.connect(server.ddp);
  first.send(CALL);
  await first.takeAll(2);
  await cut(first);
  await server.clock.advanceAsync(300_000);
  const second = await tooLate(server, first, 1);
  second.send(CALL);
  await second.takeAll(2);
  expect(server.method).toHaveBeenCalledTimes(2);
});

test("a method that logs in runs again in the next session: there nobody is logged in", async () => {
  const clock = new FakeClock();
  const ddp = createDdp({ clock, heartbeat: false });
  ddp.methods({
    run: async (invocation) => {
      await invocation.setUserId("u");
      return "in";
    },
    who: (invocation) => invocation.userId,
  });
  const first = await DdpPeer.connect(ddp);
  first.send(CALL);
  await first.takeAll(2);
  await cut(first);
  const second = await tooLate({ clock, ddp }, first, 1);
  second.send(CALL, { msg: "method", id: "2", method: "who" });
  expect(await second.rest()).toEqual(
    expect.arrayContaining([...answers("1", "in"), ...answers("2", "u")]),
  );
});

test("a result that is too long to keep is gone, but the method isn't run again", async () => {
  const server = running(() => "x".repeat(1024 * 1024));
  const first = await DdpPeer.connect(server.ddp);
  first.send(CALL);
  await first.takeAll(2);
  await cut(first);
  const second = await tooLate(server, first, 1);
  second.send(CALL);
  expect((await second.takeAll(2))[1]).toMatchObject({ id: "1", error: { error: "result-lost" } });
  expect(server.method).toHaveBeenCalledOnce();
  expect(server.ddp.stats().droppedResults).toBe(1);
});

test("of thousands of calls that nobody says have arrived, the last are known", async () => {
  const server = running((param) => param, { resume: { messages: 10_000, bytes: 10_000_000 } });
  const first = await DdpPeer.connect(server.ddp);
  for (let id = 1; id <= 1_500; id++) first.send({ ...CALL, id: String(id) });
  await first.takeAll(3_000);
  await cut(first);
  expect(server.ddp.stats().droppedResults).toBe(500);
  const second = await tooLate(server, first, 1);
  second.send({ ...CALL, id: "1500" }, { ...CALL, id: "501" });
  await second.takeAll(4);
  expect(server.method).toHaveBeenCalledTimes(1_500);
});

test("of very many calls in sessions that have ended, the last are known", () => {
  const server = new DdpServer({ clock: new FakeClock(), heartbeat: false });
  const tokens = Array.from({ length: 101 }, () => {
    const session = server.sessions.open(NOWHERE, "", 0);
    for (let id = 0; id < 1_000; id++) {
      const entry = session.ledger?.begin(`${id}`);
      if (entry) session.ledger?.finish(entry, "{}");
    }
    session.end();
    return session.token;
  });
  const known = tokens.map((token) => {
    const session = server.sessions.open(NOWHERE, token, 0);
    return session.ledger?.size;
  });
  expect(known).toEqual([0, ...Array.from({ length: 100 }, () => 1_000)]);
  expect(server.stats().droppedResults).toBe(1_000);
});

test("values that no message can hold are an error of the method", async () => {
  const error = vi.fn();
  const { ddp } = running(() => 5n, { logger: { error, warn: () => {} } });
  const peer = await DdpPeer.connect(ddp);
  peer.send(CALL);
  expect((await peer.takeAll(2))[1]).toMatchObject({ id: "1", error: { error: 500 } });
  expect(error).toHaveBeenCalledOnce();
});
