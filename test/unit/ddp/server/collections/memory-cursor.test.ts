import { expect, test } from "vitest";
import { createDdp, memoryDatabase } from "../../../../../src/ddp/server/index.ts";
import type { Document, MemoryCollection } from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { Recorder } from "../../../../support/recorder.ts";

interface Task extends Document {
  readonly _id: string;
  readonly list: string;
  readonly done?: boolean;
}

test("a client gets the documents of a query, and its method's changes before updated", async () => {
  const ddp = createDdp();
  const tasks = memoryDatabase().collection<Task>("tasks");
  await tasks.insert({ _id: "a", list: "x" });
  await tasks.insert({ _id: "b", list: "y" });
  ddp.publish("list", (_subscription, list) => tasks.find({ list: String(list) }));
  ddp.methods({
    async work() {
      await tasks.update("a", { $set: { done: true } });
      await tasks.insert({ _id: "c", list: "x" });
      await tasks.update("b", { $set: { done: true } });
      await tasks.update("a", { $unset: { done: 1 } });
      await tasks.remove({ _id: "c" });
      return tasks.find().count();
    },
  });
  const peers = [await DdpPeer.connect(ddp), await DdpPeer.connect(ddp)] as const;
  for (const peer of peers) {
    peer.send({ msg: "sub", id: "s", name: "list", params: ["x"] });
    expect(await peer.takeAll(2)).toEqual([
      { msg: "added", collection: "tasks", id: "a", fields: { list: "x" } },
      { msg: "ready", subs: ["s"] },
    ]);
  }
  peers[0].send({ msg: "method", id: "1", method: "work" });
  const data = [
    { msg: "changed", collection: "tasks", id: "a", fields: { done: true } },
    { msg: "added", collection: "tasks", id: "c", fields: { list: "x" } },
    { msg: "changed", collection: "tasks", id: "a", cleared: ["done"] },
    { msg: "removed", collection: "tasks", id: "c" },
  ];
  expect(await peers[0].takeAll(6)).toEqual([
    ...data,
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1", result: 2 },
  ]);
  expect(await peers[1].takeAll(4)).toEqual(data);
});

async function timeOfUpdates(tasks: MemoryCollection<Task>): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 100; time++) {
    const began = performance.now();
    await tasks.update({ _id: "a" }, { $set: { list: `${time}` } });
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[50] as number;
}

test("what a write costs is independent of 10,000 live queries for other documents, by id and by value", async () => {
  const database = memoryDatabase();
  const tasks = database.collection<Task>("tasks");
  await tasks.insert({ _id: "a", list: "x" });
  const seen = new Recorder();
  await tasks.find({ _id: "a" }).observe(seen);
  await timeOfUpdates(tasks);
  const before = await timeOfUpdates(tasks);
  const unrelated = new Recorder();
  const others = database.collection("others");
  for (let n = 0; n < 10_000; n++) {
    await tasks.find({ _id: `${n}` }).observe(unrelated);
    if (n % 10 > 0) continue;
    await tasks.find({ list: `list ${n}` }).observe(unrelated);
    await others.find({ n }).observe(unrelated);
  }
  const after = await timeOfUpdates(tasks);
  expect(seen.log).toHaveLength(301);
  expect(unrelated.log).toEqual([]);
  // (Looking at each of them would take some hundred times as long.)
  expect(after).toBeLessThan(20 * before + 0.1);
}, 30_000);
