import { expect, test } from "vitest";
import { ClosedError, TimeoutError } from "../../../../src/errors.ts";
import { WampError } from "../../../../src/wamp/protocol/errors.ts";
import { isPending, rejection, unhandledRejections } from "../../../support/turns.ts";
import { settled } from "../../../support/wamp-peer.ts";
import { ClientUnderTest } from "./support/client-under-test.ts";

test("a call resolves with the first value", async () => {
  const { client, router } = await ClientUnderTest.join();
  const sum = client.call("com.add", [2, 3]);
  expect(await router.take()).toEqual([48, 1, {}, "com.add", [2, 3]]);
  router.send([50, 1, {}, [5, 6], { more: true }]);
  expect(await sum).toBe(5);
});

test("callResult resolves with all of the result", async () => {
  const { client, router } = await ClientUnderTest.join();
  const result = client.callResult("com.add", [], { kwargs: { a: 1 }, disclose_me: true });
  expect(await router.take()).toEqual([48, 1, { disclose_me: true }, "com.add", [], { a: 1 }]);
  router.send([50, 1, { ppt_scheme: "x_own" }, [5, 6], { more: true }]);
  expect(await result).toEqual({
    value: 5,
    args: [5, 6],
    kwargs: { more: true },
    details: { ppt_scheme: "x_own" },
  });
});

test("a call without a result resolves with undefined", async () => {
  const { client, router } = await ClientUnderTest.join();
  const nothing = client.call("com.nothing");
  expect(await router.take()).toEqual([48, 1, {}, "com.nothing"]);
  router.send([50, 1, {}]);
  expect(await nothing).toBe(undefined);
});

test("an error has its URI, arguments and keyword arguments", async () => {
  const { client, router } = await ClientUnderTest.join();
  const call = client.call("com.fail");
  await router.take();
  router.send([8, 48, 1, {}, "com.error.full", ["at", 7], { limit: 7 }]);
  const error = await rejection(call);
  expect(error).toBeInstanceOf(WampError);
  expect(error).toMatchObject({ uri: "com.error.full", args: ["at", 7], kwargs: { limit: 7 } });
  expect(client.isError(error, "com.error.full")).toBe(true);
  expect(client.isError(error, "com.error.other")).toBe(false);
});

test("requests are numbered from 1, and a call that can't be encoded leaves no gap", async () => {
  const { client, router } = await ClientUnderTest.join();
  void client.call("com.a");
  // (Links in memory check what they are given.)
  const wrong = client.call("com.b", [() => 1]);
  void client.publish("com.c");
  expect(await rejection(wrong)).toBeInstanceOf(Error);
  expect(await router.takeAll(2)).toEqual([
    [48, 1, {}, "com.a"],
    [16, 2, {}, "com.c"],
  ]);
});

test("options that are undefined aren't sent", async () => {
  const { client, router } = await ClientUnderTest.join();
  void client.call("com.a", [], { disclose_me: undefined, timeout: undefined, signal: undefined });
  expect(await router.take()).toEqual([48, 1, {}, "com.a"]);
});

test("calls that are not answered when the connection breaks reject, and are not sent again", async () => {
  const test = await ClientUnderTest.join();
  const call = test.client.call("com.a");
  await test.router.take();
  const router = await test.reconnect();
  expect(await rejection(call)).toBeInstanceOf(ClosedError);
  expect(await router.isQuiet()).toBe(true);
});

test("a call that nobody awaits is no unhandled rejection", async () => {
  const reasons = await unhandledRejections(async () => {
    const { client, router } = await ClientUnderTest.join();
    void client.call("com.a");
    void client.callProgress("com.b");
    void client.publish("com.c", [], { acknowledge: true });
    void client.subscribe("com.d", () => {});
    void client.register("com.e", () => {});
    router.close();
    await settled();
    await client.close();
    void client.call("com.f");
  });
  expect(reasons).toEqual([]);
});

