/**
 * The files that a run writes: all figures as JSON, and the table.
 *
 * @module
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderRow } from "./table.mjs";

/**
 * @typedef {object} Results
 * @property {import("../machine.mjs").Machine} machine
 * @property {Record<string, string>} versions Of the peers, by label.
 * @property {{ rounds: number, seconds: number, warmup: number, quick: boolean }} run
 * @property {readonly import("./row.mjs").Row[]} rows
 */

/**
 * @param {string} folder
 * @param {string} name
 * @param {Results} results
 */
export function writeResults(folder, name, results) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, round, 2)}\n`);
  // What is committed is the table of the last full run.
  const table = name === "full" ? "latest" : name;
  writeFileSync(join(folder, `${table}.md`), renderResults(results));
}

/**
 * Four digits tell all that there is to know.
 *
 * @param {string} _
 * @param {unknown} value
 */
function round(_, value) {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

/** @param {Results} results */
function renderResults(results) {
  const { rounds, seconds } = results.run;
  return `# Results

${describe(results)}

${rounds} ${rounds === 1 ? "round" : "rounds"} of ${seconds} s for each peer. Ratios compare peers in the same round; \
absolute figures are only true of this machine on that day. What the columns mean: bench/README.md.

${results.rows.map(renderRow).join("\n")}`;
}

/** @param {Results} results */
export function describe({ machine, versions }) {
  const { cpu, cores, system, node, pinned } = machine;
  const list = Object.entries(versions).map(([label, version]) => `${label} ${version}`);
  return `${cpu}, ${cores} cores, ${system}, Node ${node}; server and generator \
${pinned ? "on a core each" : "not pinned to cores"}. ${list.join(", ")}.`;
}
