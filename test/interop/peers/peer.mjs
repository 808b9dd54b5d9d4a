/**
 * Loads packages of others from test/peers.
 *
 * @module
 */

import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(fileURLToPath(new URL("../../peers/package.json", import.meta.url)));

/**
 * @param {string} name
 * @returns {Promise<any>}
 */
export function load(name) {
  return import(pathToFileURL(require.resolve(name)).href);
}
