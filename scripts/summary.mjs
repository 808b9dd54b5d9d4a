/**
 * Adds up what the runs of `test.mjs`, `check.mjs` and `coverage.mjs` left in `.tmp/results`, and prints the sum as the
 * last line of a CI run. `--clear` forgets the runs before.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeCounts, resultsFolder } from "./lib/results.mjs";

const { values } = parseArgs({
  options: {
    clear: { type: "boolean", default: false },
    // How many parts of the run failed: one that left no result behind has failed all the same.
    "failed-parts": { type: "string", default: "0" },
  },
});

if (values.clear) {
  rmSync(resultsFolder, { recursive: true, force: true });
} else {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of existsSync(resultsFolder) ? readdirSync(resultsFolder).toSorted() : []) {
    /** @type {import("./lib/results.mjs").Counts} */
    const counts = JSON.parse(readFileSync(join(resultsFolder, file), "utf8"));
    console.log(`${file.replace(".json", "")}: ${describeCounts(counts)}`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  total.failed = Math.max(total.failed, Number(values["failed-parts"]));
  console.log(describeCounts(total));
}
