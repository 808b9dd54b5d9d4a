/**
 * Recorded vectors and transcripts of DDP, where they are.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../../../shared/data/ddp/", import.meta.url);

/** The text of a file of vectors; `undefined` when there is none here. */
export function vectors(name: string): string | undefined {
  const path = fileURLToPath(new URL(name, FOLDER));
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Why a test that reads vectors is skipped. */
export const NO_VECTORS = "the recorded vectors are not here";
