import { describe, expect, test, vi } from "vitest";
import { createDdp } from "../../../../../src/ddp/server/index.ts";
import type { DdpConnection } from "../../../../../src/ddp/server/index.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";
import { RecordingLogger } from "../../../../support/recording-logger.ts";
import { turns, until } from "../../../../support/turns.ts";

const CONNECT = { msg: "connect", version: "1", support: ["1"] };

function error(reason: string, offendingMessage?: unknown): Json {
  return { msg: "error", reason, ...(offendingMessage === undefined ? {} : { offendingMessage }) };
}

describe("the handshake", () => {
  test.each([
    ["no support", { version: "1" }, "1"],
    ["a version that isn't supported", { version: "1", support: ["pre2"] }, "1"],
    ["a better one", { version: "pre1", support: ["1", "pre1"] }, "1"],
    ["an unknown one", { version: "9", support: ["9"] }, "1"],
    ["a version that is no string", { version: 1, support: [1] }, "1"],
    ["another server's favourite", { version: "1", support: ["pre2", "1"] }, "pre2"],
  ])("version negotiation fails: %s", async (_name, versions, version) => {
    const ddp = createDdp();
    const peer = new DdpPeer(ddp);
    peer.send({ msg: "connect", ...versions }, { msg: "method", id: "1", method: "x" });
    expect(await peer.take()).toEqual({ msg: "failed", version });
    expect(await peer.connection.closed).toMatchObject({ code: 1000 });
    // (What was sent in the hope that it would be accepted means nothing.)
    expect(peer.received.filter(({ msg }) => msg !== "error")).toEqual([]);
    expect(ddp.stats().sessions).toBe(0);
  });

  test("a client that doesn't connect is dropped", async () => {
    const clock = new FakeClock();
    const ddp = createDdp({ clock });
    const peer = new DdpPeer(ddp);
    peer.send({ msg: "ping" });
    await clock.advanceAsync(9_999);
    expect(peer.connection.state).toBe("open");
    await clock.advanceAsync(1);
    await peer.handled;
    expect(await peer.connection.closed).toMatchObject({ code: 1008 });
    expect(clock.timers).toBe(0);
  });

  test("many that have not connected yet, or are silent, have one timer", async () => {
    const clock = new FakeClock();
    const ddp = createDdp({ clock });
    const peers = Array.from({ length: 100 }, () => new DdpPeer(ddp));
    expect(clock.timers).toBe(1);
    for (const peer of peers) peer.send(CONNECT);
    await Promise.all(peers.map((peer) => peer.take()));
    expect(clock.timers).toBe(1);
    await ddp.close();
    await Promise.all(peers.map(({ handled }) => handled));
    expect(clock.timers).toBe(0);
  });

  test("pre1 knows no pings", async () => {
    const clock = new FakeClock();
    const ddp = createDdp({ clock });
    const peer = new DdpPeer(ddp);
    peer.send({ msg: "connect", version: "pre1", support: ["pre1"] });
    peer.send({ msg: "ping" }, { msg: "pong" });
    expect(await peer.takeAll(3)).toEqual([
      { msg: "connected", session: expect.any(String) },
      error("Bad request", { msg: "ping" }),
      error("Bad request", { msg: "pong" }),
    ]);
    await clock.advanceAsync(100_000);
    expect(peer.received).toEqual([]);
    expect(peer.connection.state).toBe("open");
  });

  test("the connection of methods has what is known of the handshake", async () => {
    const ddp = createDdp();
    let seen: DdpConnection | null = null;
    ddp.onConnection((connection) => {
      seen = connection;
    });
    await DdpPeer.connect(ddp);
    expect(seen).toMatchObject({ id: expect.stringMatching(/^\w{17}$/), clientAddress: undefined });
  });
});

