/**
 * What the server programs have in common: what they are asked to do, and how they answer to the runner. It runs on Node,
 * Bun and Deno alike.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";

/**
 * What a server does: echo messages, echo them over TLS, echo them compressed, echo them and refuse to compress,
 * broadcast when told to, route WAMP, or publish by DDP.
 *
 * @typedef {"echo" | "tls" | "deflate" | "plain" | "broadcast" | "wamp" | "ddp"} Mode
 */

/** @type {Mode} */
export const mode = /** @type {Mode} */ (process.argv[2] ?? "echo");

/** The certificate that the tests use, in PEM; `undefined` for a server without TLS. */
export const tls = mode === "tls" ? { cert: pem("cert"), key: pem("key") } : undefined;

/** @param {string} kind */
function pem(kind) {
  return readFileSync(
    new URL(`../../../test/support/certificates/server.${kind}.pem`, import.meta.url),
    "utf8",
  );
}

/**
 * Tells the runner where the server listens, collects garbage whenever it asks (by SIGUSR2), and ends this process when
 * the runner is gone.
 *
 * @param {number} port
 */
export function listening(port) {
  process.on("SIGUSR2", collectGarbage);
  process.stdin.once("end", () => process.exit());
  process.stdin.resume();
  console.log(`listening ${port}`);
}

function collectGarbage() {
  if (typeof Bun === "undefined") /** @type {any} */ (globalThis).gc?.();
  else Bun.gc(true);
}
