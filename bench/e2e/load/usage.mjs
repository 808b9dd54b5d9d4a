/**
 * The processor time and memory of a process, from outside, so that it works for every runtime.
 *
 * @module
 */

import { readFileSync, readdirSync } from "node:fs";

/**
 * Microseconds of processor time that a process has used, its threads included; `undefined` where the system doesn't
 * tell (only Linux does).
 *
 * @param {number} pid
 * @returns {number | undefined}
 */
export function cpuTime(pid) {
  try {
    let nanoseconds = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(
        readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ", 1)[0],
      );
    }
    return nanoseconds / 1000;
  } catch {
    return undefined;
  }
}

/** Microseconds in the unit of /proc/stat, which Linux keeps at 100 a second for programs. */
const TICK = 10_000;

/**
 * Microseconds that a core has been busy, with whatever it was.
 *
 * @param {number} core
 * @returns {number | undefined}
 */
export function coreTime(core) {
  try {
    const line = new RegExp(`^cpu${core} (.*)$`, "m").exec(readFileSync("/proc/stat", "latin1"));
    if (!line) return undefined;
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (line[1] ?? "")
      .split(" ")
      .map(Number);
    return (user + nice + system + irq + softirq + steal) * TICK;
  } catch {
    return undefined;
  }
}

/**
 * Bytes of memory that a process holds.
 *
 * @param {number} pid
 * @returns {number | undefined}
 */
export function residentMemory(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
