/** What the compiler knows of DDP: documents and their ids, and that nobody knows what a client sends. */

import { connect } from "fullduplex";
import { ddpClient, DdpError } from "fullduplex/ddp";
import type { ClientStatus, DdpClient, LocalCollection } from "fullduplex/ddp";
import { createDdp, memoryDatabase } from "fullduplex/ddp/server";
import type { Ddp, LiveSource, Publishable } from "fullduplex/ddp/server";
import { assignable, equal } from "./support/assert.ts";

interface Task {
  readonly _id: string;
  readonly title: string;
  readonly done?: boolean;
}

export async function client(): Promise<void> {
  await using ddp = ddpClient(() => connect("ws://localhost/websocket"), { initialDelay: 100 });
  equal<ClientStatus["state"], "connecting" | "connected" | "waiting" | "offline" | "closed">(true);
  const tasks = ddp.collection<Task>("tasks");
  equal<ReturnType<typeof tasks.findOne>, Task | undefined>(true);
  const id: string = await tasks.insert({ title: "a" });
  await tasks.update(id, { $set: { done: true } });
  const sum = await ddp.call<number>("add", 1, 2);
  equal<typeof sum, number>(true);
  equal<Awaited<ReturnType<typeof unknown>>, unknown>(true);
  const unknown = () => ddp.call("add", 1, 2);
  ddp.methods({ add: ({ isSimulation }, a: number) => [isSimulation, a] });
  await ddp.subscribe("tasks", { list: 1 }).ready;
  for await (const list of tasks.find({ done: false }, { sort: { title: 1 } })) {
    equal<typeof list, Task[]>(true);
  }

  // @ts-expect-error: a title is missing
  await tasks.insert({ done: true });
  // @ts-expect-error: ids are strings here
  tasks.findOne(5);
  // @ts-expect-error: an order is 1 or -1
  tasks.find({}, { sort: { title: "asc" } });
  // @ts-expect-error: a document has an _id
  ddp.collection<{ title: string }>("tasks");
  // @ts-expect-error: documents are not to be changed
  for (const task of tasks.find().fetch()) task.title = "b";
  // @ts-expect-error: there is no such option
  void ddp.apply("add", [], { retry: false });
  // @ts-expect-error: parameters of apply are a list
  void ddp.apply("add", 1);
  // @ts-expect-error: it has to be told how to connect
  ddpClient();
  // @ts-expect-error: an address is not how to connect
  ddpClient("ws://localhost/websocket");
}

export async function server(): Promise<void> {
  await using ddp = createDdp({ resume: { grace: 1_000 }, heartbeat: false });
  const database = memoryDatabase();
  const tasks = database.collection<Task>("tasks");
  assignable<typeof database, LiveSource<never>>(true);
  assignable<ReturnType<typeof tasks.find>, Publishable>(true);
  equal<Awaited<ReturnType<typeof tasks.findOne>>, Task | undefined>(true);
  ddp.publish("tasks", (subscription, list) => {
    equal<typeof list, unknown>(true);
    equal<typeof subscription.userId, string | null>(true);
    return [tasks.find({ title: String(list) }), tasks.find({ done: true })];
  });
  ddp.methods({
    add: async ({ userId, isSimulation }, title) => {
      equal<typeof isSimulation, false>(true);
      if (typeof title !== "string" || userId === null) throw new DdpError("bad-title");
      return tasks.insert({ title });
    },
  });
  ddp.allow(tasks, { insert: ({ userId }, task) => userId !== null && task.title !== "" });

  // @ts-expect-error: nobody knows what a client sends
  ddp.methods({ add: (_invocation, title: string) => title });
  // @ts-expect-error: nobody knows what a client sends
  ddp.publish("tasks", (_subscription, list: string) => tasks.find({ title: list }));
  // @ts-expect-error: a publication publishes queries, not documents
  ddp.publish("tasks", () => tasks.find().fetch());
  // @ts-expect-error: there is no such strategy
  ddp.setPublicationStrategy("tasks", "MERGE");
  // @ts-expect-error: there is no such rule
  ddp.allow(tasks, { upsert: () => true });
  ddp.limit({ type: "method", name: "add" });
  // @ts-expect-error: there is no such type of action
  ddp.limit({ type: "call", name: "add" });
  // @ts-expect-error: there is no such option
  createDdp({ grace: 1_000 });
}

export function parts(anyClient: DdpClient, anyServer: Ddp, any: LocalCollection): void {
  void [anyClient.status, anyServer.stats(), any.name];
}