describe("malformed messages", () => {
  test.each([
    ["{bad", error("Bad request")],
    ['"str"', error("Bad request")],
    ["5", error("Bad request")],
    ["null", error("Bad request")],
    ["[]", error("Bad request", [])],
    ["{}", error("Bad request", {})],
    ['{"msg":""}', error("Bad request", { msg: "" })],
    ['{"msg":5}', error("Must connect first", { msg: 5 })],
    ['{"msg":"ping"}', error("Must connect first", { msg: "ping" })],
    ['{"msg":"toString"}', error("Must connect first", { msg: "toString" })],
  ])("before connect: %s", async (text, answer) => {
    const peer = new DdpPeer(createDdp());
    peer.sendText(text);
    expect(await peer.take()).toEqual(answer);
    peer.send(CONNECT);
    expect(await peer.take()).toMatchObject({ msg: "connected" });
  });

  test.each([
    ["{bad", error("Bad request")],
    ["[1]", error("Bad request", [1])],
    ['{"id":"1"}', error("Bad request", { id: "1" })],
    ['{"msg":"toString"}', error("Bad request", { msg: "toString" })],
    ['{"msg":"__proto__"}', error("Bad request", { msg: "__proto__" })],
    ['{"msg":"result"}', error("Bad request", { msg: "result" })],
    ['{"msg":"x","cleared":5}', error("Parse error")],
    [
      '{"msg":"method","id":"1","method":"m","params":[{"$type":"nope","$value":1}]}',
      error("Parse error"),
    ],
    [
      '{"msg":"method","id":"1","method":"m","params":null}',
      error("Malformed method invocation", { msg: "method", id: "1", method: "m", params: null }),
    ],
    ['{"msg":"sub","id":"1"}', error("Malformed subscription", { msg: "sub", id: "1" })],
    [JSON.stringify(CONNECT), error("Already connected", CONNECT)],
    ['{"msg":"ping","id":5}', error("Bad request", { msg: "ping", id: 5 })],
    [`{"msg":"x","long":"${"x".repeat(2_000)}"}`, error("Bad request")],
  ])("afterwards: %.80s", async (text, answer) => {
    const peer = await DdpPeer.connect(createDdp());
    peer.sendText(text);
    expect(await peer.take()).toEqual(answer);
    expect(peer.connection.state).toBe("open");
  });

  test("binary frames are ignored", async () => {
    const peer = await DdpPeer.connect(createDdp());
    void peer.connection.send(new TextEncoder().encode('{"msg":"ping"}'));
    peer.send({ msg: "ping", id: "text" });
    expect(await peer.rest()).toEqual([{ msg: "pong", id: "text" }]);
  });

  test("prototype names are names like others", async () => {
    const peer = await DdpPeer.connect(createDdp());
    for (const name of ["toString", "__proto__", "constructor"]) {
      peer.send({ msg: "method", id: name, method: name }, { msg: "sub", id: name, name });
    }
    const answers = await peer.takeAll(9);
    const errors = answers.filter(({ msg }) => msg !== "updated");
    expect(errors).toHaveLength(6);
    for (const each of errors) expect(each).toHaveProperty("error.error", 404);
  });
});

