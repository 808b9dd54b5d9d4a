/**
 * The machine that a result comes from, in words that say nothing else about it.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, release, type } from "node:os";
import { cores } from "./processes.mjs";

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cores
 * @property {string} system
 * @property {string} node
 * @property {boolean} pinned Whether server and generator had a core each.
 */

/** @returns {Machine} */
export function describeMachine() {
  return {
    cpu: (cpus()[0]?.model ?? "unknown").trim(),
    cores: availableParallelism(),
    // The version of the kernel, without what a distributor adds to it.
    system: `${type()} ${/^[\d.]+/.exec(release())?.[0] ?? release()}`,
    node: process.versions.node,
    pinned: cores !== undefined,
  };
}

/** @type {number | undefined} */
let limit;

/** How many files a process may open. Node raises its own limit to what is allowed, and its children inherit that. */
export function openFilesLimit() {
  if (limit === undefined) {
    try {
      const text = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
      limit = text === "unlimited" ? Infinity : Number(text);
    } catch {
      limit = Infinity;
    }
  }
  return limit;
}
