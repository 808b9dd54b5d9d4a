/**
 * The built package, for tests of what is published.
 *
 * @module
 */

import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./project.ts";
import { runNode } from "./run.ts";

/** Makes sure that `dist` is there and as new as the sources. Call it in a `beforeAll`. */
export async function ensureBuilt(): Promise<void> {
  const { code, stdout, stderr } = await runNode([
    join(root, "scripts", "build.mjs"),
    "--if-stale",
  ]);
  if (code !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}

/** Makes packages of this project's `node_modules`, or the project itself, importable from another folder. */
export function linkPackages(folder: string, ...names: string[]): void {
  for (const name of names) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name === "fullduplex" ? root : join(root, "node_modules", name), link, "junction");
  }
}
