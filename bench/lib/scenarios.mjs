/**
 * The rows of the table: which server does what, under which load, and what is measured.
 *
 * @module
 */

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {import("../e2e/servers/support.mjs").Mode} mode
 * @property {import("../e2e/load/main.mjs").Load} load
 * @property {string} unit
 */

/** @type {readonly Scenario[]} */
export const scenarios = [
  echo("binary-1", "binary 16 B, 1 in flight", { depth: 1, size: 16, type: "binary" }),
  echo("binary-16", "binary 16 B, 16 in flight", { depth: 16, size: 16, type: "binary" }),
  echo("text-16", "text 16 B, 16 in flight", { depth: 16, size: 16, type: "text" }),
  echo("large", "binary 64 KiB, 1 in flight, 16 connections", {
    connections: 16,
    depth: 1,
    size: 65_536,
    type: "binary",
  }),
];

/**
 * @param {string} id
 * @param {string} title
 * @param {Partial<import("../e2e/load/echo.mjs").EchoLoad>} load
 * @returns {Scenario}
 */
function echo(id, title, load) {
  return {
    id,
    title,
    mode: "echo",
    load: { kind: "echo", connections: 64, depth: 1, size: 16, type: "binary", ...load },
    unit: "messages/s",
  };
}
