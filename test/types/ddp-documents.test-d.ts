/** What the compiler knows of documents in memory and of methods: which fields there are, and that what a client sent isn't checked yet. */

import { connect } from "fullduplex";
import { ddpClient } from "fullduplex/ddp";
import type { FindOptions, LocalCursor } from "fullduplex/ddp";
import { createAccounts, createDdp, memoryDatabase } from "fullduplex/ddp/server";
import type { User } from "fullduplex/ddp/server";
import { assignable, equal } from "./support/assert.ts";

interface Task {
  readonly _id: string;
  readonly title: string;
  readonly done: boolean;
  readonly tags: readonly string[];
  readonly place?: { readonly street: string };
}

const database = memoryDatabase();
const tasks = database.collection<Task>("tasks");
const ddp = createDdp();
await using client = ddpClient(() => connect("ws://localhost"));
const local = client.collection<Task>("tasks");

tasks.find({ title: /^a/, done: { $ne: true }, tags: "red", "place.street": "Elm Street" });
local.find({ $or: [{ done: true }, { place: null }] }, { sort: { done: 1, "place.street": -1 } });
local.findOne("id", { fields: { title: 1 } });
// @ts-expect-error: there is no such field
tasks.find({ titel: "a" });
// @ts-expect-error: it is no text
local.find({ done: "yes" });
// @ts-expect-error: an id is text here
tasks.find(5);
// @ts-expect-error: there is no such field
local.find({}, { sort: { titel: 1 } });
ddp.publish("tasks", (_subscription, title) => {
  // @ts-expect-error: it may be an operator, and match what it shouldn't
  tasks.find({ title });
  return tasks.find({ title: String(title) });
});

await tasks.update("id", { $set: { done: true, "place.street": "" }, $push: { tags: "new" } });
await local.update("id", { title: "a", done: true, tags: [] });
// @ts-expect-error: there is no such operator
await tasks.update("id", { $sett: { done: true } });
// @ts-expect-error: there is no such field
await tasks.update("id", { $set: { titel: "a" } });
// @ts-expect-error: it is no text
await local.update("id", { $set: { done: "yes" } });

// Nothing is known of these: the fields are `unknown`.
const anything = client.collection("anything");
equal<NonNullable<ReturnType<typeof anything.findOne>>["title"], unknown>(true);
anything.find({ done: true, n: { $gt: 3 } }, { sort: { n: 1 } });
await anything.insert({ title: "a" });
await database.collection("anything").update("id", { $set: { title: "a" } });
export const byName = (
  name: string,
  selector = {},
  options: FindOptions = {},
): LocalCursor<Task>[] => [
  client.collection<Task>(name).find(selector, options),
  local.find(selector),
];
createAccounts(ddp, { users: database.collection<User & { readonly salary?: number }>("users") });
createAccounts(ddp, { users: database.collection("users") });
ddp.allow(tasks, { update: (_invocation, task) => !task.done, fetch: ["done"] });

const call = client.call<number>("count");
assignable<typeof call, Promise<number>>(true);
