/**
 * The measured window: after the warm-up, so many seconds, with what was done in it and what it cost.
 *
 * @module
 */

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { coreTime, cpuTime } from "./usage.mjs";

/** Milliseconds to wait for the first that is done, when none was in the measured time. */
const PATIENCE = 10_000;

/**
 * @typedef {object} WindowResult
 * @property {number} seconds
 * @property {number} count What was done in that time.
 * @property {number | null} serverCpu Microseconds that the measured process used.
 * @property {number} loadCpu Microseconds that its counterpart used.
 * @property {number} disturbed The part of a core that other programs had, on the core where it was more.
 */

/** @typedef {{ measured: number, load: number }} Cores */

/**
 * @typedef {object} Timing
 * @property {number} warmup Seconds.
 * @property {number} seconds
 * @property {number} pid The process that is measured.
 * @property {number} [loadPid] Its counterpart. Default: this process.
 * @property {Cores} [cores] Where the two run, if each has one of its own.
 */

/**
 * @param {Timing} timing
 * @param {() => number} count How much has been done so far.
 * @returns {Promise<WindowResult>}
 */
export async function measureWindow(timing, count) {
  await sleep(timing.warmup * 1000);
  const before = snapshot(timing, count);
  await sleep(timing.seconds * 1000);
  // On a machine that is busy with other things even this may take a while.
  const deadline = performance.now() + PATIENCE;
  while (count() === before.count) {
    if (performance.now() > deadline) throw new Error("nothing came back");
    await sleep(10);
  }
  const after = snapshot(timing, count);
  const seconds = (after.at - before.at) / 1000;
  const serverCpu = difference(after.server, before.server);
  const loadCpu = difference(after.load, before.load) ?? 0;
  const others = [
    (difference(after.measuredCore, before.measuredCore) ?? 0) - (serverCpu ?? 0),
    (difference(after.loadCore, before.loadCore) ?? 0) - loadCpu,
  ];
  return {
    seconds,
    count: after.count - before.count,
    serverCpu: serverCpu ?? null,
    loadCpu,
    disturbed: Math.max(0, ...others) / (seconds * 1e6),
  };
}

/**
 * @param {number | undefined} after
 * @param {number | undefined} before
 */
function difference(after, before) {
  return after === undefined || before === undefined ? undefined : after - before;
}

/**
 * @param {Timing} timing
 * @param {() => number} count
 */
function snapshot({ pid, loadPid = process.pid, cores }, count) {
  return {
    at: performance.now(),
    count: count(),
    server: cpuTime(pid),
    load: cpuTime(loadPid),
    measuredCore: cores && coreTime(cores.measured),
    loadCore: cores && coreTime(cores.load),
  };
}
