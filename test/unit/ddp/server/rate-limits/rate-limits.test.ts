import { describe, expect, test, vi } from "vitest";
import { createDdp } from "../../../../../src/ddp/server/index.ts";
import type { LimitRule } from "../../../../../src/ddp/server/index.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";
import { RecordingLogger } from "../../../../support/recording-logger.ts";

/** A server with a rule and a client. */
async function limited(...rules: readonly LimitRule[]) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const ddp = createDdp({ clock, logger, heartbeat: false });
  const ran = vi.fn();
  ddp.methods({ a: ran, b: ran, login: async (i, user) => i.setUserId(String(user)) });
  ddp.publish("p", (subscription) => subscription.ready());
  const handles = rules.map((rule) => ddp.limit(rule));
  const peer = await DdpPeer.connect(ddp);
  let ids = 0;
  const call = async (method: string, from = peer, ...params: unknown[]): Promise<Json> => {
    const id = String(++ids);
    from.send({ msg: "method", id, method, params });
    const [updated, result] = await from.takeAll(2);
    expect(updated).toEqual({ msg: "updated", methods: [id] });
    return result as Json;
  };
  const subscribe = async (): Promise<Json> => {
    peer.send({ msg: "sub", id: String(++ids), name: "p" });
    return peer.take();
  };
  return { clock, logger, ddp, ran, handles, peer, call, subscribe };
}

function refusal(timeToReset: number): unknown {
  return expect.objectContaining({
    isClientSafe: true,
    error: "too-many-requests",
    details: { timeToReset },
  });
}

async function times(count: number, run: () => Promise<Json>): Promise<Json[]> {
  const answers: Json[] = [];
  while (answers.length < count) answers.push(await run());
  return answers;
}

describe("ddp rate limiter", () => {
  test("default rate limit", async () => {
    const { call, ran, ddp } = await limited({ name: "a" });
    const answers = await times(11, () => call("a"));
    expect(answers.slice(0, 10).every((answer) => !("error" in answer))).toBe(true);
    expect(answers[10]?.["error"]).toEqual(refusal(1_000));
    expect(ran).toHaveBeenCalledTimes(10);
    expect(ddp.stats().limited).toBe(1);
  });

  test("matchers get passed correct arguments", async () => {
    const type = vi.fn(() => true);
    const name = vi.fn(() => true);
    const userId = vi.fn(() => true);
    const clientAddress = vi.fn(() => true);
    const connectionId = vi.fn(() => true);
    const { call } = await limited({ type, name, userId, clientAddress, connectionId });
    await call("a");
    expect(type).toHaveBeenCalledWith("method");
    expect(name).toHaveBeenCalledWith("a");
    expect(userId).toHaveBeenCalledWith(null);
    expect(clientAddress).toHaveBeenCalledWith(undefined);
    expect(connectionId).toHaveBeenCalledWith(expect.stringMatching(/^\w{17}$/));
  });

  test("callbacks get passed correct arguments", async () => {
    const onCheck = vi.fn();
    const { call } = await limited({ name: "a", count: 1, onCheck });
    await times(2, () => call("a"));
    await call("b");
    const action = expect.objectContaining({ type: "method", name: "a", userId: null });
    expect(onCheck.mock.calls).toEqual([
      [true, action],
      [false, action],
    ]);
  });

  test("we can return with type 'subscription'", async () => {
    const types: string[] = [];
    const onCheck: LimitRule["onCheck"] = (_allowed, { type }) => void types.push(type);
    const { call, subscribe } = await limited({ onCheck });
    await subscribe();
    await call("a");
    expect(types).toEqual(["subscription", "method"]);
  });

  test("rate limits to subscriptions", async () => {
    const { subscribe, call } = await limited({ type: "subscription", name: "p", count: 2 });
    const answers = await times(3, subscribe);
    expect(answers[2]).toEqual({ msg: "nosub", id: "3", error: refusal(1_000) });
    expect(await call("a")).not.toHaveProperty("error");
  });

  test("names that clients make up count for nothing: each would be a window of its own", async () => {
    const onCheck = vi.fn();
    const { call, peer } = await limited({ name: true, onCheck });
    expect((await call("made up"))["error"]).toMatchObject({ error: 404 });
    peer.send({ msg: "sub", id: "s", name: "toString" });
    expect(await peer.take()).toMatchObject({ msg: "nosub", error: { error: 404 } });
    expect(onCheck).not.toHaveBeenCalled();
  });

  test("rate limit resets after the interval", async () => {
    const { clock, call } = await limited({ count: 2, interval: 500 });
    await times(2, () => call("a"));
    await clock.advanceAsync(499);
    expect((await call("a"))["error"]).toEqual(refusal(1));
    await clock.advanceAsync(1);
    expect(await call("a")).not.toHaveProperty("error");
  });

  test("'a' is limited, 'b' is not", async () => {
    const { call } = await limited({ name: "a", count: 1 });
    await times(2, () => call("a"));
    const answers = await times(20, () => call("b"));
    expect(answers.every((answer) => !("error" in answer))).toBe(true);
  });

  test("test removing rule with rateLimited client lets them send new queries", async () => {
    const { call, handles } = await limited({ count: 1 });
    await call("a");
    expect(await call("a")).toHaveProperty("error");
    handles[0]?.stop();
    expect(await call("a")).not.toHaveProperty("error");
  });
});

