/** What wampy has of the advanced profile, at our router. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Background } from "../support/background.ts";
import { importPeer, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { until } from "../support/turns.ts";
import { startApplication } from "./wamp-application.ts";
import { report } from "./wamp-report.ts";
import { startWamp } from "./wamp-router.ts";

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

  // (When a router says goodbye it takes that as final. In the new session it counts its requests on: `requestIds` lets it.)
  test("goes on when the router was started again", async () => {
    const script = join(root, "test", "interop", "peers", "wampy-reconnect.mjs");
    const before = await startWamp();
    const { port } = new URL(before.url);
    const parameters = [script, before.url, serializer];
    const peer = await Background.start(process.execPath, parameters, /ready/);
    try {
      await before.crash();
      await using after = await startWamp({ port: Number(port), requestIds: "any" });
      const session = await after.router.session("realm1");
      const came: string[] = [];
      await session.subscribe("wamp.subscription.on_subscribe", () => void came.push("subscriber"));
      await session.subscribe("wamp.registration.on_register", () => void came.push("callee"));
      await until(() => came.includes("callee") && came.includes("subscriber"), "its return");
      expect(await session.call("com.wampy.echo", ["hello"])).toBe("hello");
      await session.publish("com.again", ["hello"], { acknowledge: true });
      await until(() => peer.output.includes("event"), "the event");
      expect(peer.output.trim().split("\n").at(-1)).toBe('event ["hello"]');
    } finally {
      await peer.stop();
      await before[Symbol.asyncDispose]();
    }
  });
});
