import { describe, expect, test } from "vitest";
import type {
  AuthorizationRequest,
  Decision,
} from "../../../../../../src/wamp/router/authorization/authorizer.ts";
import { Client, makeRouter } from "../../../../../support/wamp-broker.ts";

const GET = "wamp.subscription.get_events";
const history = [
  { uri: "com.topic", limit: 3 },
  { uri: "com.", match: "prefix", limit: 10 },
] as const;

async function lookup(client: Client, uri: string, match = "exact"): Promise<number> {
  const [id] = await client.call("wamp.subscription.lookup", [uri, { match }]);
  return id as number;
}

describe("event history", () => {
  test("is kept without subscribers, for each subscription apart", async () => {
    const client = await Client.join(makeRouter({ history }));
    const exact = await lookup(client, "com.topic");
    const prefix = await lookup(client, "com.", "prefix");
    const before = Date.now();
    const first = await client.publish("com.topic", [1], { disclose_me: true });
    const second = await client.publish("com.other", [], {}, { a: 1 });
    const [event, ...others] = await client.call(GET, [exact]);
    const publisher = { publisher: client.id, publisher_authid: "joe", publisher_authrole: "user" };
    expect(event).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      subscription: exact,
      publication: first,
      details: publisher,
      args: [1],
    });
    expect(Date.parse((event as { timestamp: string }).timestamp)).toBeGreaterThanOrEqual(before);
    expect(others).toEqual([]);
    expect(await client.call(GET, [prefix])).toEqual([
      expect.objectContaining({
        publication: first,
        details: { ...publisher, topic: "com.topic" },
      }),
      expect.objectContaining({
        publication: second,
        subscription: prefix,
        details: { topic: "com.other" },
        kwargs: { a: 1 },
      }),
    ]);
  });

  test("goes on under the same id when subscribers come and go, without on_create and on_delete", async () => {
    const router = makeRouter({ history });
    const watcher = await Client.join(router);
    await watcher.subscribe("wamp.subscription.on_delete");
    await watcher.subscribe("wamp.subscription.on_create");
    await watcher.event(); // (Of that subscription itself.)
    const client = await Client.join(router);
    const id = await lookup(client, "com.topic");
    await client.publish("com.topic", [1]);
    expect(await client.subscribe("com.topic")).toBe(id);
    await client.unsubscribe(id);
    await client.publish("com.topic", [2]);
    expect(await client.call(GET, [id])).toHaveLength(2);
    expect(await watcher.peer.isQuiet()).toBe(true);
  });

  test("is asked with conditions, and tells whether there is more", async () => {
    const client = await Client.join(makeRouter({ history }));
    const id = await lookup(client, "com.topic");
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) ids.push(await client.publish("com.topic", [n]));
    expect(
      await client.call(GET, [id], { reverse: true, after_publication: ids[2] }),
    ).toMatchObject([{ publication: ids[4] }, { publication: ids[3] }]);
    client.peer.send([48, client.next(), {}, GET, [id], { limit: 1 }]);
    expect((await client.peer.take()).at(-1)).toEqual({ is_limit_reached: true });
    await expect(client.call(GET, [id], { limit: "many" })).rejects.toThrow(
      "wamp.error.invalid_argument",
    );
  });

  test("shows each what he was meant to see, and nobody what was meant for sessions", async () => {
    const router = makeRouter({ history });
    const publisher = await Client.join(router);
    await publisher.publish("com.topic", ["all"]);
    await publisher.publish("com.topic", ["admins"], { eligible_authrole: ["admin"] });
    await publisher.publish("com.topic", ["not bob"], { exclude_authid: ["bob"] });
    await publisher.publish("com.topic", ["session"], { eligible: [publisher.id] });
    const seen = async (authid: string, authrole: string): Promise<unknown[]> => {
      const client = await Client.join(router, { authid, authrole });
      const events = await client.call(GET, [await lookup(client, "com.topic")]);
      return events.map((event) => (event as { args: unknown[] }).args[0]);
    };
    expect(await seen("ann", "admin")).toEqual(["all", "admins", "not bob"]);
    expect(await seen("ann", "user")).toEqual(["all", "not bob"]);
    expect(await seen("bob", "user")).toEqual(["all"]);
  });

  test("has for publishers what they published, too", async () => {
    const client = await Client.join(makeRouter({ history }));
    await client.publish("com.topic", [1], { exclude_me: true });
    expect(await client.call(GET, [await lookup(client, "com.topic")])).toHaveLength(1);
  });

  test.each([
    ["at once", (decision: Decision) => decision],
    ["later", (decision: Decision) => Promise.resolve(decision)],
  ])("is for those who may subscribe (decided %s)", async (_, decide) => {
    const asked: unknown[] = [];
    const authorizer = {
      authorize({ action, uri, match, principal }: AuthorizationRequest) {
        if (action === "subscribe") asked.push([uri, match]);
        return decide({ allow: action !== "subscribe" || principal.authid === "ann" });
      },
    };
    const router = makeRouter({ history, authorizer });
    const [ann, bob] = [
      await Client.join(router, { authid: "ann" }),
      await Client.join(router, { authid: "bob" }),
    ];
    const id = await lookup(ann, "com.", "prefix");
    await ann.publish("com.topic", [1]);
    expect(await ann.call(GET, [id])).toHaveLength(1);
    await expect(bob.call(GET, [id])).rejects.toThrow("wamp.error.not_authorized");
    expect(asked).toEqual([
      ["com.", "prefix"],
      ["com.", "prefix"],
    ]);
  });

  test("isn't there for every subscription", async () => {
    const client = await Client.join(makeRouter({ history }));
    const id = await client.subscribe("org.topic");
    await expect(client.call(GET, [id])).rejects.toThrow("wamp.error.history_unavailable");
    await expect(client.call(GET, [id + 1])).rejects.toThrow("wamp.error.no_such_subscription");
    await expect(client.call(GET, ["com.topic"])).rejects.toThrow("wamp.error.invalid_argument");
    await expect(client.call(GET)).rejects.toThrow("wamp.error.invalid_argument");
  });

  test("an authorizer that fails refuses", async () => {
    const authorizer = {
      authorize({ action }: AuthorizationRequest): Promise<Decision> {
        return action === "subscribe"
          ? Promise.reject(new Error("out of order"))
          : Promise.resolve({ allow: true });
      },
    };
    const logger = { error: () => {}, warn: () => {} };
    const client = await Client.join(makeRouter({ history, authorizer }, { logger }));
    await expect(client.call(GET, [await lookup(client, "com.topic")])).rejects.toThrow(
      "wamp.error.authorization_failed",
    );
  });
});
