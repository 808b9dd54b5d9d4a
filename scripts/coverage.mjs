/**
 * `npm run coverage`: runs the everyday tests of the sources and fails below the thresholds of vitest.config.ts. A threshold for files
 * that nothing matched would pass, so this also fails when no file of the protocol was measured.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { node, root } from "./lib/project.mjs";
import { saveCounts } from "./lib/results.mjs";

const code = await node(
  join(root, "scripts", "test.mjs"),
  "unit",
  "contract",
  "integration",
  "--coverage",
  ...process.argv.slice(2),
);
const summary = join(root, "coverage", "coverage-summary.json");
const files = existsSync(summary) ? Object.keys(JSON.parse(readFileSync(summary, "utf8"))) : [];
const measured = files.filter((file) => /[\\/]src[\\/]protocol[\\/]/.test(file));
console.log(`${files.length} files measured, ${measured.length} of them in src/protocol`);
if (measured.length === 0) console.error("coverage saw no file of src/protocol");
const enough = code === 0 && measured.length > 0;
saveCounts("coverage", { passed: enough ? 1 : 0, failed: enough ? 0 : 1, skipped: 0 });
process.exitCode = enough ? 0 : 1;
