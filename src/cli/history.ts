/**
 * The lines that were typed earlier, kept from one run to the next if the user has a place for such things.
 *
 * @module
 */

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";

import type { Io } from "./io.ts";

export const MAX_LINES = 1000;
const MAX_SIZE = 1024 * 1024;

/** Lines, the latest first. Whatever goes wrong with the file, there is a history for this run. */
export class History {
  readonly #folder: string | undefined;

  /** The file is only for who sets `XDG_STATE_HOME`; a relative path there counts for nothing, as its standard says. */
  constructor(env: Io["env"]) {
    const home = env["XDG_STATE_HOME"] ?? "";
    this.#folder = isAbsolute(home) ? join(home, "fullduplex") : undefined;
  }

  load(): string[] {
    if (this.#folder === undefined) return [];
    const file = join(this.#folder, "history");
    try {
      if (statSync(file).size > MAX_SIZE) return [];
      const lines = readFileSync(file, "utf8").split("\n");
      return lines.filter((line) => line !== "").slice(0, MAX_LINES);
    } catch {
      return [];
    }
  }

  /** Nobody else may read the file, and it is never there in part. */
  save(lines: readonly string[]): void {
    if (this.#folder === undefined || lines.length === 0) return;
    const file = join(this.#folder, "history");
    const fresh = `${file}.${process.pid}`;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(fresh, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
      renameSync(fresh, file);
    } catch {
      // Then there is none next time.
    }
  }
}
