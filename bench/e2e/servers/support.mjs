/**
 * What the server programs have in common: what they are asked to do, and saying where they listen.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/**
 * What a server does: echo messages, echo them over TLS, echo them compressed, or broadcast when told to.
 *
 * @typedef {"echo" | "tls" | "deflate" | "broadcast"} Mode
 */

/** @type {Mode} */
export const mode = /** @type {Mode} */ (process.argv[2] ?? "echo");

/** The certificate that the tests use, in PEM. */
export const certificate = { cert: pem("cert"), key: pem("key") };

/** @param {string} kind */
function pem(kind) {
  return readFileSync(
    new URL(`../../../test/support/certificates/server.${kind}.pem`, import.meta.url),
    "utf8",
  );
}

/**
 * Tells the runner where the server listens, and ends this process when the runner is gone.
 *
 * @param {number} port
 */
export function listening(port) {
  console.log(`listening ${port}`);
  process.stdin.once("end", () => process.exit()).resume();
}