test("each connection is counted by itself where a rule says so", async () => {
  const { ddp, call } = await limited({ connectionId: true, count: 1 });
  const other = await DdpPeer.connect(ddp);
  expect(await call("a")).not.toHaveProperty("error");
  expect(await call("a", other)).not.toHaveProperty("error");
  expect(await call("a")).toHaveProperty("error");
  expect(await call("a", other)).toHaveProperty("error");
});

test("all are counted together where it doesn't", async () => {
  const { ddp, call } = await limited({ name: "a", count: 1 });
  const other = await DdpPeer.connect(ddp);
  expect(await call("a")).not.toHaveProperty("error");
  expect(await call("a", other)).toHaveProperty("error");
});

test("users are told apart, and nobody is one of them", async () => {
  const { call, peer } = await limited({ name: "a", userId: true, count: 1 });
  await call("a");
  expect(await call("a")).toHaveProperty("error");
  await call("login", peer, "u");
  expect(await call("a")).not.toHaveProperty("error");
  const nobody = await limited({ name: "a", userId: null, count: 1 });
  await times(2, () => nobody.call("a"));
  await nobody.call("login", nobody.peer, "u");
  expect(await nobody.call("a")).not.toHaveProperty("error");
});

test("of several rules that refuse, the longest counts", async () => {
  const { call } = await limited({ count: 1, interval: 300 }, { count: 1, interval: 700 });
  await call("a");
  expect((await call("a"))["error"]).toEqual(refusal(700));
});

test("a rule says what clients are told", async () => {
  const texts = await limited({ count: 1, message: "Slower!" });
  await texts.call("a");
  expect(await texts.call("a")).toHaveProperty("error.reason", "Slower!");
  const made = await limited({ count: 1, message: (time) => `In ${time}!` });
  await made.call("a");
  expect(await made.call("a")).toHaveProperty("error.reason", "In 1000!");
});

test("a callback that throws hurts nobody; a matcher that throws lets nothing pass", async () => {
  const fail = (): never => {
    throw new Error("no");
  };
  const callback = await limited({ onCheck: fail });
  expect(await callback.call("a")).not.toHaveProperty("error");
  expect(callback.logger.lines).toHaveLength(1);
  const matcher = await limited({ name: fail });
  expect(await matcher.call("a")).toHaveProperty("error.error", 500);
  expect(await matcher.subscribe()).toHaveProperty("error.error", 500);
});

test("what a client subscribes to again after a cut counts for nothing", async () => {
  const { ddp, peer } = await limited({ type: "subscription", count: 1 });
  peer.send({ msg: "sub", id: "s", name: "p" });
  await peer.take();
  const again = await DdpPeer.connect(ddp, { session: peer.session, receivedCount: 2 });
  again.send({ msg: "sub", id: "s", name: "p" });
  expect(await again.rest()).toEqual([]);
});

test("rules that make no sense", () => {
  const ddp = createDdp();
  expect(() => ddp.limit({ count: 0 })).toThrow(RangeError);
  expect(() => ddp.limit({ interval: -1 })).toThrow(RangeError);
  expect(() => ddp.limit({ nam: "a" } as never)).toThrow('did you mean "name"');
});
