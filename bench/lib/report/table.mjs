/**
 * A row of the results as a table in Markdown, which is readable in a terminal too.
 *
 * @module
 */

/** @typedef {import("./row.mjs").Row} Row */
/** @typedef {import("./row.mjs").Entry} Entry */

/** @param {string} baseline */
function heads(baseline) {
  const x = `x ${baseline}`;
  return ["", "median", x, "min … max", "x uWebSockets.js", "CPU µs each", `CPU ${x}`, ""];
}

/** @param {Row} row */
export function renderRow({ title, unit, better, baseline = "ws", entries }) {
  const heading = heads(baseline);
  const lines = [heading, ...entries.map(cells)];
  const widths = heading.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const [head, ...body] = lines.map((line) => {
    const padded = line.map((cell, column) => pad(cell, widths[column] ?? 0, isText(column)));
    return `| ${padded.join(" | ")} |`;
  });
  const rule = widths.map((width, column) => "-".repeat(width + 1) + (isText(column) ? "-" : ":"));
  const note = better === "less" ? ", less is better" : "";
  return `## ${title} (${unit}${note})\n\n${[head, `|${rule.join("|")}|`, ...body].join("\n")}\n`;
}

/** The column with notes. */
const LAST = 7;

/** @param {number} column */
function isText(column) {
  return column === 0 || column === LAST;
}

/**
 * @param {string} cell
 * @param {number} width
 * @param {boolean} text
 */
function pad(cell, width, text) {
  return text ? cell.padEnd(width) : cell.padStart(width);
}

/** @param {Entry} entry */
function cells({
  label,
  value,
  ofBaseline,
  ofUws,
  cpu,
  cpuOfBaseline,
  unavailable,
  failure,
  warning,
}) {
  const note = [
    unavailable !== undefined && `not available: ${unavailable}`,
    failure !== undefined && `FAILED: ${failure}`,
    warning,
  ];
  return [
    label,
    value ? amount(value.median) : "",
    ofBaseline ? ratio(ofBaseline.median) : "",
    ofBaseline ? `${ratio(ofBaseline.min)} … ${ratio(ofBaseline.max)}` : "",
    ofUws ? ratio(ofUws.median) : "",
    cpu ? cpu.median.toFixed(2) : "",
    cpuOfBaseline ? ratio(cpuOfBaseline.median) : "",
    note.filter(Boolean).join("; "),
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
