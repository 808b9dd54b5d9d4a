import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { installConsumer } from "../release/support/consumer.ts";
import { requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { runNode } from "../support/run.ts";
import { scratchFolder } from "../support/scratch.ts";

const folder = scratchFolder();

beforeAll(() => installConsumer(folder));

describe.each(["5.9", "6.0"])("TypeScript %s", (version) => {
  const installed = join(root, "test", "runtimes", "node_modules", `typescript-${version}`);
  const tsc = join(installed, "bin", "tsc");
  const reason = "npm ci --prefix test/runtimes";
  const found = requirePeer(`TypeScript ${version}`, existsSync(tsc), reason);

  test.runIf(found)("is that version", async () => {
    const { stdout } = await runNode([tsc, "--version"]);
    expect(stdout).toContain(`Version ${version}.`);
  });

  test.runIf(found).each(["node", "browser"])("reads the types, in %s", async (kind) => {
    const project = `tsconfig.${kind}.json`;
    const { code, stdout } = await runNode([tsc, "-p", project], { cwd: folder });
    expect(stdout).toBe("");
    expect(code).toBe(0);
  });
});
