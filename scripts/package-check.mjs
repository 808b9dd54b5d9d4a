/**
 * Checks the package as it would be published: publint on its files, attw on the packed tarball.
 *
 * @module
 */

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, fail, node, npm, root, scratch, tools } from "./lib/project.mjs";

await ensureBuilt().catch(fail);
process.exitCode = (await main()) ? 0 : 1;

async function main() {
  const folder = join(scratch, "package-check");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  npm(["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]);
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const tarball = join(folder, `${name}-${version}.tgz`);
  const linted = await node(tools.publint, "run", tarball, "--strict");
  const resolved = await node(
    tools.attw,
    tarball,
    "--profile",
    "esm-only",
    "--format",
    "table-flipped",
  );
  return linted === 0 && resolved === 0;
}
