import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ensureBuilt, linkPackages } from "../support/built.ts";
import { findNode, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";
import { scratchFolder } from "../support/scratch.ts";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const suites = ["unit", "contract", "integration"];
const folder = scratchFolder();

beforeAll(async () => {
  await ensureBuilt();
  linkPackages(folder, "fullduplex");
  copyFileSync(join(root, "test", "runtimes", "smoke.mjs"), join(folder, "smoke.mjs"));
});

describe.each([20, 22, 24, 26])("Node %i", (major) => {
  const node = findNode(major);
  const found = requirePeer(`Node ${major}`, node !== undefined, "npm ci --prefix test/runtimes");

  test.runIf(found)("is that version", async () => {
    const { stdout } = await run(node as string, ["--version"]);
    expect(stdout).toMatch(new RegExp(`^v${major}\\.`));
  });

  test.runIf(found)("runs the built package", async () => {
    const { code, stdout, stderr } = await run(node as string, ["smoke.mjs"], {
      cwd: folder,
      timeout: 60_000,
    });
    expect(stdout, stderr).toMatch(/^ok$/m);
    expect(code).toBe(0);
  });

  test.runIf(found)("passes the everyday tests", async () => {
    const output = join(folder, `node-${major}.json`);
    const { code, stdout, stderr } = await run(
      node as string,
      [
        vitest,
        "run",
        ...suites.flatMap((suite) => ["--project", suite]),
        "--reporter=dot",
        "--reporter=json",
        `--outputFile.json=${output}`,
      ],
      { timeout: 600_000 },
    );
    expect(code, stdout + stderr).toBe(0);
    const report = JSON.parse(readFileSync(output, "utf8")) as Report;
    console.log(`Node ${major}: ${report.numPassedTests} tests passed`);
    expect(report.numFailedTests).toBe(0);
    expect(report.numPassedTests).toBeGreaterThan(0);
  });
});
