import { expect, onTestFinished, test } from "vitest";
import { createDdp } from "../../../../src/ddp/server/index.ts";
import { MAX_TASKS } from "../../../../src/hub/todo/limits.ts";
import { Todo } from "../../../../src/hub/todo/todo.ts";
import { DdpPeer } from "../../../support/ddp-peer.ts";
import type { Json } from "../../../support/ddp-peer.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";

/** Somebody who calls methods, one after the other. */
class Caller {
  readonly peer: DdpPeer;
  #id = 0;

  constructor(peer: DdpPeer) {
    this.peer = peer;
  }

  /** The result, or what the error is called. */
  async call(method: string, ...params: unknown[]): Promise<unknown> {
    const id = String(++this.#id);
    this.peer.send({ msg: "method", id, method, params });
    for (;;) {
      const message = await this.peer.take();
      if (message["msg"] !== "result") continue;
      const error = message["error"] as Json | undefined;
      return error ? `${String(error["error"])}: ${String(error["reason"])}` : message["result"];
    }
  }
}

async function start(): Promise<{ join: () => Promise<Caller>; clock: FakeClock }> {
  const clock = new FakeClock();
  const ddp = createDdp({ clock });
  onTestFinished(() => ddp.close());
  await new Todo().attach(ddp);
  return { clock, join: async () => new Caller(await DdpPeer.connect(ddp)) };
}

test("tasks are for everybody", async () => {
  const { join } = await start();
  const { peer } = await join();
  peer.send({ msg: "sub", id: "s", name: "tasks" });
  const first = await peer.takeAll(4);
  expect(first.map(({ msg }) => msg)).toEqual(["added", "added", "added", "ready"]);
  expect(first[0]).toMatchObject({ collection: "tasks", fields: { done: false, position: 1 } });

  const other = await join();
  const id = await other.call("tasks.add", "  Buy\nmilk ");
  expect(await peer.take()).toEqual({
    msg: "added",
    collection: "tasks",
    id,
    fields: { title: "Buy milk", done: false, position: 4 },
  });
  await other.call("tasks.check", id, true);
  expect(await peer.take()).toMatchObject({ msg: "changed", id, fields: { done: true } });
  await other.call("tasks.rename", id, "Buy cheese");
  expect(await peer.take()).toMatchObject({ msg: "changed", id, fields: { title: "Buy cheese" } });
  await other.call("tasks.remove", id);
  expect(await peer.take()).toEqual({ msg: "removed", collection: "tasks", id });
});

test("what is unsuitable is refused, with a reason", async () => {
  const { join } = await start();
  const caller = await join();
  const tooLong = "x".repeat(121);
  for (const title of [undefined, 1, "", " ", tooLong, {}, null]) {
    const refused = "unsuitable: A task has 1 to 120 characters.";
    expect(await caller.call("tasks.add", title)).toBe(refused);
  }
  expect(await caller.call("tasks.add", "Please Reject this")).toMatch(/^refused: /);
  expect(await caller.call("tasks.check", { $ne: "" }, true)).toMatch(/^unsuitable: /);
  expect(await caller.call("tasks.check", "x", 1)).toMatch(/^unsuitable: /);
  expect(await caller.call("tasks.check", "x", true)).toMatch(/^gone: /);
  expect(await caller.call("tasks.remove", {})).toMatch(/^unsuitable: /);
  expect(await caller.call("tasks.remove", "__proto__")).toBeUndefined();
});

test("there is an end to the list, and to the patience", async () => {
  const { join, clock } = await start();
  let added = 3;
  while (added < MAX_TASKS) {
    const caller = await join();
    for (let count = 0; count < 30 && added < MAX_TASKS; count++, added++) {
      expect(await caller.call("tasks.add", "x")).toEqual(expect.stringMatching(/^\w{17}$/));
    }
  }
  const caller = await join();
  expect(await caller.call("tasks.add", "x")).toMatch(/^full: /);
  for (let count = 0; count < 29; count++) await caller.call("tasks.remove", "none");
  expect(await caller.call("tasks.remove", "none")).toBe("too-many-requests: Not so fast.");
  clock.advance(5000);
  expect(await caller.call("tasks.remove", "none")).toBeUndefined();
});
