/**
 * The command line.
 *
 * @module
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { bench } from "./folders.mjs";
import { canaries, peers } from "./peers.mjs";

/** @typedef {import("./peers.mjs").Peer} Peer */

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {boolean} quick
 * @property {RegExp} only Which rows.
 * @property {number} rounds
 * @property {number} seconds Of each measured window.
 * @property {number} warmup Seconds before it.
 * @property {number} deadline On the clock of `performance`: no measurement begins after it.
 * @property {readonly Peer[]} peers
 * @property {Peer} server That clients are measured with.
 * @property {string} name Of the file of results.
 * @property {string} out Its folder.
 */

export const usage = `node bench/run.mjs [options]
  --quick           essential peers, short windows: under two minutes
  --only <regexp>   only the rows whose name or title matches
  --peers <a,b>     only these
  --rounds <n>      how often the peers take turns (default 5; quick: 1)
  --seconds <s>     how long each is measured (default 1; quick: 0.4)
  --warmup <s>      how long each runs before that (default 1; quick: 0.3)
  --minutes <m>     begin no measurement after that (default 90; quick: 1.8)
  --server <peer>   that clients are measured with (default fullduplex-foreach)
  --name <name>     of the results (default full, quick, or partial)
  --out <folder>    for the results (default bench/results)`;

/** The groups of peers of a quick run. */
const essential = ["fullduplex", "ws", "uws"];

/** @returns {Options} */
export function readOptions() {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", short: "h", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      peers: { type: "string", default: "" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      warmup: { type: "string" },
      minutes: { type: "string" },
      server: { type: "string", default: "fullduplex-foreach" },
      name: { type: "string" },
      out: { type: "string", default: join(bench, "results") },
    },
  });
  const { help, quick, only, out, server, ...given } = values;
  const minutes = number("minutes", given.minutes, quick ? 1.8 : 90, 0, 600);
  const partial = only !== "" || given.peers !== "";
  return {
    help,
    quick,
    only: new RegExp(only, "i"),
    rounds: number("rounds", given.rounds, quick ? 1 : 5, 1, 100),
    seconds: number("seconds", given.seconds, quick ? 0.4 : 1, 0.05, 60),
    warmup: number("warmup", given.warmup, quick ? 0.3 : 1, 0, 60),
    deadline: performance.now() + minutes * 60_000,
    peers: choosePeers(quick, given.peers),
    server: findPeers(server)[0] ?? unknownPeer(server),
    name: given.name ?? (partial ? "partial" : quick ? "quick" : "full"),
    out,
  };
}

/**
 * @param {boolean} quick
 * @param {string} names
 */
function choosePeers(quick, names) {
  if (names === "") return quick ? peers.filter(({ group }) => essential.includes(group)) : peers;
  return names.split(",").flatMap((name) => {
    const found = findPeers(name);
    return found.length > 0 ? found : unknownPeer(name);
  });
}

/** @param {string} name */
function findPeers(name) {
  return [...peers, ...canaries].filter(({ id, group }) => id === name || group === name);
}

/**
 * @param {string} name
 * @returns {never}
 */
function unknownPeer(name) {
  const names = new Set(peers.flatMap(({ id, group }) => [group, id]));
  throw new RangeError(`no peer is called "${name}"; there are ${[...names].join(", ")}`);
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
