/**
 * Our client and fox-wamp, another router of WAMP. It knows a part of the protocol only, and not always as it is specified: what it
 * can't do is not asked of it here.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { connect } from "fullduplex";
import { wampClient } from "fullduplex/wamp";
import type { WampClient } from "fullduplex/wamp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Background } from "../support/background.ts";
import { requirePeer } from "../support/peers.ts";
import { freePort } from "../support/ports.ts";
import { root } from "../support/project.ts";
import { rejection, until } from "../support/turns.ts";

const folder = join(root, "test", "peers");
const program = join(folder, "node_modules", "fox-wamp", "bin", "basic.js");
const isThere = requirePeer("fox-wamp", existsSync(program), `npm ci in ${folder}`);

describe.runIf(isThere)("our client over fox-wamp", () => {
  let port: number;
  let router: Background;
  const clients: WampClient[] = [];

  beforeAll(async () => {
    port = await freePort();
    router = await startRouter();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  afterAll(() => router.stop());

  function startRouter(): Promise<Background> {
    return Background.start(process.execPath, [program, "-p", `${port}`], /Listening port/, {
      cwd: folder,
    });
  }

  function makeClient(): WampClient {
    const client = wampClient(
      ({ subprotocols, signal }) =>
        connect(`ws://localhost:${port}/wamp`, { subprotocols, signal }),
      { realm: "realm1", initialDelay: 20, maxDelay: 200 },
    );
    clients.push(client);
    return client;
  }

  test("it lets us in", async () => {
    const client = makeClient();
    const { id, realm, roles } = await client.connected();
    expect(id).toBeGreaterThan(0);
    expect([realm, Object.keys(roles).sort()]).toEqual(["realm1", ["broker", "dealer"]]);
  });

  test("we call what it serves itself", async () => {
    expect(await makeClient().call("test.foo", ["a"])).toMatchObject({ key1: "bar1" });
  });

  test("calls, results and errors pass", async () => {
    const [callee, caller] = [makeClient(), makeClient()];
    await callee.register("com.add", ({ args: [a, b] }) => Number(a) + Number(b));
    expect(await caller.call("com.add", [2, 3])).toBe(5);
    expect(await rejection(caller.call("com.none"))).toMatchObject({
      uri: "wamp.error.no_such_procedure",
    });
  });

  test("progressive results pass", async () => {
    const [callee, caller] = [makeClient(), makeClient()];
    await callee.register("com.count", async function* ({ args: [to] }) {
      for (let n = 1; n <= Number(to); n++) yield n;
      return "done";
    });
    const counting = caller.callProgress("com.count", [3]);
    const seen: unknown[] = [];
    for await (const { value } of counting) seen.push(value);
    expect([seen, (await counting.result).value]).toEqual([[1, 2, 3], "done"]);
  });

  test("events pass, to several handlers of one topic once each", async () => {
    const [subscriber, publisher] = [makeClient(), makeClient()];
    const seen: unknown[] = [];
    const first = await subscriber.subscribe("com.news", ({ args }) => void seen.push(args[0]));
    await subscriber.subscribe("com.news", ({ kwargs }) => void seen.push(kwargs["b"]));
    const publication = await publisher.publish("com.news", ["a"], {
      kwargs: { b: 2 },
      acknowledge: true,
    });
    expect(publication).toBeDefined();
    await until(() => seen.length === 2, "the event");
    expect(seen.splice(0)).toEqual(["a", 2]);
    await first.unsubscribe();
    await publisher.publish("com.news", ["c"], { kwargs: { b: 3 }, acknowledge: true });
    await until(() => seen.length === 1, "the event");
    expect(seen).toEqual([3]);
  });

  test("subscriptions and registrations go on when it has been started again", async () => {
    const [one, other] = [makeClient(), makeClient()];
    await one.register("com.echo", ({ args }) => args[0]);
    const events = await one.events("com.again");
    await router.stop();
    await until(() => one.status.state === "connecting", "the end of the session");
    await until(() => other.status.state === "connecting", "the end of the session");
    router = await startRouter();
    await Promise.all([one.connected(), other.connected()]);
    await until(() => events.id !== undefined, "the subscription");
    expect(await other.call("com.echo", ["hello"])).toBe("hello");
    await other.publish("com.again", ["hello"], { acknowledge: true });
    const { value } = await events[Symbol.asyncIterator]().next();
    expect(value?.args).toEqual(["hello"]);
  });
});
