/**
 * Folders for tests to write in.
 *
 * @module
 */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/**
 * Makes an empty folder outside the project, removed after the tests around this call. Call it where tests are
 * declared: inside a test or a hook it is too late to ask for that.
 */
export function scratchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "fullduplex-")));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, by path below `folder`, and makes the folders that they need. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
