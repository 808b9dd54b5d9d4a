/**
 * The JavaScript modules that one of them needs.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Imports as the compiler writes them: each begins a line. */
const IMPORT = /^(?:import|export)\b[^;"]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"/gm;

/**
 * Reads the module `entry` and all that it imports, directly or not.
 *
 * @returns The code by path below `folder`.
 * @throws Error for an import from outside of `folder`, or of a package.
 */
export function readModules(folder: string, entry: string): Map<string, Uint8Array> {
  const modules = new Map<string, Uint8Array>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (modules.has(path)) continue;
    const code = readFileSync(join(folder, path));
    modules.set(path, code);
    for (const [, from, alone] of code.toString("utf8").matchAll(IMPORT)) {
      const specifier = from ?? alone ?? "";
      const target = posix.join(posix.dirname(path), specifier);
      if (!specifier.startsWith(".") || target.startsWith("..")) {
        throw new Error(`${path} imports ${specifier}, which a browser can't get`);
      }
      waiting.push(target);
    }
  }
  return modules;
}
