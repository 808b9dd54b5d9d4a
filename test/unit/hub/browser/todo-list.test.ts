import { expect, onTestFinished, test } from "vitest";
import { ddpClient } from "../../../../src/ddp/client/index.ts";
import { createDdp } from "../../../../src/ddp/server/index.ts";
import { TodoList } from "../../../../src/hub/browser/todo-list.ts";
import { Todo } from "../../../../src/hub/todo/todo.ts";
import { pair } from "../../../../src/testing/pair.ts";
import type { Connection } from "../../../../src/connection/connection.ts";
import { turns, until } from "../../../support/turns.ts";

interface Fixture {
  readonly open: () => Promise<TodoList>;
  readonly connections: Connection[];
}

async function start(): Promise<Fixture> {
  const ddp = createDdp();
  await new Todo().attach(ddp);
  onTestFinished(() => ddp.close());
  const connections: Connection[] = [];
  const open = async (): Promise<TodoList> => {
    const client = ddpClient(() => {
      const [near, far] = pair();
      connections.push(near);
      void ddp.handler(far);
      return near;
    });
    onTestFinished(() => client.close());
    const list = new TodoList(client);
    await until(() => list.isReady, "the tasks");
    return list;
  };
  return { open, connections };
}

function titles(list: TodoList): string[] {
  return list.tasks.map(({ title, done }) => (done ? `(${title})` : title));
}

const WELCOME = ["Open this page in a second window", "Check this off", "Slow the answers down"];

test("what one adds, all have", async () => {
  const { open } = await start();
  const [ada, bob] = [await open(), await open()];
  expect(titles(ada)).toEqual(WELCOME);
  ada.add("One more");
  await until(() => titles(bob).length === 4, "the task");
  expect(titles(bob)).toEqual([...WELCOME, "One more"]);
  const [first] = bob.tasks;
  bob.check(first?._id ?? "", true);
  bob.rename(first?._id ?? "", "Renamed");
  await until(() => titles(ada)[0] === "(Renamed)", "the change");
  ada.remove(first?._id ?? "");
  await until(() => titles(bob).length === 3, "the removal");
});

test("a change shows before the server has answered, and is pending until it has", async () => {
  const { open } = await start();
  const list = await open();
  const [first] = list.tasks;
  const id = first?._id ?? "";
  let changes = 0;
  list.onChange = () => changes++;
  list.check(id, true);
  await Promise.resolve();
  expect(list.tasks[0]?.done).toBe(true);
  expect(list.isPending(id)).toBe(true);
  expect(changes).toBeGreaterThan(0);
  await until(() => !list.isPending(id), "the answer");
  expect(list.tasks[0]?.done).toBe(true);
});

test("what the server refuses comes and goes away again, with the reason", async () => {
  const { open } = await start();
  const list = await open();
  const problems: string[] = [];
  const seen: number[] = [];
  list.onRefused = (problem) => void problems.push(problem);
  list.onChange = () => void seen.push(list.tasks.length);
  list.add("Reject me");
  await until(() => problems.length > 0, "the refusal");
  expect(problems).toEqual(["The server rejects this task, as asked."]);
  expect(titles(list)).toEqual(WELCOME);
  expect(seen).toContain(4);
  await turns(5);
  expect(seen.at(-1)).toBe(3);
});

test("what can be no task is not shown, and refused", async () => {
  const { open } = await start();
  const list = await open();
  const problems: string[] = [];
  list.onRefused = (problem) => void problems.push(problem);
  list.add("x".repeat(121));
  await until(() => problems.length > 0, "the refusal");
  expect(problems).toEqual(["A task has 1 to 120 characters."]);
  expect(titles(list)).toEqual(WELCOME);
});

test("the link is what the connection is", async () => {
  const { open, connections } = await start();
  const list = await open();
  expect(list.link).toEqual({ state: "online" });
  const states: string[] = [];
  list.onChange = () => void states.push(list.link.state);
  connections[0]?.terminate();
  await until(() => states.includes("online"), "another connection");
  expect(states).toContain("offline");
  expect(list.tasks).toHaveLength(3);
});