describe("the heartbeat", () => {
  async function beating(options = {}) {
    const clock = new FakeClock();
    const ddp = createDdp({ clock, ...options });
    return { clock, ddp, peer: await DdpPeer.connect(ddp) };
  }

  test("a silent client is pinged, then given up; its session waits", async () => {
    const { clock, ddp, peer } = await beating();
    // (The connect itself counts as something heard.)
    await clock.advanceAsync(14_999);
    expect(peer.received).toEqual([]);
    await clock.advanceAsync(1);
    expect(peer.received).toEqual([{ msg: "ping" }]);
    await clock.advanceAsync(14_999);
    expect(peer.connection.state).toBe("open");
    await clock.advanceAsync(1);
    await peer.handled;
    expect(ddp.stats()).toMatchObject({ silent: 1, waiting: 1 });
  });

  test.each(["pong", "ping", "nonsense"])("any message counts: %s", async (msg) => {
    const { clock, peer } = await beating();
    let pings = 0;
    for (let second = 0; second < 120; second++) {
      await clock.advanceAsync(1_000);
      if (!peer.received.some((each) => each["msg"] === "ping")) continue;
      pings++;
      peer.received.length = 0;
      peer.send({ msg });
    }
    expect(pings).toBe(4);
    expect(peer.connection.state).toBe("open");
  });

  test("a client that isn't silent isn't pinged", async () => {
    const { clock, peer } = await beating();
    for (let round = 0; round < 5; round++) {
      peer.send({ msg: "unsub", id: "x" });
      await clock.advanceAsync(14_000);
    }
    expect(peer.received.every(({ msg }) => msg === "nosub")).toBe(true);
  });

  test("heartbeat: false sends none", async () => {
    const { clock, peer } = await beating({ heartbeat: false });
    await clock.advanceAsync(1_000_000);
    expect(peer.received).toEqual([]);
    expect(peer.connection.state).toBe("open");
  });

  test("options that there are not, or that make no sense", () => {
    expect(() => createDdp({ heartbeat: { intervall: 5 } } as never)).toThrow("interval");
    expect(() => createDdp({ heartbeat: { interval: 0 } })).toThrow(RangeError);
    expect(() => createDdp({ resume: { grace: -1 } })).toThrow(RangeError);
  });

  test("a client that isn't read from is not taken for dead", async () => {
    const { clock, ddp, peer } = await beating({ maxQueue: 2 });
    const gate = new Deferred<void>();
    ddp.methods({ slow: () => gate.promise });
    for (let id = 0; id < 10; id++) peer.send({ msg: "method", id: String(id), method: "slow" });
    await clock.advanceAsync(14_000);
    for (let round = 0; round < 10; round++) await clock.advanceAsync(15_000);
    expect(peer.connection.state).toBe("open");
    gate.resolve();
    const answers = await peer.rest();
    expect(answers.filter(({ msg }) => msg === "result")).toHaveLength(10);
  });
});

