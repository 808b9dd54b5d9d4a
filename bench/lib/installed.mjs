/**
 * What the bench's own package.json installs, and what the system has.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { bench } from "./folders.mjs";

const modules = join(bench, "node_modules");

/** Debian's, whose `python3-websockets` is the peer. */
export const python = "/usr/bin/python3";

/**
 * @param {string} name
 * @returns {string | undefined}
 */
export function packageVersion(name) {
  const file = join(modules, name, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}

/** @param {string} name */
export function missingPackage(name) {
  return packageVersion(name) === undefined ? `the npm package ${name} isn't installed` : undefined;
}

/** Without a binary for this Node the package falls back to a server in JavaScript, which is not what it stands for. */
export function missingUws() {
  const name = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
  const binary = join(modules, "@trufflesuite", "uws-js-unofficial", "binaries", name);
  if (existsSync(binary)) return undefined;
  return `it has no binary for Node ${process.versions.node} on this system`;
}

/** The binary of Bun, and not a script that starts it; its package moves it when npm may run install scripts. */
export function bunBinary() {
  return firstBinary([
    join(modules, "bun", "bin", "bun.exe"),
    join(modules, "@oven", `bun-${process.platform}-${arch()}`, "bin", "bun"),
  ]);
}

/** The same of Deno. */
export function denoBinary() {
  const glibc = process.platform === "linux" ? "-glibc" : "";
  const cpu = process.arch === "x64" ? "x64" : "arm64";
  return firstBinary([
    join(modules, "@deno", `${process.platform}-${cpu}${glibc}`, "deno"),
    join(modules, "deno", "deno"),
  ]);
}

function arch() {
  return process.arch === "arm64" ? "aarch64" : process.arch;
}

/** @param {readonly string[]} files */
function firstBinary(files) {
  // What npm puts in place of a binary before install scripts ran is a few lines of text.
  return files.find((file) => existsSync(file) && statSync(file).size > 1_000_000);
}

/** @type {string | undefined} */
let pythonVersion;

/** The version of Python's `websockets`; `undefined` without it. */
export function websocketsVersion() {
  pythonVersion ??= spawnSync(
    python,
    ["-c", "import websockets, platform; print(websockets.__version__, platform.python_version())"],
    { encoding: "utf8" },
  ).stdout?.trim();
  const [version, interpreter] = (pythonVersion ?? "").split(" ");
  return version ? `${version} on Python ${interpreter}` : undefined;
}
