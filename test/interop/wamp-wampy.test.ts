/** What wampy has of the advanced profile, at our router. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { WampClient } from "../../src/wamp/client/index.ts";
import { Background } from "../support/background.ts";
import { importPeer, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { rejection, until } from "../support/turns.ts";
import { startApplication } from "./wamp-application.ts";
import { report } from "./wamp-report.ts";
import { startWamp } from "./wamp-router.ts";
import type { WampServer } from "./wamp-router.ts";

const available = requirePeer(
  "wampy",
  (await importPeer("wampy")) !== undefined,
  "npm ci --prefix test/peers",
);

describe.runIf(available).each(["json", "msgpack", "cbor"])("wampy over %s", (serializer) => {
  test("uses the advanced profile", async () => {
    await using server = await startWamp();
    await startApplication(server.router);
    const parameters = [server.url, serializer];
    expect(await report(process.execPath, "wampy-features.mjs", ...parameters)).toEqual({
      progress: [[0, 1, 2], ["done"]],
      sums: [[1, 3, 6], [6]],
      timeout: "wamp.error.timeout",
      canceled: [
        "wamp.error.canceled",
        "wamp.error.canceled",
        "com.node.interrupted",
        "wamp.error.canceled",
      ],
      // (One of them for the timeout.)
      interruptions: [4],
      events: [
        ["all", false],
        ["eligible", false],
        ["eligible by authid", false],
        ["eligible by role", false],
        ["disclosed", true],
      ],
      retained: ["kept", true],
      passed: ["x_scheme", "key", [1, "ä"], { a: [2] }],
      "passed call": ["x_scheme", [true, [3], { b: "ö" }]],
      shared: ["one", "other", "one", "other"],
      twice: "wamp.error.procedure_already_exists",
      unregistered: "wamp.error.no_such_procedure",
      disclosed: [true],
      undisclosed: ["nobody"],
    });
  });

  // (When a router says goodbye it takes that as final.)
  test("goes on when the router was started again", async () => {
    await using peer = await startPeer(serializer);
    const { server, session } = await peer.restart("any");
    await using _ = server;
    const came: string[] = [];
    await session.subscribe("wamp.subscription.on_subscribe", () => void came.push("subscriber"));
    await session.subscribe("wamp.registration.on_register", () => void came.push("callee"));
    await until(() => came.includes("callee") && came.includes("subscriber"), "its return");
    expect(await session.call("com.wampy.echo", ["hello"])).toBe("hello");
    await session.publish("com.again", ["hello"], { acknowledge: true });
    await until(() => peer.output().includes("event"), "the event");
    expect(peer.output().trim().split("\n").at(-1)).toBe('event ["hello"]');
  });
});

test.runIf(available)("wampy can't go on where requests begin with 1, as specified", async () => {
  await using peer = await startPeer("json");
  const { server, session } = await peer.restart("sequential");
  await using _ = server;
  let left = 0;
  await session.subscribe("wamp.session.on_leave", () => void left++);
  await until(() => left > 0, "its end");
  expect(await rejection(session.call("com.wampy.echo"))).toMatchObject({
    uri: "wamp.error.no_such_procedure",
  });
});

interface Peer extends AsyncDisposable {
  output(): string;
  /** Lets the router vanish, and starts another in its place. */
  restart(requestIds: "sequential" | "any"): Promise<{ server: WampServer; session: WampClient }>;
}

/** Starts wampy with a router, which it waits for when that is gone. */
async function startPeer(serializer: string): Promise<Peer> {
  const script = join(root, "test", "interop", "peers", "wampy-reconnect.mjs");
  const before = await startWamp();
  const parameters = [script, before.url, serializer];
  const peer = await Background.start(process.execPath, parameters, /ready/);
  return {
    output: () => peer.output,
    async restart(requestIds) {
      await before.crash();
      const server = await startWamp({ port: Number(new URL(before.url).port), requestIds });
      return { server, session: await server.router.session("realm1") };
    },
    async [Symbol.asyncDispose]() {
      await peer.stop();
      await before[Symbol.asyncDispose]();
    },
  };
}
