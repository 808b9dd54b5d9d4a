/**
 * The results as Markdown, which is readable in a terminal too.
 *
 * @module
 */

/** @typedef {import("./row.mjs").Row} Row */
/** @typedef {import("./row.mjs").Entry} Entry */
/** @typedef {import("./statistics.mjs").Spread} Spread */

const HEAD = ["", "median", "x ws", "min … max", "x uWebSockets.js", "CPU µs each", "x ws", ""];

/** @param {Row} row */
export function renderRow({ title, unit, entries }) {
  const lines = [HEAD, ...entries.map(cells)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const text = lines.map((line) => {
    const padded = line.map((cell, column) =>
      column === 0 || column === line.length - 1
        ? cell.padEnd(widths[column] ?? 0)
        : cell.padStart(widths[column] ?? 0),
    );
    return `| ${padded.join(" | ")} |`;
  });
  const rule = widths.map((width, column) =>
    column === 0 || column === widths.length - 1
      ? "-".repeat(width + 2)
      : `${"-".repeat(width + 1)}:`,
  );
  text.splice(1, 0, `|${rule.join("|")}|`);
  return `### ${title} (${unit})\n\n${text.join("\n")}\n`;
}

/** @param {Entry} entry */
function cells({ label, value, ofWs, ofUws, cpu, cpuOfWs, unavailable, warning }) {
  const range = ofWs ? `${ratio(ofWs.min)} … ${ratio(ofWs.max)}` : "";
  return [
    label,
    value ? amount(value.median) : "",
    ofWs ? ratio(ofWs.median) : "",
    range,
    ofUws ? ratio(ofUws.median) : "",
    cpu ? cpu.median.toFixed(2) : "",
    cpuOfWs ? ratio(cpuOfWs.median) : "",
    unavailable === undefined ? (warning ?? "") : `not available: ${unavailable}`,
  ];
}

/** @param {number} value */
function amount(value) {
  if (value >= 1_000_000) return `${(value / 1_000_000).toFixed(2)} M`;
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} k`;
  return value.toFixed(value < 100 ? 1 : 0);
}

/** @param {number} value */
function ratio(value) {
  return value.toFixed(2);
}
