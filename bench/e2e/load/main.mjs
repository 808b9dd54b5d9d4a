/**
 * The load generator, a process of its own: takes one measurement, given as JSON on the command line, and prints the
 * result as JSON.
 *
 * @module
 */

import { runEcho } from "./echo.mjs";

/**
 * @typedef {object} Target What is measured, and for how long.
 * @property {import("./socket.mjs").Address} address
 * @property {number} pid
 * @property {number} warmup Seconds.
 * @property {number} seconds
 * @property {boolean} [deflate]
 * @property {boolean} [socketIo]
 */

/** @typedef {import("./echo.mjs").EchoLoad} Load */

const { load, target } = /** @type {{ load: Load, target: Target }} */ (
  JSON.parse(process.argv[2] ?? "{}")
);

try {
  print({ result: await runEcho(load, target) });
} catch (error) {
  print({ error: error instanceof Error ? error.message : String(error) });
}

/** @param {object} answer */
function print(answer) {
  // Exits whatever connections are still open.
  process.stdout.write(JSON.stringify(answer), () => process.exit());
}
