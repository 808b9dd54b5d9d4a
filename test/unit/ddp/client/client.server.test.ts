import { expect, test } from "vitest";
import { ddpClient } from "../../../../src/ddp/client/index.ts";
import type { DdpClient } from "../../../../src/ddp/client/index.ts";
import { createDdp, DdpError } from "../../../../src/ddp/server/index.ts";
import type { Ddp } from "../../../../src/ddp/server/index.ts";
import { pair } from "../../../../src/testing/pair.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { rejection, turns, until } from "../../../support/turns.ts";

function connectTo(ddp: Ddp): DdpClient {
  return ddpClient(() => {
    const [ours, theirs] = pair();
    void ddp.handler(theirs);
    return ours;
  });
}

test("a call of a method of this package's server", async () => {
  await using ddp = createDdp();
  ddp.methods({ add: (_invocation, a, b) => Number(a) + Number(b) });
  await using client = connectTo(ddp);
  expect(await client.call("add", 1, 2)).toBe(3);
  expect(client.status).toMatchObject({ state: "connected", attempt: 0, userId: null });
});

test("an error of a method", async () => {
  await using ddp = createDdp();
  ddp.methods({
    refuse: () => {
      throw new DdpError("no", "never", { why: 1 });
    },
  });
  await using client = connectTo(ddp);
  const error = await rejection(client.call("refuse").done);
  expect(error).toBeInstanceOf(DdpError);
  expect(error).toMatchObject({ error: "no", reason: "never", details: { why: 1 } });
});

test("a subscription fills a local collection, and is emptied when it is stopped", async () => {
  await using ddp = createDdp();
  ddp.publish("two", (subscription) => {
    subscription.added("c", "a", { at: new Date(5) });
    subscription.changed("c", "a", { at: undefined, x: 1 });
    subscription.ready();
  });
  await using client = connectTo(ddp);
  const subscription = client.subscribe("two");
  await subscription.ready;
  expect(client.collection("c").find().fetch()).toEqual([{ _id: "a", x: 1 }]);
  subscription.stop();
  await subscription.ended;
  await until(() => client.collection("c").find().count() === 0, "the collection to be empty");
});

test("a method that is under way when its client leaves, and comes back, runs once", async () => {
  await using ddp = createDdp();
  let runs = 0;
  const finish = new Deferred<void>();
  ddp.methods({
    slow: async () => {
      runs++;
      await finish.promise;
      return "done";
    },
  });
  await using client = connectTo(ddp);
  const call = client.call("slow");
  await until(() => runs > 0, "the method to run");
  client.disconnect();
  client.reconnect();
  await until(() => client.status.state === "connected", "the client to be back");
  await turns(10);
  finish.resolve();
  expect(await call).toBe("done");
  expect(runs).toBe(1);
});
