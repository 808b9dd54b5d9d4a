import { describe, expect, test } from "vitest";
import type { Dict, List } from "../../../../../../src/wamp/protocol/messages.ts";
import { Deferred } from "../../../../../../src/util/deferred.ts";
import type {
  AuthorizationRequest,
  Decision,
} from "../../../../../../src/wamp/router/authorization/authorizer.ts";
import type { RouterCore } from "../../../../../../src/wamp/router/router.ts";
import { Client, makeRouter } from "../../../../../support/wamp-broker.ts";
import { settled } from "../../../../../support/wamp-peer.ts";

const ADD = "wamp.session.add_testament";
const FLUSH = "wamp.session.flush_testaments";

/** A subscriber of everything but what is about subscriptions. */
async function witness(router: RouterCore): Promise<Client> {
  const client = await Client.join(router);
  await client.subscribe("com.", { match: "prefix" });
  await client.subscribe("wamp.session.on_leave");
  return client;
}

async function args(client: Client, count: number): Promise<unknown[]> {
  const events = await client.peer.takeAll(count);
  return events.map(([, , , , list]) => (list as unknown[])[0]);
}

describe("testaments", () => {
  test("are published when the session is gone: detached ones, destroyed ones, then on_leave", async () => {
    const router = makeRouter();
    const subscriber = await witness(router);
    const client = await Client.join(router);
    const add = (topic: string, n: number, kwargs: Dict = {}): Promise<List> =>
      client.call(ADD, [topic, [n], { n }], kwargs);
    expect(await add("com.a", 1)).toEqual([]);
    await add("com.b", 2, { scope: "destroyed" });
    await add("com.c", 3, { scope: "detached" });
    await add("com.d", 4, { scope: "detached" });
    expect(await subscriber.peer.isQuiet()).toBe(true);
    client.peer.close();
    expect(await args(subscriber, 5)).toEqual([3, 4, 1, 2, client.id]);
    expect(await subscriber.peer.isQuiet()).toBe(true);
  });

  test("after a GOODBYE, and after a violation, too", async () => {
    for (const last of [
      [6, {}, "wamp.close.normal"],
      [16, 99, {}, "com.x"],
    ] as const) {
      const router = makeRouter();
      const subscriber = await witness(router);
      const client = await Client.join(router);
      await client.call(ADD, ["com.topic", ["gone"]]);
      client.peer.send(last);
      expect(await args(subscriber, 2)).toEqual(["gone", client.id]);
    }
  });

  test("before the session's subscriptions end", async () => {
    const router = makeRouter();
    const subscriber = await witness(router);
    const client = await Client.join(router);
    await client.subscribe("com.topic");
    await subscriber.subscribe("wamp.subscription.on_unsubscribe");
    await client.call(ADD, ["com.topic", ["gone"]]);
    client.peer.close();
    expect(await args(subscriber, 3)).toEqual(["gone", client.id, client.id]);
    expect(await client.peer.isQuiet()).toBe(true);
  });

  test("once", async () => {
    const router = makeRouter();
    const subscriber = await witness(router);
    const client = await Client.join(router);
    await client.call(ADD, ["com.topic", ["gone"]]);
    client.peer.send([6, {}, "wamp.close.normal"]);
    client.peer.send([1, "realm1", { roles: { caller: {} } }]);
    await client.peer.takeAll(2);
    client.peer.close();
    const [gone, first, second] = await args(subscriber, 3);
    expect([gone, first]).toEqual(["gone", client.id]);
    expect(second).not.toBe(client.id);
    expect(await subscriber.peer.isQuiet()).toBe(true);
  });

  test("can be flushed, each scope alone", async () => {
    const router = makeRouter();
    const subscriber = await witness(router);
    const client = await Client.join(router);
    await client.call(FLUSH);
    for (const scope of ["detached", "destroyed"]) {
      await client.call(ADD, ["com.topic", [scope]], { scope });
    }
    expect(await client.call(FLUSH)).toEqual([]);
    await client.call(ADD, ["com.topic", ["later"]]);
    await client.call(FLUSH, [], { scope: "detached" });
    client.peer.close();
    expect(await args(subscriber, 2)).toEqual(["later", client.id]);
  });

  test("have options of PUBLISH", async () => {
    const router = makeRouter();
    const subscriber = await witness(router);
    const client = await Client.join(router, { authid: "ann" });
    const add = (options: Dict): Promise<List> =>
      client.call(ADD, ["com.topic", [1]], { publish_options: options });
    await add({ eligible: [] });
    await add({ disclose_me: true, retain: true, acknowledge: true, unknown: 5 });
    client.peer.close();
    expect((await subscriber.event()).details).toMatchObject({ publisher_authid: "ann" });
    expect(await args(subscriber, 1)).toEqual([client.id]);
    const late = await Client.join(router);
    await late.subscribe("com.topic", { get_retained: true });
    expect((await late.event()).details).toMatchObject({ retained: true, publisher: client.id });
  });

  test.each<[List, Dict, string]>([
    [[], {}, "invalid_argument"],
    [["com..topic"], {}, "invalid_uri"],
    [["wamp.session.on_leave"], {}, "invalid_uri"],
    [["com.topic", 5], {}, "invalid_argument"],
    [["com.topic", [], []], {}, "invalid_argument"],
    [["com.topic"], { scope: "whenever" }, "invalid_argument"],
    [["com.topic"], { publish_options: [] }, "invalid_argument"],
    [["com.topic"], { publish_options: { eligible: [0] } }, "invalid_argument"],
    [["com.topic"], { publish_options: { exclude_me: 1 } }, "invalid_argument"],
  ])("%j with %j is refused", async (list, kwargs, error) => {
    const client = await Client.join(makeRouter());
    await expect(client.call(ADD, list, kwargs)).rejects.toThrow(`wamp.error.${error}`);
    await expect(client.call(FLUSH, [], { scope: "all" })).rejects.toThrow("invalid_argument");
  });

  test("who didn't announce payload_passthru_mode leaves no such payload", async () => {
    const router = makeRouter();
    const client = await Client.join(router, {}, { roles: { caller: {}, publisher: {} } });
    const publish_options = { ppt_scheme: "x_mine" };
    await expect(client.call(ADD, ["com.topic"], { publish_options })).rejects.toThrow(
      "invalid_argument",
    );
  });

  test("are bounded in number and size", async () => {
    const router = makeRouter();
    const subscriber = await witness(router);
    const client = await Client.join(router);
    await expect(client.call(ADD, ["com.topic", ["x".repeat(600_000)]])).rejects.toThrow(
      "fullduplex.error.limit_exceeded",
    );
    for (let n = 0; n < 100; n++) await client.call(ADD, ["com.topic", [n]]);
    await expect(client.call(ADD, ["com.topic", [100]])).rejects.toThrow("limit_exceeded");
    client.peer.close();
    expect((await args(subscriber, 101)).at(-2)).toBe(99);
  });

  test("aren't published when whoever ended the session doesn't want them to be", async () => {
    const router = makeRouter();
    const subscriber = await witness(router);
    const client = await Client.join(router);
    await client.call(ADD, ["com.topic", ["gone"]]);
    const realm = router.enter("realm1", { authenticators: [] });
    const session = realm.sessions.get(client.id);
    if (session) realm.broker.leave(session, { testaments: false });
    client.peer.close();
    expect(await args(subscriber, 1)).toEqual([client.id]);
  });
});

