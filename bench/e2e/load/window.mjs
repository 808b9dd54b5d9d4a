/**
 * The measured window: after the warm-up, so many seconds, with what was done in it and what it cost.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { cpuTime } from "./usage.mjs";

/**
 * @typedef {object} WindowResult
 * @property {number} seconds
 * @property {number} count What was done in that time.
 * @property {number | null} serverCpu Microseconds that the measured process used.
 * @property {number} loadCpu Microseconds that the generator used.
 */

/**
 * @param {{ warmup: number, seconds: number, pid: number }} timing Seconds; the process that is measured.
 * @param {() => number} count How much has been done so far.
 * @returns {Promise<WindowResult>}
 */
export async function measureWindow({ warmup, seconds, pid }, count) {
  await sleep(warmup * 1000);
  const before = snapshot(pid, count);
  await sleep(seconds * 1000);
  const after = snapshot(pid, count);
  return {
    seconds: (after.at - before.at) / 1000,
    count: after.count - before.count,
    serverCpu:
      after.server === undefined || before.server === undefined
        ? null
        : after.server - before.server,
    loadCpu: after.load - before.load,
  };
}

/**
 * @param {number} pid
 * @param {() => number} count
 */
function snapshot(pid, count) {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), count: count(), server: cpuTime(pid), load: user + system };
}
