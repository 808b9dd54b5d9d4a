/**
 * The machine that a result comes from, in words that say nothing else about it.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, release, type } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuTime } from "../e2e/load/usage.mjs";
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

/** Milliseconds between looks, and how many there are at most. */
const LOOK = 20;
const LOOKS = 150;

/**
 * Waits until a server has nothing to do: it may have thousands of connections to forget, which is not to be done at the
 * expense of the next peer.
 *
 * @param {number} pid
 */
export async function idle(pid) {
  let before = cpuTime(pid);
  for (let count = 0; count < LOOKS; count++) {
    await sleep(LOOK);
    const now = cpuTime(pid);
    // Less than a tenth of the time, in microseconds.
    if (now === undefined || before === undefined || now - before < LOOK * 100) return;
    before = now;
  }
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