describe("the permission for a testament", () => {
  function deciding(decision: Decision | (() => Promise<Decision>)): RouterCore {
    const authorizer = {
      authorize: ({ action }: AuthorizationRequest) => {
        if (action !== "publish") return { allow: true };
        return typeof decision === "function" ? decision() : decision;
      },
    };
    return makeRouter({ authorizer });
  }

  test("is needed when it is added", async () => {
    for (const decision of [{ allow: false }, () => Promise.resolve({ allow: false })]) {
      const client = await Client.join(deciding(decision));
      await expect(client.call(ADD, ["com.topic"])).rejects.toThrow("wamp.error.not_authorized");
    }
  });

  test("is asked for the session's own topic, and decides about disclosure and trust", async () => {
    const router = deciding({ allow: true, disclose: false, trustlevel: 3 });
    const subscriber = await witness(router);
    const client = await Client.join(router);
    await expect(
      client.call(ADD, ["com.topic"], { publish_options: { disclose_me: true } }),
    ).rejects.toThrow("wamp.error.option_disallowed.disclose_me");
    await client.call(ADD, ["com.topic"]);
    client.peer.close();
    expect((await subscriber.event()).details).toEqual({ topic: "com.topic", trustlevel: 3 });
  });

  test("may come late: what is flushed after that is flushed", async () => {
    const decision = new Deferred<Decision>();
    const router = deciding(() => decision.promise);
    const subscriber = await witness(router);
    const client = await Client.join(router);
    client.peer.send([48, client.next(), {}, ADD, ["com.topic", ["pending"]]]);
    client.peer.send([48, client.next(), {}, FLUSH]);
    await settled();
    decision.resolve({ allow: true });
    expect((await client.peer.takeAll(2)).map(([type]) => type)).toEqual([50, 50]);
    client.peer.close();
    expect(await args(subscriber, 1)).toEqual([client.id]);
  });

  test("that comes after the session is gone leaves nothing behind", async () => {
    const decision = new Deferred<Decision>();
    const router = deciding(() => decision.promise);
    const subscriber = await witness(router);
    const client = await Client.join(router);
    client.peer.send([48, client.next(), {}, ADD, ["com.topic", ["pending"]]]);
    await settled();
    client.peer.close();
    expect(await args(subscriber, 1)).toEqual([client.id]);
    decision.resolve({ allow: true });
    expect(await subscriber.peer.isQuiet()).toBe(true);
  });
});
