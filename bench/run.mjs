/**
 * `npm run bench`: measures this package and its peers beside each other, and writes the table. See README.md.
 *
 * @module
 */

import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, fail, root } from "../scripts/lib/project.mjs";
import { bench } from "./lib/folders.mjs";
import { describeMachine } from "./lib/machine.mjs";
import { readOptions, usage } from "./lib/options.mjs";
import { describe, writeResults } from "./lib/report/results.mjs";
import { runRounds } from "./lib/rounds.mjs";
import { makeRows } from "./lib/report/row.mjs";
import { quickly, scenarios } from "./lib/scenarios.mjs";
import { renderRow } from "./lib/report/table.mjs";

/** @typedef {import("./lib/options.mjs").Options} Options */
/** @typedef {import("./lib/report/row.mjs").Row} Row */

try {
  const options = readOptions();
  if (options.help) console.log(usage);
  else process.exitCode = (await main(options)) ? 0 : 1;
} catch (error) {
  fail(error);
}

/** @param {Options} options */
async function main(options) {
  await prepare();
  /** @type {Row[]} */
  const rows = [];
  for (const scenario of chooseScenarios(options)) {
    const { own, against } = scenario;
    const peers = options.peers.filter(({ id, group, wamp = false }) => {
      if (group === "fullduplex") return own.includes(id);
      return against ? against.includes(id) : !wamp;
    });
    const all = await runRounds(scenario, peers, options, (text) => console.error(text));
    for (const row of makeRows(scenario, all)) {
      console.log(renderRow(row));
      rows.push(row);
    }
  }
  if (rows.length === 0) throw new Error("no row matches");
  const { rounds, seconds, warmup, quick } = options;
  const run = { rounds, seconds, warmup, quick };
  const results = { machine: describeMachine(), versions: versions(options), run, rows };
  console.log(describe(results));
  writeResults(options.out, options.name, results);
  return reportFailures(rows);
}

/** Installs the peers and builds `dist`, which the programs import by the package's name. */
async function prepare() {
  ensureInstalled(bench);
  await ensureBuilt();
  const link = join(bench, "node_modules", "fullduplex");
  if (!existsSync(link)) symlinkSync(root, link, "junction");
}

/** @param {Options} options */
function chooseScenarios({ quick, only }) {
  return scenarios
    .filter(({ id, title }) => only.test(id) || only.test(title))
    .filter(({ fullOnly }) => !(quick && fullOnly))
    .map((scenario) => (quick ? quickly(scenario) : scenario));
}

/** @param {Options} options */
function versions({ peers }) {
  /** @type {Record<string, string>} */
  const all = {};
  for (const { product, version } of peers) {
    const text = version();
    if (text !== undefined) all[product] = text;
  }
  return all;
}

/**
 * Says what went wrong, and answers whether nothing did.
 *
 * @param {readonly Row[]} rows
 */
function reportFailures(rows) {
  let failures = 0;
  for (const { title, entries } of rows) {
    for (const { label, failure } of entries) {
      if (failure === undefined) continue;
      failures++;
      console.error(`FAILED: ${title}: ${label}: ${failure}`);
    }
  }
  return failures === 0;
}
