/**
 * The command line.
 *
 * @module
 */

import { parseArgs } from "node:util";

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {boolean} quick
 * @property {RegExp} only Which rows.
 * @property {number} rounds
 * @property {number} seconds Of each measured window.
 * @property {number} warmup Seconds before it.
 * @property {readonly string[]} peers Empty: all.
 * @property {string} name Of the file of results.
 */

export const usage = `node bench/run.mjs [options]
  --quick           essential peers, short windows: under two minutes
  --only <regexp>   only the rows whose name or title matches
  --rounds <n>      how often the peers take turns (default 5)
  --seconds <s>     how long each is measured (default 1)
  --warmup <s>      how long each runs before that (default 0.5)
  --peers <a,b>     only these
  --name <name>     write bench/results/<name>.json and latest.md (default "full" or "quick"; "": none)`;

/** @returns {Options} */
export function readOptions() {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", short: "h", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      warmup: { type: "string" },
      peers: { type: "string", default: "" },
      name: { type: "string" },
    },
  });
  const { quick } = values;
  return {
    help: values.help,
    quick,
    only: new RegExp(values.only, "i"),
    rounds: number("rounds", values.rounds, quick ? 1 : 5, 1, 100),
    seconds: number("seconds", values.seconds, quick ? 0.4 : 1, 0.05, 60),
    warmup: number("warmup", values.warmup, quick ? 0.3 : 0.5, 0, 60),
    peers: values.peers.split(",").filter((name) => name !== ""),
    name: values.name ?? (quick ? "quick" : "full"),
  };
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} fallback
 * @param {number} least
 * @param {number} most
 */
function number(name, text, fallback, least, most) {
  const value = text === undefined ? fallback : Number(text);
  if (value >= least && value <= most) return value;
  throw new RangeError(`--${name} is a number from ${least} to ${most}`);
}
