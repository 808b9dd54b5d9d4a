import { expect, test } from "vitest";
import { WriteFence } from "../../../../../src/ddp/server/methods/write-fence.ts";
import { createDdp, holdUpdated, recordWrite } from "../../../../../src/ddp/server/index.ts";
import type { Ddp } from "../../../../../src/ddp/server/index.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { isPending, turns } from "../../../../support/turns.ts";

const unexpected = (error: unknown): void => {
  throw error;
};

/** A source whose barrier resolves when it is told to. */
function manualSource(): { barrier: () => Promise<void>; barriers: Deferred<void>[] } {
  const barriers: Deferred<void>[] = [];
  const barrier = (): Promise<void> => {
    barriers.push(new Deferred());
    return (barriers.at(-1) as Deferred<void>).promise;
  };
  return { barrier, barriers };
}

test("without writes it fires as soon as it is armed", async () => {
  await new WriteFence(unexpected).arm();
});

test("it waits for all writes that have begun, and each ends once", async () => {
  const fence = new WriteFence(unexpected);
  const ends = [fence.begin(), fence.begin()] as const;
  expect(fence.isWaiting).toBe(true);
  const fired = fence.arm();
  ends[0]();
  ends[0]();
  expect(await isPending(fired)).toBe(true);
  ends[1]();
  expect(fence.isWaiting).toBe(false);
  await fired;
});

test("a write that begins while it waits keeps it open", async () => {
  const fence = new WriteFence(unexpected);
  const first = fence.begin();
  const fired = fence.arm();
  const second = fence.begin();
  first();
  expect(await isPending(fired)).toBe(true);
  second();
  const third = fence.begin();
  expect(await isPending(fired)).toBe(true);
  third();
  await fired;
});

test("a write that begins while a barrier is awaited keeps it open, and so does one that was committed", async () => {
  const fence = new WriteFence(unexpected);
  const source = manualSource();
  fence.touch(source);
  fence.touch(source);
  const fired = fence.arm();
  await turns();
  expect(source.barriers).toHaveLength(1);
  const end = fence.begin();
  source.barriers[0]?.resolve();
  expect(await isPending(fired)).toBe(true);
  fence.touch(source);
  end();
  expect(await isPending(fired)).toBe(true);
  source.barriers[1]?.resolve();
  await fired;
});

test("a barrier is asked for after the writes, not before", async () => {
  const fence = new WriteFence(unexpected);
  const source = manualSource();
  const end = fence.begin();
  const fired = fence.arm();
  fence.touch(source);
  await turns();
  expect(source.barriers).toHaveLength(0);
  end();
  await turns();
  expect(source.barriers).toHaveLength(1);
  source.barriers[0]?.resolve();
  await fired;
});

test("once it has fired, writes mean nothing to it", async () => {
  const fence = new WriteFence(unexpected);
  await fence.arm();
  const end = fence.begin();
  expect(fence.isWaiting).toBe(false);
  end();
  await fence.arm();
});

test("a barrier that fails is reported, and the others are waited for", async () => {
  const errors: unknown[] = [];
  const fence = new WriteFence((error) => errors.push(error));
  const reason = new Error("lost");
  const source = manualSource();
  fence.touch({
    barrier: () => {
      throw reason;
    },
  });
  fence.touch({ barrier: () => Promise.reject(reason) });
  fence.touch(source);
  const fired = fence.arm();
  expect(await isPending(fired)).toBe(true);
  expect(errors).toEqual([reason, reason]);
  source.barriers[0]?.resolve();
  await fired;
});

/** A server with methods that wait for nothing but what they are told. */
function server(): { ddp: Ddp; release: () => void; errors: unknown[][] } {
  const errors: unknown[][] = [];
  const logger = { error: (...data: unknown[]) => void errors.push(data), warn: () => {} };
  const ddp = createDdp({ logger });
  let release = (): void => {};
  ddp.methods({
    write: () => {
      release = holdUpdated();
      return "fw";
    },
    fast: () => "fast",
    fail: () => recordWrite({ barrier: () => Promise.reject(new Error("lost")) }),
  });
  return { ddp, release: () => release(), errors };
}

test("fence: write outstanding delays updated, but not the result, and not the next method", async () => {
  const { ddp, release } = server();
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "write", params: [] });
  peer.send({ msg: "method", id: "2", method: "fast" });
  const before = await peer.takeAll(3);
  expect(before[0]).toEqual({ msg: "result", id: "1", result: "fw" });
  expect(before).toContainEqual({ msg: "updated", methods: ["2"] });
  expect(before).toContainEqual({ msg: "result", id: "2", result: "fast" });
  expect(await peer.rest()).toEqual([]);
  release();
  expect(await peer.take()).toEqual({ msg: "updated", methods: ["1"] });
});

test("a barrier that fails is logged, and the client gets its updated", async () => {
  const { ddp, errors } = server();
  const peer = await DdpPeer.connect(ddp);
  peer.send({ msg: "method", id: "1", method: "fail" });
  expect(await peer.takeAll(2)).toEqual([
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1" },
  ]);
  expect(errors).toEqual([["a barrier for the method fail failed:", new Error("lost")]]);
});

test("outside of methods holdUpdated holds nothing", () => {
  holdUpdated()();
});
