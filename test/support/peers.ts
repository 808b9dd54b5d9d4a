/**
 * The programs that some tests need besides Node: where they are, and what to do when they are not there.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./project.ts";

/**
 * Whether tests that need a peer can run: `describe.runIf(requirePeer("chromium", path !== undefined, "…"))(…)`.
 *
 * On a developer's machine they are skipped when the peer is missing. Where `FULLDUPLEX_REQUIRE_PEERS` is `1`, as in
 * CI, that throws, so that the file of tests fails.
 *
 * @param reason How to get it.
 */
export function requirePeer(name: string, available: boolean, reason: string): boolean {
  if (available) return true;
  const message = `${name} is missing: ${reason}`;
  if (process.env["FULLDUPLEX_REQUIRE_PEERS"] === "1") throw new Error(message);
  console.warn(`skipping: ${message}`);
  return false;
}

/** Debian's Chromium, or the browser that `CHROMIUM` names. */
export function findChromium(): string | undefined {
  const places = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  return places.find((path) => path !== undefined && existsSync(path));
}

/** Whether there is a `curl`. */
export function hasCurl(): boolean {
  return succeeds("curl", "--version");
}

/** A Python that has a module: Debian's own first, because that is the one that Debian's packages are for. */
export function findPython(module: string): string | undefined {
  return ["/usr/bin/python3", "python3"].find((python) =>
    succeeds(python, "-c", `import ${module}`),
  );
}

/** A Node of some major version, from test/runtimes (`npm run test:runtimes` installs them). */
export function findNode(major: number): string | undefined {
  const path = join(root, "test", "runtimes", "node_modules", `node-${major}`, "bin", "node");
  return existsSync(path) && succeeds(path, "--version") ? path : undefined;
}

/** A package of test/peers, which `npm run test:interop` installs; `undefined` if it isn't there. */
export async function importPeer(name: string): Promise<unknown> {
  const require = createRequire(join(root, "test", "peers", "package.json"));
  try {
    const module = (await import(pathToFileURL(require.resolve(name)).href)) as Record<
      string,
      unknown
    >;
    return module["default"] ?? module;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function succeeds(command: string, ...parameters: string[]): boolean {
  try {
    execFileSync(command, parameters, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
