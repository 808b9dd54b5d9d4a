/**
 * Runs suites of tests and says how many tests ran: `node scripts/test.mjs [streams] [suite…] [options of vitest]`.
 *
 * A suite is a folder of `test`; without a name, the everyday ones run. A suite without tests is a failure. The last
 * line is `N passed, N failed, N skipped`, and the same numbers are kept for `summary.mjs`.
 *
 * @module
 */

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { ensureBuilt, ensureInstalled, fail, node, root, scratch, tools } from "./lib/project.mjs";
import { describeCounts, saveCounts } from "./lib/results.mjs";

const everyday = ["unit", "contract", "integration", "package"];
const slow = ["release", "fuzz", "conformance", "interop", "browser", "runtimes", "load", "bench"];

/** @typedef {import("./lib/results.mjs").Counts} Counts */

const words = process.argv.slice(2);
const named = words.filter((word) => everyday.includes(word) || slow.includes(word));
/** `streams`: sockets are only used through their streams, as on a runtime without what `src/node` looks for. */
const onStreams = words.includes("streams");
const options = words.filter((word) => !named.includes(word) && word !== "streams");
const suites = named.length > 0 ? named : everyday;
if (onStreams) process.env.FULLDUPLEX_STREAMS = "1";

/** The folders with a package.json of their own that a suite needs. */
const folders = [
  { folder: "runtimes", suites: ["runtimes", "interop"] },
  { folder: "peers", suites: ["interop"] },
];

await ensureBuilt().catch(fail);
for (const { folder, suites: users } of folders) {
  if (users.some((suite) => suites.includes(suite))) install(folder);
}
process.exitCode = (await main()) ? 0 : 1;

async function main() {
  const name = (named.length > 0 ? named.join("+") : "everyday") + (onStreams ? "+streams" : "");
  const output = join(scratch, "vitest", `${name}.json`);
  rmSync(output, { force: true });
  const code = await node(
    tools.vitest,
    "run",
    ...suites.flatMap((suite) => ["--project", suite]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${output}`,
    ...options,
  );
  const counts = count(output);
  let complete = true;
  for (const suite of suites) {
    const tally = counts.get(suite) ?? none();
    const { passed, failed, skipped } = tally;
    console.log(`${suite}: ${describeCounts(tally)}`);
    const ran = passed + failed + (process.env.FULLDUPLEX_REQUIRE_PEERS === "1" ? 0 : skipped);
    if (ran > 0 || options.length > 0) continue;
    console.error(`the suite "${suite}" ran no tests`);
    complete = false;
  }
  const total = sum(counts.values());
  const succeeded = code === 0 && complete;
  // What failed outside of every test (an unhandled rejection, a crash, an empty suite) is a failure too.
  if (!succeeded && total.failed === 0) total.failed = 1;
  if (options.length === 0) saveCounts(name, total);
  console.log(describeCounts(total));
  return succeeded;
}

/**
 * Without it the tests that need it are skipped, or fail where nothing may be skipped.
 *
 * @param {string} folder
 */
function install(folder) {
  try {
    ensureInstalled(join(root, "test", folder));
  } catch (error) {
    console.error(error);
  }
}

/**
 * @param {string} output The file that vitest's JSON reporter wrote.
 * @returns {Map<string, Counts>} By suite.
 */
function count(output) {
  /** @type {Map<string, Counts>} */
  const counts = new Map();
  if (!existsSync(output)) return counts;
  for (const file of JSON.parse(readFileSync(output, "utf8")).testResults) {
    const suite = relative(join(root, "test"), file.name).split(/[\\/]/, 1)[0] ?? "";
    const tally = counts.get(suite) ?? none();
    counts.set(suite, tally);
    /** @type {string[]} */
    const statuses = file.assertionResults.map((/** @type {any} */ test) => test.status);
    // A file that could not be loaded has no tests, but it has failed.
    if (file.status === "failed" && !statuses.includes("failed")) statuses.push("failed");
    for (const status of statuses) {
      if (status === "passed") tally.passed += 1;
      else if (status === "failed") tally.failed += 1;
      else tally.skipped += 1;
    }
  }
  return counts;
}

/** @returns {Counts} */
function none() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** @param {Iterable<Counts>} parts */
function sum(parts) {
  const total = none();
  for (const part of parts) {
    total.passed += part.passed;
    total.failed += part.failed;
    total.skipped += part.skipped;
  }
  return total;
}
