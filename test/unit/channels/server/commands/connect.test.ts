import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { ask, start } from "../wire.ts";

const KEPT = { access: { subscribe: "anyone" }, history: { size: 9, ttl: 60_000 } } as const;

describe("a connect", () => {
  test("tells the client the data of the subscriptions that come with it", async () => {
    const { channels, client } = start({
      namespaces: { "": KEPT },
      hooks: {
        connect: () => ({ user: "", subscriptions: new Map([["a", { data: '{"b":1.0}' }]]) }),
      },
    });
    await client.send('{"id":1,"connect":{}}');
    expect(await client.recv()).toContain('"data":{"b":1.0}');
    await channels.close();
  });

  test("that fails halfway leaves nothing behind, so that another one may follow", async () => {
    const users = ["ann", "bob"];
    const { channels, client } = start({
      namespaces: { "": KEPT },
      maxClientsPerUser: 1,
      hooks: {
        connect: () => {
          const user = users.shift() ?? "";
          const wanted = user === "ann" ? ["a", "no:b"] : ["c"];
          return { user, subscriptions: new Map(wanted.map((channel) => [channel, {}])) };
        },
      },
    });
    expect(await ask(client, { id: 1, connect: {} })).toMatchObject({ error: { code: 102 } });
    expect(await channels.connections()).toEqual([]);
    expect((await channels.channels()).size).toBe(0);
    expect(await ask(client, { id: 2, connect: {} })).toMatchObject({ connect: { subs: {} } });
    expect(await channels.connections()).toMatchObject([{ user: "bob", channels: ["c"] }]);
    expect(await channels.info()).toMatchObject([{ num_clients: 1, num_users: 1 }]);
    await channels.close();
  });
});

describe("of a large frame", () => {
  const padding = "x".repeat(500_000);

  test("nothing stays in memory but what is kept of it", async () => {
    const { channels, client } = start({
      namespaces: { "": { access: { subscribe: "anyone" } } },
    });
    const connect = { headers: { "x-tenant": "a value with more than a few letters" } };
    await ask(client, { id: 1, connect, padding });
    const before = heapUsed();
    for (let id = 2; id < 102; id++) {
      await ask(client, { id, subscribe: { channel: `a channel with a number ${id}` }, padding });
    }
    expect(heapUsed() - before).toBeLessThan(10_000_000);
    await channels.close();
  });

  test("the headers are refused when they are larger than those of HTTP can be", async () => {
    const seen: ReadonlyMap<string, string>[] = [];
    const { channels, client } = start({
      hooks: { connect: ({ headers }) => (seen.push(headers), undefined) },
    });
    const connect = (size: number): object => ({ headers: { Cookie: "x".repeat(size) } });
    const reply = await ask(client, { id: 1, connect: connect(16_384) });
    expect(reply).toMatchObject({ error: { code: 106 } });
    expect(await ask(client, { id: 2, connect: connect(16_000) })).toMatchObject({ id: 2 });
    expect(seen).toEqual([new Map([["cookie", "x".repeat(16_000)]])]);
    await channels.close();
  });
});

function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
