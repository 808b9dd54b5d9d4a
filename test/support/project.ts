/**
 * Where things are, for tests that look at the project itself.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** The package's conditions for one entry, as far as these tests read them. */
export interface EntryConditions {
  readonly "fullduplex:source"?: string | Readonly<Record<string, string>>;
  readonly types?: string;
  readonly default?: string;
  readonly browser?: { readonly types: string; readonly default: string } | null;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, EntryConditions | string>>;
}

export const manifest: Manifest = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
) as Manifest;

/** The entries of the package that hold code: `fullduplex`, `fullduplex/server`, …, with their conditions. */
export function codeEntries(): [name: string, conditions: EntryConditions][] {
  const entries: [string, EntryConditions][] = [];
  for (const [path, conditions] of Object.entries(manifest.exports)) {
    if (typeof conditions === "string") continue;
    entries.push([manifest.name + path.slice(1), conditions]);
  }
  return entries;
}
