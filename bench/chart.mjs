/**
 * Draws the results: `node bench/chart.mjs [results.json] [chart.svg]`. Every row of the results is in it, the ones that
 * a peer wins as well. `ws` is the line in the middle; what is right of it is better than `ws`, so where less is better
 * the ratio is turned round.
 *
 * @module
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bench } from "./lib/folders.mjs";
import { describe } from "./lib/report/results.mjs";
import { bar, escape, label, rule } from "./lib/report/svg.mjs";

/** @typedef {import("./lib/report/row.mjs").Row} Row */
/** @typedef {import("./lib/report/row.mjs").Entry} Entry */
/** @typedef {import("./lib/report/results.mjs").Results} Results */

const [
  source = join(bench, "results", "full.json"),
  target = join(bench, "..", "docs", "images", "bench.svg"),
] = process.argv.slice(2);

/** The peers that have bars; all of them are in the table. */
const shown = ["fullduplex", "fullduplex-foreach", "fullduplex-borrow", "uws", "bun"];

/** @type {Record<string, string>} */
const legend = {
  fullduplex: "fullduplex, for await",
  "fullduplex-foreach": "fullduplex, forEach",
  "fullduplex-borrow": "fullduplex, forEach, borrowed views",
  uws: "uWebSockets.js (C++)",
  bun: "Bun",
};

const WIDTH = 880;
/** Where the names of the rows end, and the bars begin and end. */
const LEFT = 330;
const RIGHT = 820;
const BAR = 9;
const STEP = 11;
const GAP = 12;
const TOP = 66;

/** The ends of the scale, which is logarithmic: half as fast is as far from the middle as twice as fast. */
const LEAST = 1 / 16;
const MOST = 32;
const ticks = [1 / 16, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32];

const style = `
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 15px; font-weight: 600; }
.row { text-anchor: end; }
.tick, .note { font-size: 10px; fill: #59636e; }
.tick { text-anchor: middle; }
.value { font-size: 9px; }
.grid { stroke: #d1d9e0; }
.ws { stroke: #59636e; stroke-width: 1.5; }
.fullduplex { fill: #3b82f6; }
.fullduplex-foreach { fill: #1d4ed8; }
.fullduplex-borrow { fill: #0e7490; }
.uws { fill: #a1a1aa; }
.bun { fill: #d4a373; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .tick, .note { fill: #9198a1; }
  .grid { stroke: #3d444d; }
  .ws { stroke: #9198a1; }
  .fullduplex-foreach { fill: #93c5fd; }
  .fullduplex-borrow { fill: #22d3ee; }
  .uws { fill: #71717a; }
}`;

/** @type {Results} */
const results = JSON.parse(readFileSync(source, "utf8"));
mkdirSync(dirname(target), { recursive: true });
// (What stands on WebSockets has no place beside them.)
const rows = results.rows.filter(({ id }) => !/^(channels|wamp|ddp)/.test(id));
writeFileSync(target, draw({ ...results, rows }));

/** @param {Results} results */
function draw(results) {
  const parts = [];
  let y = TOP;
  for (const row of results.rows) {
    const bars = row.entries.filter((entry) => shown.includes(entry.peer) && entry.ofBaseline);
    if (bars.length === 0) continue;
    const height = bars.length * STEP;
    parts.push(label(LEFT - 14, y + height / 2 + 3, row.title, "row"));
    for (const [index, entry] of bars.entries()) {
      parts.push(...drawBar(entry, row.better, y + index * STEP));
    }
    y += height + GAP;
  }
  const frame = ticks.flatMap((tick) => [
    rule(place(tick), TOP - 8, y, tick === 1 ? "ws" : "grid"),
    label(place(tick), TOP - 14, tick === 1 ? "ws" : times(tick), "tick"),
  ]);
  const height = y + 26;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" \
viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${escape(summary(results))}</title>
<style>${style}
</style>
${label(12, 20, "How many times as good as ws (more is better everywhere; logarithmic)", "title")}
${drawLegend()}
${[...frame, ...parts].join("\n")}
${label(12, y + 14, describe(results).split(". ", 1)[0] ?? "", "note")}
</svg>
`;
}

/**
 * @param {Entry} entry
 * @param {Row["better"]} better
 * @param {number} y
 */
function drawBar({ peer, ofBaseline }, better, y) {
  const ratio = advantage(ofBaseline?.median ?? 1, better);
  const [from, to] = [place(1), place(ratio)].sort((a, b) => a - b);
  const begin = from ?? 0;
  const end = Math.max(to ?? 0, begin + 1);
  return [
    bar(begin, y, end - begin, BAR, peer),
    label((ratio < 1 ? place(1) : end) + 4, y + BAR - 1, times(ratio), "value"),
  ];
}

/**
 * @param {number} ratio
 * @param {Row["better"]} better
 */
function advantage(ratio, better) {
  return better === "less" ? 1 / ratio : ratio;
}

/** @param {number} ratio Where it is on the scale, or the end of the scale. */
function place(ratio) {
  const share = Math.log(ratio / LEAST) / Math.log(MOST / LEAST);
  return LEFT + Math.min(1, Math.max(0, share)) * (RIGHT - LEFT);
}

/** @param {number} ratio */
function times(ratio) {
  if (ratio < 1 && Number.isInteger(1 / ratio)) return `1/${1 / ratio}`;
  return `${ratio < 10 ? Number(ratio.toFixed(ratio < 1 ? 2 : 1)) : Math.round(ratio)}×`;
}

function drawLegend() {
  let x = 12;
  return shown
    .map((peer) => {
      const text = legend[peer] ?? peer;
      const item = bar(x, 29, 10, 10, peer) + label(x + 14, 38, text, "note");
      x += 30 + text.length * 5.2;
      return item;
    })
    .join("\n");
}

/** @param {Results} results */
function summary({ rows }) {
  const lines = rows.map(({ title, better, entries }) => {
    const own = entries.filter(
      ({ peer, ofBaseline }) => peer.startsWith("fullduplex") && ofBaseline,
    );
    const best = Math.max(
      ...own.map(({ ofBaseline }) => advantage(ofBaseline?.median ?? 1, better)),
    );
    return `${title}: ${own.length === 0 ? "not measured" : times(best)}`;
  });
  return `fullduplex beside ws. ${lines.join("; ")}`;
}
