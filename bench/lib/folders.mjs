/**
 * Where things are.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** The folder of the benchmarks. */
export const bench = fileURLToPath(new URL("../", import.meta.url));
