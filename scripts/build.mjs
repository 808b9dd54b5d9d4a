/**
 * `npm run build`: compiles `src` into `dist`, one file for one file, and copies what is not TypeScript. With
 * `--if-stale` only when a source is newer than the last build.
 *
 * The new `dist` takes the place of the old one in one step, and only when it compiled, so that programs and tests that
 * are using it never see half of it.
 *
 * @module
 */

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  ensureInstalled,
  fail,
  modified,
  newest,
  node,
  root,
  scratch,
  tools,
} from "./lib/project.mjs";

const dist = join(root, "dist");

/** Pages of the hub that use libraries: a browser finds nothing by a library's name. */
const BUNDLED = ["hub/browser/todo.js"];

/** Its time of change is when the last build began: what changes during a build is newer than that build. */
const stamp = join(scratch, "built");

/** Whether `dist` is missing or older than something it is made from. */
export function isStale() {
  if (!existsSync(dist)) return true;
  const sources = ["src", "package.json", "tsconfig.base.json", "tsconfig.build.json"];
  return sources.some((source) => newest(join(root, source)) >= modified(stamp));
}

/** @returns {Promise<void>} */
export async function build() {
  const began = new Date();
  // As deep as `dist`, because source maps hold relative paths.
  const fresh = join(root, `dist.${process.pid}`);
  try {
    const code = await node(tools.tsc, "-p", "tsconfig.build.json", "--outDir", fresh);
    if (code !== 0) throw new Error("the build failed");
    cpSync(join(root, "src"), fresh, { recursive: true, filter: isAsset });
    for (const page of BUNDLED) await bundle(join(fresh, page));
    const command = join(fresh, "cli", "main.js");
    if (existsSync(command)) chmodSync(command, 0o755);
    replace(fresh);
    writeFileSync(stamp, "");
    utimesSync(stamp, began, began);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * Makes one module of a page's and all that it imports.
 *
 * @param {string} file
 */
async function bundle(file) {
  // (Only now: whoever builds may have had to install it first.)
  const esbuild = await import("esbuild");
  const licence = readFileSync(join(root, "node_modules", "mingo", "LICENSE"), "utf8");
  await esbuild.build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    sourcemap: true,
    banner: { js: `/*! with mingo:\n${licence.trim()}\n*/` },
    logLevel: "warning",
  });
}

/** @param {string} path */
function isAsset(path) {
  return !/\.ts$|tsconfig\.json$/.test(path);
}

/** @param {string} fresh */
function replace(fresh) {
  mkdirSync(scratch, { recursive: true });
  const old = join(scratch, `dist.${process.pid}`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

if (process.argv[1] === import.meta.filename) {
  try {
    ensureInstalled();
    if (!process.argv.includes("--if-stale") || isStale()) await build();
  } catch (error) {
    fail(error);
  }
}
