/**
 * The programs that a run starts: each is pinned to a core of its own, and none outlives the run.
 *
 * @module
 */

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */

/** @type {Set<ChildProcess>} */
const running = new Set();

process.once("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** Ends everything that this process started. */
function killAll() {
  for (const child of running) child.kill("SIGKILL");
}

/**
 * The cores for what is measured and for its counterpart; `undefined` when there is only one, or no way to choose.
 *
 * @typedef {{ measured: number, load: number }} Cores
 */

/** @type {Cores | undefined} */
export const cores = findCores();

/** @returns {Cores | undefined} */
function findCores() {
  if (process.platform !== "linux" || spawnSync("taskset", ["--version"]).status !== 0)
    return undefined;
  const status = readFileSync("/proc/self/status", "latin1");
  const allowed = /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? "";
  const list = allowed.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const [load, measured] = list.slice(-2);
  return load === undefined || measured === undefined ? undefined : { measured, load };
}

/**
 * @param {"measured" | "load"} role
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 */
export function start(role, command, env = {}) {
  const pinned = cores ? ["taskset", "-c", String(cores[role]), ...command] : command;
  const [program = "", ...parameters] = pinned;
  const child = spawn(program, parameters, {
    // Programs end when their input does, whatever became of this process.
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NODE_ENV: "production", ...env },
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  child.stdin.on("error", () => {});
  return child;
}

/** @param {ChildProcess} child */
export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

/**
 * What a program prints on its output until it ends, or until `until` finds something in it.
 *
 * @param {ChildProcess} child
 * @param {number} timeout Milliseconds until it is given up and killed.
 * @param {(text: string) => boolean} [until]
 * @returns {Promise<string>}
 */
export function output(child, timeout, until = () => false) {
  return new Promise((resolve, reject) => {
    let text = "";
    let errors = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`no answer in ${timeout / 1000} s`));
    }, timeout);
    const onOutput = (/** @type {Buffer} */ chunk) => {
      text += chunk.toString();
      if (until(text)) finish();
    };
    const finish = () => {
      clearTimeout(timer);
      // What it prints from now on is read, so that it doesn't wait, but not kept.
      child.stdout?.off("data", onOutput).resume();
      resolve(text);
    };
    child.stdout?.on("data", onOutput);
    child.stderr?.on("data", (/** @type {Buffer} */ chunk) => {
      errors = `${errors}${chunk.toString()}`.slice(-2000);
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) finish();
      else reject(new Error(`ended with ${signal ?? code}${errors && `: ${firstLine(errors)}`}`));
    });
  });
}

/** @param {string} text */
function firstLine(text) {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.find((line) => /error/i.test(line)) ?? lines.find((line) => line !== "") ?? "";
}
