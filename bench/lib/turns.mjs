/**
 * Runs that are going on at the same time, in several checkouts for example, take turns: each measures while it holds a
 * file that there is once on the machine.
 *
 * @module
 */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const file = join(tmpdir(), "fullduplex-bench.lock");

/** Milliseconds between attempts. */
const PAUSE = 50;

let holding = false;
process.once("exit", release);

/**
 * Does something while no other run does.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inTurn(work) {
  while (!take()) await sleep(PAUSE * (1 + Math.random()));
  try {
    return await work();
  } finally {
    release();
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    holding = true;
  } catch {
    if (!isHeld()) rmSync(file, { force: true });
  }
  return holding;
}

/** Whether the process that made the file is still there. */
function isHeld() {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    // It may have been made this moment, and not have been written yet.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

function release() {
  if (holding) rmSync(file, { force: true });
  holding = false;
}
