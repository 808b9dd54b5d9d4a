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
