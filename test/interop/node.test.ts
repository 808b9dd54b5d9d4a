import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findNode, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";
import { expectReport, startEcho } from "./echo.ts";
import type { Report } from "./echo.ts";

// Node 20 has no WebSocket of its own.
describe.each([22, 24, 26])("the WebSocket of Node %i", (major) => {
  const node = findNode(major);
  const available = requirePeer(`Node ${major}`, node !== undefined, "npm run test:runtimes");

  test.runIf(available)("talks to our server", async () => {
    const server = await startEcho();
    const script = join(root, "test", "interop", "peers", "echo-client.mjs");
    const { code, stdout, stderr } = await run(node as string, [script, server.url]);
    await server.close();
    expect(code, stderr).toBe(0);
    expectReport(JSON.parse(stdout) as Report, true);
  });
});
