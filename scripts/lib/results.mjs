/**
 * What a run has counted, kept in files so that the end of a CI run can add it all up.
 *
 * @module
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "./project.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

export const resultsFolder = join(scratch, "results");

/** @param {Counts} counts */
export function describeCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * @param {string} name
 * @param {Counts} counts
 */
export function saveCounts(name, counts) {
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(join(resultsFolder, `${name}.json`), JSON.stringify(counts));
}