describe("a client that sends too much", () => {
  test("reading pauses while many messages wait", async () => {
    const ddp = createDdp({ maxQueue: 10, heartbeat: false, clock: new FakeClock() });
    const gate = new Deferred<void>();
    const onMessage = vi.fn();
    ddp.onMessage(onMessage);
    ddp.methods({ slow: () => gate.promise });
    const peer = await DdpPeer.connect(ddp);
    for (let id = 0; id < 500; id++) peer.send({ msg: "method", id: String(id), method: "slow" });
    await turns(10);
    // One runs, and one more than 10 wait.
    expect(onMessage).toHaveBeenCalledTimes(12);
    gate.resolve();
    await turns(10);
    expect(onMessage).toHaveBeenCalledTimes(500);
    expect((await peer.rest()).filter(({ msg }) => msg === "result")).toHaveLength(500);
  });

  test("reading pauses while something is done for long messages", async () => {
    const ddp = createDdp({ heartbeat: false, clock: new FakeClock() });
    const gate = new Deferred<void>();
    const begun: unknown[] = [];
    ddp.methods({
      slow: (invocation, _long, name) => {
        invocation.unblock();
        begun.push(name);
        return gate.promise;
      },
    });
    const peer = await DdpPeer.connect(ddp);
    const long = "x".repeat(1_000_000);
    for (const id of "abcdefg")
      peer.send({ msg: "method", id, method: "slow", params: [long, id] });
    await turns(10);
    expect(begun).toEqual(["a", "b", "c", "d", "e"]);
    gate.resolve();
    const results = (await peer.rest()).filter(({ msg }) => msg === "result");
    expect(results.map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
  });

  test("what subscriptions are made with is bounded for all together, and comes free", async () => {
    const ddp = createDdp();
    ddp.publish("nothing", () => undefined);
    const peer = await DdpPeer.connect(ddp);
    const params = ["x".repeat(1_000_000)];
    const subscribe = (id: string): void => peer.send({ msg: "sub", id, name: "nothing", params });
    for (const id of "abcde") subscribe(id);
    expect(await peer.rest()).toEqual([
      {
        msg: "nosub",
        id: "e",
        error: expect.objectContaining({ error: "too-many-subscriptions" }),
      },
    ]);
    peer.send({ msg: "unsub", id: "a" });
    subscribe("f");
    subscribe("g");
    expect(await peer.rest()).toEqual([
      { msg: "nosub", id: "a" },
      {
        msg: "nosub",
        id: "g",
        error: expect.objectContaining({ error: "too-many-subscriptions" }),
      },
    ]);
  });

  test("reading pauses while many methods run", async () => {
    const ddp = createDdp({ clock: new FakeClock(), maxRunning: 10, heartbeat: false });
    const gate = new Deferred<void>();
    const slow = vi.fn((invocation: { unblock(): void }) => {
      invocation.unblock();
      return gate.promise;
    });
    ddp.methods({ slow });
    const peer = await DdpPeer.connect(ddp);
    for (let id = 0; id < 50; id++) peer.send({ msg: "method", id: String(id), method: "slow" });
    await turns(10);
    expect(slow).toHaveBeenCalledTimes(11);
    gate.resolve();
    expect((await peer.rest()).filter(({ msg }) => msg === "result")).toHaveLength(50);
  });

  test("a client that is paused and gone leaves nothing behind", async () => {
    const clock = new FakeClock();
    const ddp = createDdp({ maxQueue: 1, clock });
    ddp.methods({ never: () => new Promise(() => {}) });
    const peer = await DdpPeer.connect(ddp);
    for (let id = 0; id < 10; id++) peer.send({ msg: "method", id: String(id), method: "never" });
    await turns(5);
    peer.connection.terminate();
    await peer.handled;
    await clock.advanceAsync(15_000);
    await clock.advanceAsync(300_000);
    expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 0 });
    expect(clock.timers).toBe(0);
  });

  test("subscriptions are limited", async () => {
    const ddp = createDdp({ maxSubscriptions: 2 });
    ddp.publish("p", (subscription) => subscription.ready());
    const peer = await DdpPeer.connect(ddp);
    const sub = (id: string): Json => ({ msg: "sub", id, name: "p" });
    peer.send(sub("1"), sub("2"), sub("3"), sub("1"), { msg: "unsub", id: "1" }, sub("3"));
    expect(await peer.rest()).toEqual([
      { msg: "ready", subs: ["1"] },
      { msg: "ready", subs: ["2"] },
      expect.objectContaining({
        msg: "nosub",
        id: "3",
        error: expect.objectContaining({ error: "too-many-subscriptions" }),
      }),
      { msg: "nosub", id: "1" },
      { msg: "ready", subs: ["3"] },
    ]);
  });
});