test("a timeout is announced to the router, and held by the client too", async () => {
  const { client, router, clock } = await ClientUnderTest.join();
  const call = client.call("com.slow", [], { timeout: 1500.5 });
  expect(await router.take()).toEqual([48, 1, { timeout: 1501 }, "com.slow"]);
  await clock.advanceAsync(1500);
  expect(await isPending(call)).toBe(true);
  await clock.advanceAsync(1);
  expect(await rejection(call)).toBeInstanceOf(TimeoutError);
  expect(await router.take()).toEqual([49, 1, { mode: "killnowait" }]);
  expect(clock.timers).toBe(0);
});

test("a router that knows no timeouts and no canceling is told of neither", async () => {
  const { client, router, clock } = await ClientUnderTest.join({}, { dealer: {} });
  const call = client.call("com.slow", [], { timeout: 10 });
  expect(await router.take()).toEqual([48, 1, {}, "com.slow"]);
  await clock.advanceAsync(10);
  expect(await rejection(call)).toBeInstanceOf(TimeoutError);
  expect(await router.isQuiet()).toBe(true);
});

test.each([undefined, "skip", "killnowait"] as const)(
  "an aborted signal cancels (%s): the call rejects at once, and the late answer is ignored",
  async (cancelMode) => {
    const { client, router } = await ClientUnderTest.join();
    const abort = new AbortController();
    const call = client.call("com.slow", [], { signal: abort.signal, cancelMode });
    await router.take();
    const reason = new Error("no longer interesting");
    abort.abort(reason);
    expect(await rejection(call)).toBe(reason);
    expect(await router.take()).toEqual([49, 1, { mode: cancelMode ?? "killnowait" }]);
    router.send([8, 48, 1, {}, "wamp.error.canceled"]);
    await settled();
    expect(client.status.state).toBe("connected");
  },
);

test("with kill the callee has the last word: its error is the signal's reason", async () => {
  const { client, router } = await ClientUnderTest.join();
  const abort = new AbortController();
  const call = client.call("com.slow", [], { signal: abort.signal, cancelMode: "kill" });
  await router.take();
  const reason = new Error("no longer interesting");
  abort.abort(reason);
  expect(await router.take()).toEqual([49, 1, { mode: "kill" }]);
  expect(await isPending(call)).toBe(true);
  router.send([8, 48, 1, {}, "wamp.error.canceled"]);
  expect(await rejection(call)).toBe(reason);
});

test("with kill the callee has the last word: it may succeed", async () => {
  const { client, router } = await ClientUnderTest.join();
  const abort = new AbortController();
  const call = client.call("com.slow", [], { signal: abort.signal, cancelMode: "kill" });
  abort.abort();
  router.send([50, 1, {}, ["done anyway"]]);
  expect(await call).toBe("done anyway");
});

test("with kill a timeout still bounds the wait", async () => {
  const { client, clock } = await ClientUnderTest.join();
  const abort = new AbortController();
  const options = { signal: abort.signal, cancelMode: "kill", timeout: 100 } as const;
  const call = client.call("com.slow", [], options);
  const reason = new Error("no longer interesting");
  abort.abort(reason);
  await clock.advanceAsync(100);
  expect(await rejection(call)).toBe(reason);
});

test("a signal that was aborted before sends nothing", async () => {
  const { client, router } = await ClientUnderTest.join();
  const reason = new Error("too late");
  const call = client.call("com.a", [], { signal: AbortSignal.abort(reason) });
  expect(await rejection(call)).toBe(reason);
  expect(await router.isQuiet()).toBe(true);
});

test.each([
  ["RESULT for a call that was never made", [50, 9, {}]],
  ["PUBLISHED for a call", [17, 1, 5]],
  ["ERROR of another type than the request's", [8, 16, 1, {}, "com.error"]],
  ["ERROR for a type that is no request", [8, 36, 1, {}, "com.error"]],
] as const)("%s is a violation", async (_, message) => {
  const { client, router } = await ClientUnderTest.join();
  const call = client.call("com.a");
  await router.take();
  router.send(message);
  expect((await router.take()).slice(0, 1)).toEqual([3]);
  expect(await rejection(call)).toMatchObject({ code: "ERR_PROTOCOL" });
});
