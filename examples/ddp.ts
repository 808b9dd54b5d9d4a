// DDP: a list of tasks that several clients see live, with changes that show at once and are undone when the server refuses.
import { connect } from "fullduplex";
import { ddpClient } from "fullduplex/ddp";
import type { DdpClient } from "fullduplex/ddp";
import { createDdp, DdpError, memoryDatabase } from "fullduplex/ddp/server";
import { serve } from "fullduplex/server";

interface Task {
  readonly _id: string;
  readonly title: string;
  readonly done: boolean;
}

const database = memoryDatabase();
const tasks = database.collection<Task>("tasks");

const ddp = createDdp();
ddp.publish("tasks", () => tasks.find({}, { sort: { title: 1 } }));
ddp.methods({
  addTask: (_invocation, title) => {
    if (typeof title !== "string" || title === "") throw new DdpError(400, "A task has a title");
    if (title.length > 20) throw new DdpError(400, "That title is too long");
    return tasks.insert({ title, done: false });
  },
});
const server = await serve({ "/websocket": ddp.handler });

const join = (): DdpClient =>
  ddpClient(({ signal }) => connect(`${server.url}/websocket`, { signal }));

// One client only looks.
const reader = join();
await reader.subscribe("tasks").ready;

// The other adds tasks. Its stub does at once what the server is expected to do, with the same id.
const writer = join();
const local = writer.collection<Task>("tasks");
writer.methods({
  addTask: (_simulation, title: string) => local.insert({ title, done: false }),
});
await writer.subscribe("tasks").ready;

const call = writer.call("addTask", "buy tea");
console.log(
  local
    .find()
    .fetch()
    .map(({ title }) => title),
); // before the server has heard of it
await call;

for await (const seen of reader.collection<Task>("tasks").find()) {
  if (seen.length === 0) continue;
  console.log(seen[0]?.title);
  break;
}

const refused = writer.call("addTask", "a title that nobody has the time to read");
console.log(local.find().count()); // it shows …
await refused.done.catch((error: Error) => console.log(error.message));
console.log(local.find().count()); // … and is gone

await writer.close();
await reader.close();
await ddp.close();
await server.close();
