import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importPeer, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { runNode } from "../support/run.ts";
import { startApplication, startWamp } from "./wamp-router.ts";

const available = requirePeer(
  "wampy and Autobahn for JavaScript",
  (await importPeer("wampy")) !== undefined && (await importPeer("autobahn")) !== undefined,
  "npm ci --prefix test/peers",
);

const payload = ["häß", -1, 2.5, null, true, { nested: [1] }];
const common = {
  echo: [payload, { a: 1 }],
  nobody: "wamp.error.no_such_procedure",
  events: [
    ["com.event.first", ["one"]],
    ["com.event.last", ["three"]],
  ],
};

/** Runs a peer, and returns what it reports. */
async function report(program: string, ...parameters: string[]): Promise<unknown> {
  const script = join(root, "test", "interop", "peers", program);
  const { code, stdout, stderr } = await runNode([script, ...parameters]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}

describe.runIf(available).each(["json", "msgpack", "cbor"])("over %s", (serializer) => {
  test("wampy takes part in a realm", async () => {
    await using server = await startWamp();
    expect(await report("wampy-client.mjs", server.url, serializer)).toEqual({
      ...common,
      authrole: "anonymous",
      authmethod: "anonymous",
      wildcard: ["com.wampy.some.any"],
      error: ["com.wampy.failed", ["why"], { code: 7 }],
      sessions: [2],
    });
  });

  test("Autobahn for JavaScript takes part in a realm", async () => {
    await using server = await startWamp();
    await startApplication(server.router);
    expect(await report("autobahn-client.mjs", server.url, serializer)).toEqual({
      ...common,
      authrole: "anonymous",
      authmethod: "anonymous",
      wildcard: "com.js.some.any",
      error: ["com.js.failed", ["why"], { code: 7 }],
      result: "done",
      progress: [0, 1, 2],
      sessions: 3,
    });
  });
});