describe("hooks", () => {
  test("connected, then universal data, then onConnection", async () => {
    const ddp = createDdp();
    const order: string[] = [];
    ddp.publish(null, (subscription) => {
      order.push("universal");
      subscription.added("u", "1", {});
      subscription.ready();
    });
    ddp.onConnection(() => {
      order.push("onConnection");
    });
    const peer = new DdpPeer(ddp);
    peer.send(CONNECT);
    expect((await peer.rest()).map(({ msg }) => msg)).toEqual(["connected", "added"]);
    expect(order).toEqual(["universal", "onConnection"]);
  });

  test("onConnection doesn't get callback after stop.", async () => {
    const ddp = createDdp();
    const callback = vi.fn();
    const handle = ddp.onConnection(callback);
    await DdpPeer.connect(ddp);
    handle.stop();
    handle.stop();
    await DdpPeer.connect(ddp);
    expect(callback).toHaveBeenCalledOnce();
  });

  test("connectionHandle.onClose() and close()", async () => {
    const ddp = createDdp();
    const order: string[] = [];
    let connection: DdpConnection | undefined;
    ddp.publish("p", (subscription) => {
      subscription.onStop(() => void order.push("onStop"));
    });
    ddp.onConnection((given) => {
      connection = given;
      given.onClose(() => {
        order.push("onClose");
        given.onClose(() => order.push("late"));
      });
    });
    const peer = await DdpPeer.connect(ddp);
    peer.send({ msg: "sub", id: "1", name: "p" });
    await turns(3);
    connection?.close();
    connection?.close();
    await peer.handled;
    expect(await peer.connection.closed).toMatchObject({ code: 1000, initiator: "remote" });
    await turns();
    expect(order).toEqual(["onStop", "onClose", "late"]);
    expect(peer.received).toEqual([]);
  });

  test("a close from within a method", async () => {
    const ddp = createDdp();
    ddp.methods({ leave: ({ connection }) => connection?.close() });
    const peer = await DdpPeer.connect(ddp);
    peer.send({ msg: "method", id: "1", method: "leave" }, { msg: "method", id: "2", method: "x" });
    await peer.handled;
    expect(peer.received).toEqual([]);
    expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 0 });
  });

  test("onMessage sees what clients send", async () => {
    const ddp = createDdp();
    const seen: unknown[] = [];
    const { stop } = ddp.onMessage((message) => {
      seen.push(message);
    });
    const peer = await DdpPeer.connect(ddp);
    peer.send({ msg: "unsub", id: "1" });
    await peer.rest();
    stop();
    peer.send({ msg: "unsub", id: "2" });
    await peer.rest();
    expect(seen).toEqual([{ msg: "unsub", id: "1" }]);
  });

  test("what hooks throw goes to the log", async () => {
    const logger = new RecordingLogger();
    const ddp = createDdp({ logger });
    ddp.onConnection((connection) => {
      connection.onClose(() => {
        throw new Error("2");
      });
      throw new Error("1");
    });
    ddp.onConnection(async () => {
      await Promise.resolve();
      throw new Error("3");
    });
    const peer = await DdpPeer.connect(ddp);
    peer.send({ msg: "disconnect" });
    await peer.handled;
    await turns(2);
    expect(logger.lines).toHaveLength(3);
  });
});

describe("messages in order", () => {
  test("thousands of methods that unblock at once", async () => {
    const ddp = createDdp({
      clock: new FakeClock(),
      maxQueue: 20_000,
      maxRunning: 20_000,
      heartbeat: false,
    });
    const gate = new Deferred<void>();
    ddp.methods({
      wait: () => gate.promise,
      fast: (invocation) => invocation.unblock(),
    });
    const peer = await DdpPeer.connect(ddp);
    peer.send({ msg: "method", id: "w", method: "wait" });
    for (let id = 0; id < 3_000; id++) {
      peer.send({ msg: "method", id: String(id), method: "fast" });
    }
    await turns(50);
    gate.resolve();
    // (With one ping.)
    await until(() => peer.received.length === 6_003, "all answers");
    const results = peer.received.filter(({ msg }) => msg === "result");
    expect(results).toHaveLength(3_001);
  });

  test("ping passes what waits", async () => {
    const ddp = createDdp();
    ddp.methods({ never: () => new Promise(() => {}) });
    const peer = await DdpPeer.connect(ddp);
    peer.send(
      { msg: "method", id: "1", method: "never" },
      { msg: "unsub", id: "x" },
      { msg: "ping", id: "p" },
    );
    expect(await peer.rest()).toEqual([{ msg: "pong", id: "p" }]);
    peer.send({ msg: "disconnect" });
    await peer.handled;
    expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 0 });
  });
});

test("a connection that ends before anything was said", async () => {
  const ddp = createDdp();
  const [ours, theirs] = pair();
  const handled = ddp.handler(theirs);
  ours.terminate();
  await handled;
  expect(ddp.stats()).toMatchObject({ sessions: 0, waiting: 0 });
});
