/**
 * The programs that are measured beside each other, and how each is started.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bench } from "./folders.mjs";

/**
 * @typedef {object} Peer
 * @property {string} id
 * @property {string} group What `--peers` calls it; several forms of one peer share it.
 * @property {string} label
 * @property {readonly string[]} command The program and its arguments; the mode of the server follows.
 * @property {readonly string[]} [after] Arguments that follow the mode.
 * @property {NodeJS.ProcessEnv} [env]
 * @property {() => string | undefined} version
 * @property {() => string | undefined} [missing] Why it can't be started, if so.
 * @property {boolean} [socketIo]
 */

const modules = join(bench, "node_modules");
const servers = join(bench, "e2e", "servers");

/** `ws`, and socket.io on top of it, take the add-on whenever they find it. */
const plainWs = { WS_NO_BUFFER_UTIL: "1", WS_NO_UTF_8_VALIDATE: "1" };

/** @type {readonly Peer[]} */
export const peers = [
  own("fullduplex", "fullduplex, `for await`", "for-await"),
  own("fullduplex-foreach", "fullduplex, `forEach`", "for-each"),
  {
    id: "ws",
    group: "ws",
    label: "ws",
    command: nodeServer("ws.mjs"),
    env: plainWs,
    version: () => packageVersion("ws"),
  },
  {
    id: "uws",
    group: "uws",
    label: "uWebSockets.js",
    command: nodeServer("uws.mjs"),
    version: () => packageVersion("@trufflesuite/uws-js-unofficial"),
    missing: missingUws,
  },
];

/**
 * @param {string} id
 * @param {string} label
 * @param {string} form
 * @returns {Peer}
 */
function own(id, label, form) {
  return {
    id,
    group: "fullduplex",
    label,
    command: nodeServer("fullduplex.mjs"),
    after: [form],
    version: () => packageVersion("fullduplex"),
  };
}

/** @param {string} file */
function nodeServer(file) {
  return [process.execPath, "--expose-gc", join(servers, file)];
}

/** Without a binary for this Node the package falls back to a server in JavaScript, which is not what it stands for. */
function missingUws() {
  const name = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
  const binary = join(modules, "@trufflesuite", "uws-js-unofficial", "binaries", name);
  return existsSync(binary)
    ? undefined
    : `no binary for Node ${process.versions.node} on this system`;
}

/**
 * @param {string} name
 * @returns {string | undefined}
 */
function packageVersion(name) {
  const file = join(modules, name, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}
