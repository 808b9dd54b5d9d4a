/**
 * What every script needs: the project's folder, running a command, and making sure that what is missing gets
 * installed and built. Imports nothing but Node, because it runs before anything is installed.
 *
 * @module
 */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where scripts and tests keep what they make; ignored by git. */
export const scratch = join(root, ".tmp");

/**
 * The JavaScript file that a command of an installed package starts with.
 *
 * @param {string} file Path below `node_modules`.
 */
function installed(file) {
  return join(root, "node_modules", file);
}

/** Starts of the tools that are installed, to be run by this same Node. */
export const tools = {
  attw: installed("@arethetypeswrong/cli/dist/index.js"),
  knip: installed("knip/bin/knip.js"),
  oxfmt: installed("oxfmt/bin/oxfmt"),
  oxlint: installed("oxlint/bin/oxlint"),
  publint: installed("publint/src/cli.js"),
  tsc: installed("typescript/bin/tsc"),
  vitest: installed("vitest/vitest.mjs"),
};

/**
 * Runs a command in the project's folder with this terminal, and answers its exit code.
 *
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {NodeJS.ProcessEnv} [env] Variables to add.
 * @returns {Promise<number>}
 */
function run(command, parameters, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (signal !== null) console.error(`${command} was ended by ${signal}`);
      resolve(code ?? 1);
    });
  });
}

/**
 * Runs a script or tool with this same Node.
 *
 * @param {string} script
 * @param {...string} parameters
 */
export function node(script, ...parameters) {
  return run(process.execPath, [script, ...parameters]);
}

/**
 * Runs npm, and throws when it fails. (npm is a batch file on Windows, hence the shell.)
 *
 * @param {readonly string[]} parameters
 * @param {string} [folder]
 */
export function npm(parameters, folder = root) {
  const { status } = spawnSync("npm", parameters, {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm ${parameters.join(" ")} failed`);
}

/**
 * Ends this process because of what went wrong, said without a stack.
 *
 * @param {unknown} error
 * @returns {never}
 */
export function fail(error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/**
 * Installs what a folder's package-lock.json lists, when it is missing or older than that file.
 *
 * @param {string} [folder] Default: the project's, that is the development dependencies.
 */
export function ensureInstalled(folder = root) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: this needs 20.19 or later`);
  }
  const marker = join(folder, "node_modules", ".package-lock.json");
  if (existsSync(marker) && modified(marker) >= modified(join(folder, "package-lock.json"))) return;
  console.error(`installing dependencies: npm ci in ${folder}`);
  npm(["ci", "--no-audit", "--no-fund"], folder);
}

/** Builds `dist` when it is missing, or older than anything it is made from. */
export async function ensureBuilt() {
  ensureInstalled();
  const { build, isStale } = await import("../build.mjs");
  if (isStale()) await build();
}

/**
 * When a file last changed; 0 when it is not there.
 *
 * @param {string} file
 */
export function modified(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

/**
 * When anything in a folder last changed. A folder itself changes when a file in it comes or goes.
 *
 * @param {string} path
 */
export function newest(path) {
  let latest = modified(path);
  if (!statSync(path).isDirectory()) return latest;
  for (const entry of readdirSync(path, { recursive: true })) {
    latest = Math.max(latest, modified(join(path, String(entry))));
  }
  return latest;
}
