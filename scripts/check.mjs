/**
 * `npm run check`: everything that a change must pass before it is proposed. Every step runs, and says how long it
 * took; `npm run check lint types` runs only those.
 *
 * @module
 */

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { ensureInstalled, fail, node, root, tools } from "./lib/project.mjs";
import { saveCounts } from "./lib/results.mjs";

/** The parts of `src` that may use less than the rest have a configuration of their own. */
const projects = [
  "tsconfig.json",
  "scripts/tsconfig.json",
  "bench/tsconfig.json",
  ...readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => basename(file) === "tsconfig.json")
    .map((file) => join("src", file)),
];

/** @type {Record<string, () => Promise<number>>} */
const steps = {
  format: () => node(tools.oxfmt, "--check"),
  lint: () => node(tools.oxlint),
  types,
  unused: () => node(tools.knip, "--no-config-hints"),
  build: () => script("build.mjs"),
  tests: () => script("test.mjs"),
  package: () => script("package-check.mjs"),
  api: () => script("api.mjs"),
};

/** In this order; those of a group only read, and run at the same time. */
const groups = [
  ["format"],
  ["lint", "unused"],
  ["types"],
  ["build"],
  ["tests"],
  ["package", "api"],
];

const wanted = process.argv.slice(2);
for (const name of wanted) if (!(name in steps)) fail(`no step is called "${name}"`);
try {
  ensureInstalled();
} catch (error) {
  fail(error);
}
process.exitCode = (await main()) ? 0 : 1;

async function main() {
  const results = [];
  for (const group of groups) {
    const names = group.filter((name) => wanted.length === 0 || wanted.includes(name));
    if (names.length === 0) continue;
    console.log(`\n== ${names.join(", ")}`);
    results.push(...(await Promise.all(names.map(take))));
  }
  console.log();
  for (const { name, passed, seconds } of results) {
    console.log(`${passed ? "passed" : "FAILED"}  ${name}  ${seconds.toFixed(1)} s`);
  }
  const failed = results.filter(({ passed }) => !passed);
  if (results.length > 1) {
    // The tests have been counted one by one already.
    const others = results.filter(({ name }) => name !== "tests");
    const passed = others.filter((step) => step.passed).length;
    saveCounts("check", { passed, failed: others.length - passed, skipped: 0 });
  }
  return failed.length === 0;
}

/** @param {string} name */
async function take(name) {
  const began = performance.now();
  const passed = (await steps[name]?.()) === 0;
  return { name, passed, seconds: (performance.now() - began) / 1000 };
}

async function types() {
  let failures = 0;
  for (const project of projects) failures += await node(tools.tsc, "-p", project);
  // What the build adds: explicit types on everything that is exported.
  failures += await node(tools.tsc, "-p", "tsconfig.build.json", "--noEmit");
  return failures;
}

/** @param {string} name */
function script(name) {
  return node(join(root, "scripts", name));
}
