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
import { canaries, peers } from "./lib/peers.mjs";
import { describe, writeResults } from "./lib/results.mjs";
import { runRounds } from "./lib/rounds.mjs";
import { makeRows } from "./lib/row.mjs";
import { quickly, scenarios } from "./lib/scenarios.mjs";
import { renderRow } from "./lib/table.mjs";

/** @typedef {import("./lib/options.mjs").Options} Options */
/** @typedef {import("./lib/peers.mjs").Peer} Peer */
/** @typedef {import("./lib/scenarios.mjs").Scenario} Scenario */

/** The peers of a quick run. */
const essential = ["fullduplex", "ws", "uws"];

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  fail(error);
}

async function main() {
  const options = readOptions();
  if (options.help) {
    console.log(usage);
    return true;
  }
  await prepare();
  const chosen = choosePeers(options);
  const rows = [];
  for (const scenario of chooseScenarios(options)) {
    const taking = chosen.filter((peer) => takesPart(peer, scenario));
    const all = await runRounds(scenario, taking, options, (text) => console.error(text));
    for (const row of makeRows(scenario, all)) {
      console.log(renderRow(row));
      rows.push(row);
    }
  }
  const { rounds, seconds, warmup, quick } = options;
  const results = {
    machine: describeMachine(),
    versions: versions(chosen),
    run: { rounds, seconds, warmup, quick },
    rows,
  };
  console.log(describe(results));
  if (options.name !== "") writeResults(options.name, results);
  const failures = rows.flatMap(({ title, entries }) =>
    entries.flatMap(({ label, failure }) =>
      failure === undefined ? [] : [{ title, label, failure }],
    ),
  );
  for (const { title, label, failure } of failures)
    console.error(`FAILED: ${title}: ${label}: ${failure}`);
  return rows.length > 0 && failures.length === 0;
}

/** Installs the peers and builds `dist`, which the programs import by the package's name. */
async function prepare() {
  ensureInstalled(bench);
  await ensureBuilt();
  const link = join(bench, "node_modules", "fullduplex");
  if (!existsSync(link)) symlinkSync(root, link, "junction");
}

/** @param {Options} options */
function choosePeers({ quick, peers: names }) {
  const named = (/** @type {Peer} */ { id, group }) => names.includes(id) || names.includes(group);
  if (names.length > 0) return [...peers, ...canaries].filter(named);
  return quick ? peers.filter(({ group }) => essential.includes(group)) : peers;
}

/** @param {Options} options */
function chooseScenarios({ quick, only }) {
  return scenarios
    .filter(({ id, title }) => only.test(id) || only.test(title))
    .filter(({ fullOnly }) => !(quick && fullOnly))
    .map((scenario) => (quick ? quickly(scenario) : scenario));
}

/**
 * @param {Peer} peer
 * @param {Scenario} scenario
 */
function takesPart({ id, group }, { own }) {
  return group !== "fullduplex" || own.includes(id);
}

/** @param {readonly Peer[]} chosen */
function versions(chosen) {
  /** @type {Record<string, string>} */
  const all = {};
  for (const { group, version } of chosen) {
    const text = version();
    if (text !== undefined) all[group] = text;
  }
  return all;
}
