import { expect, test } from "vitest";
import { LimitError, StateError, TimeoutError } from "../../../../src/errors.ts";
import type { List } from "../../../../src/wamp/protocol/messages.ts";
import { rejection } from "../../../support/turns.ts";
import { settled } from "../../../support/wamp-peer.ts";
import { ClientUnderTest } from "./support/client-under-test.ts";

test("progressive results are iterated over, and the last one is the result", async () => {
  const { client, router } = await ClientUnderTest.join();
  const call = client.callProgress("com.download", ["a.txt"]);
  expect(await router.take()).toEqual([
    48,
    1,
    { receive_progress: true },
    "com.download",
    ["a.txt"],
  ]);
  router.send([50, 1, { progress: true }, [10]]);
  router.send([50, 1, { progress: true }, [20], { unit: "%" }]);
  router.send([50, 1, {}, ["done"]]);
  const seen: unknown[] = [];
  for await (const { value, kwargs } of call) seen.push([value, kwargs]);
  expect(seen).toEqual([
    [10, {}],
    [20, { unit: "%" }],
  ]);
  expect((await call.result).value).toBe("done");
});

test("the return value of the iteration is the last result", async () => {
  const { client, router } = await ClientUnderTest.join();
  const iterator = client.callProgress("com.download")[Symbol.asyncIterator]();
  router.send([50, 1, {}, ["done"]]);
  expect(await iterator.next()).toMatchObject({ done: true, value: { value: "done" } });
});

test("what waits is read before the error", async () => {
  const { client, router } = await ClientUnderTest.join();
  const call = client.callProgress("com.download");
  router.send([50, 1, { progress: true }, [1]]);
  router.send([8, 48, 1, {}, "com.error.gone"]);
  await settled();
  const iterator = call[Symbol.asyncIterator]();
  expect(await iterator.next()).toMatchObject({ value: { value: 1 } });
  expect(await rejection(iterator.next())).toMatchObject({ uri: "com.error.gone" });
  expect(await rejection(call.result)).toMatchObject({ uri: "com.error.gone" });
});

test("leaving the loop cancels the call", async () => {
  const { client, router } = await ClientUnderTest.join();
  const call = client.callProgress("com.download");
  await router.take();
  router.send([50, 1, { progress: true }, [1]]);
  for await (const { value } of call) {
    expect(value).toBe(1);
    break;
  }
  expect(await router.take()).toEqual([49, 1, { mode: "killnowait" }]);
  expect(await rejection(call.result)).toMatchObject({ uri: "wamp.error.canceled" });
});

test("more results than fit cancel the call", async () => {
  const { client, router } = await ClientUnderTest.join();
  const call = client.callProgress("com.download", [], { maxQueue: 2 });
  await router.take();
  for (const value of [1, 2, 3]) router.send([50, 1, { progress: true }, [value]]);
  expect(await router.take()).toEqual([49, 1, { mode: "killnowait" }]);
  expect(await rejection(call.result)).toBeInstanceOf(LimitError);
  const seen: unknown[] = [];
  const loop = (async () => {
    for await (const { value } of call) seen.push(value);
  })();
  expect(await rejection(loop)).toBeInstanceOf(LimitError);
  expect(seen).toEqual([1, 2]);
});

test("only one may read at a time", async () => {
  const { client } = await ClientUnderTest.join();
  const iterator = client.callProgress("com.download")[Symbol.asyncIterator]();
  void iterator.next();
  expect(await rejection(iterator.next())).toBeInstanceOf(StateError);
});

test("each result starts the timeout anew", async () => {
  const { client, router, clock } = await ClientUnderTest.join();
  const call = client.callProgress("com.download", [], { timeout: 100 });
  await clock.advanceAsync(60);
  router.send([50, 1, { progress: true }, [1]]);
  await settled();
  await clock.advanceAsync(60);
  router.send([50, 1, { progress: true }, [2]]);
  await settled();
  await clock.advanceAsync(100);
  expect(await rejection(call.result)).toBeInstanceOf(TimeoutError);
});

async function* threeParts(): AsyncGenerator<List, List> {
  yield [1];
  yield [2];
  return [3];
}

test("arguments in chunks are sent as one call", async () => {
  const { client, router } = await ClientUnderTest.join();
  const call = client.call("com.upload", threeParts(), { kwargs: { name: "a" } });
  expect(await router.takeAll(3)).toEqual([
    [48, 1, { progress: true }, "com.upload", [1], { name: "a" }],
    [48, 1, { progress: true }, "com.upload", [2], { name: "a" }],
    [48, 1, {}, "com.upload", [3], { name: "a" }],
  ]);
  router.send([50, 1, {}, [6]]);
  expect(await call).toBe(6);
});

test("chunks end with an empty one when the iteration returns nothing", async () => {
  const { client, router } = await ClientUnderTest.join();
  async function* parts(): AsyncGenerator<List, void> {
    yield [1];
  }
  void client.call("com.upload", parts());
  expect(await router.takeAll(2)).toEqual([
    [48, 1, { progress: true }, "com.upload", [1]],
    [48, 1, {}, "com.upload"],
  ]);
});

test("other requests may come between chunks", async () => {
  const { client, router } = await ClientUnderTest.join();
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  async function* parts(): AsyncGenerator<List, void> {
    yield [1];
    await gate;
    yield [2];
  }
  void client.call("com.upload", parts());
  await settled();
  void client.call("com.other");
  release();
  expect((await router.takeAll(4)).map(([type, id]) => [type, id])).toEqual([
    [48, 1],
    [48, 2],
    [48, 1],
    [48, 1],
  ]);
});

test("chunks stop when the call has been answered", async () => {
  const { client, router } = await ClientUnderTest.join();
  let ended = false;
  async function* parts(): AsyncGenerator<List, void> {
    try {
      for (let part = 1; ; part++) {
        yield [part];
        await settled();
      }
    } finally {
      ended = true;
    }
  }
  const call = client.call("com.upload", parts());
  await router.take();
  router.send([8, 48, 1, {}, "com.error.enough"]);
  expect(await rejection(call)).toMatchObject({ uri: "com.error.enough" });
  await settled();
  await settled();
  expect(ended).toBe(true);
});

test("a call whose first chunk hasn't come ends with the session", async () => {
  const { client } = await ClientUnderTest.join();
  async function* parts(): AsyncGenerator<List, void> {
    await new Promise(() => {});
    yield [1];
  }
  const call = client.call("com.upload", parts());
  await settled();
  void client.close();
  expect(await rejection(call)).toMatchObject({ code: "ERR_CLOSED" });
});

test("an iteration that throws cancels the call", async () => {
  const { client, router } = await ClientUnderTest.join();
  const reason = new Error("the file is gone");
  async function* parts(): AsyncGenerator<List, void> {
    yield [1];
    throw reason;
  }
  expect(await rejection(client.call("com.upload", parts()))).toBe(reason);
  expect((await router.takeAll(2))[1]).toEqual([49, 1, { mode: "killnowait" }]);
});

test("a router that takes no chunks gets none", async () => {
  const { client, router } = await ClientUnderTest.join({}, { dealer: {} });
  const call = client.call("com.upload", threeParts());
  expect(await rejection(call)).toMatchObject({ code: "ERR_UNSUPPORTED" });
  expect(await router.isQuiet()).toBe(true);
});
