import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Background } from "../support/background.ts";
import { findPython, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";
import { converse, expectReport, startEcho } from "./echo.ts";
import type { Report } from "./echo.ts";

const peers = join(root, "test", "interop", "peers");
const python = findPython("websockets");
const available = requirePeer(
  "Python's websockets",
  python !== undefined,
  "apt-get install python3-websockets",
);

describe.runIf(available)("Python's websockets", () => {
  test.each([true, false])("talks to our server (compression: %s)", async (compression) => {
    const server = await startEcho({ compression });
    const script = join(peers, "echo_client.py");
    const { code, stdout, stderr } = await run(python as string, [script, server.url]);
    await server.close();
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expectReport(report, compression);
    expect(report.parts).toBe("in three parts");
  });

  test.each([
    ["plain", false],
    ["without context takeover", true],
    ["with context takeover", { serverContextTakeover: true, clientContextTakeover: true }],
  ])("answers our client (%s)", async (_, compression) => {
    const script = join(peers, "echo_server.py");
    const server = await Background.start(python as string, [script], /listening/);
    try {
      await converse(/ws:\S+/.exec(server.output)?.[0] as string, { compression });
    } finally {
      await server.stop();
    }
  });
});
