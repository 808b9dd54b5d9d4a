/**
 * `npm run bench`: measures this package and its peers beside each other, and writes the table. See README.md.
 *
 * @module
 */

import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, fail, root } from "../scripts/lib/project.mjs";
import { bench } from "./lib/folders.mjs";
import { readOptions } from "./lib/options.mjs";
import { peers } from "./lib/peers.mjs";
import { runRounds } from "./lib/rounds.mjs";
import { makeRow } from "./lib/row.mjs";
import { scenarios } from "./lib/scenarios.mjs";
import { renderRow } from "./lib/table.mjs";

try {
  await main();
} catch (error) {
  fail(error);
}

async function main() {
  const options = readOptions();
  await prepare();
  const chosen = peers.filter(
    ({ id, group }) =>
      options.peers.length === 0 || options.peers.includes(id) || options.peers.includes(group),
  );
  for (const scenario of scenarios) {
    if (!options.only.test(scenario.id) && !options.only.test(scenario.title)) continue;
    const all = await runRounds(scenario, chosen, options, (text) => console.error(text));
    console.log(renderRow(makeRow(scenario, all)));
  }
}

/** Installs the peers and builds `dist`, which the servers import by the package's name. */
async function prepare() {
  ensureInstalled(bench);
  await ensureBuilt();
  const link = join(bench, "node_modules", "fullduplex");
  if (!existsSync(link)) symlinkSync(root, link, "junction");
}
