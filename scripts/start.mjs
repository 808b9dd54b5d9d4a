/**
 * `npm start`: the hub, on a fresh checkout too: installs and builds what is missing. Options after `--` are the hub's.
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt, fail, root } from "./lib/project.mjs";

await ensureBuilt().catch(fail);
const main = join(root, "dist", "cli", "main.js");
process.argv = [process.execPath, main, "hub", ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
