/**
 * The programs that are measured beside each other, and how each is started.
 *
 * @module
 */

import { join } from "node:path";
import { bench } from "./folders.mjs";
import {
  bunBinary,
  denoBinary,
  missingPackage,
  missingUws,
  packageVersion,
  python,
  websocketsVersion,
} from "./installed.mjs";

/** @typedef {import("../e2e/servers/support.mjs").Mode} Mode */

/**
 * @typedef {object} Peer
 * @property {string} id
 * @property {string} group What `--peers` calls it; several forms of one peer share it.
 * @property {string} product What `version` is the version of.
 * @property {string} label
 * @property {() => string | undefined} version
 * @property {() => string | undefined} missing Why it can't be started, if so.
 * @property {() => readonly string[]} server The program and its arguments; the mode follows, and then `form`.
 * @property {() => readonly string[]} [client] The same of the program that is measured as a client.
 * @property {string} [form]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {Partial<Record<Mode | "binary" | "client" | "recovery", string>>} [lacks] What it can't do, and why.
 * @property {boolean} [wamp] It is a router, and takes part in nothing else.
 * @property {boolean} [ddp] It speaks DDP, and takes part in nothing else.
 * @property {boolean} [channels] It speaks the protocol of channels.
 * @property {boolean} [socketIo]
 */

/** `ws`, and socket.io on top of it, take the add-on whenever they find it. */
const plainWs = { WS_NO_BUFFER_UTIL: "1", WS_NO_UTF_8_VALIDATE: "1" };

/** @type {readonly Peer[]} */
export const peers = [
  own("fullduplex", "fullduplex, `for await`", "for-await"),
  own("fullduplex-foreach", "fullduplex, `forEach`", "for-each"),
  own("fullduplex-borrow", "fullduplex, `forEach`, borrowed", "borrow"),
  {
    ...own("fullduplex-channels", "fullduplex, channels", "channels"),
    server: onNode("servers/channels.mjs"),
    channels: true,
  },
  router("fullduplex-wamp", "fullduplex, WAMP", "0"),
  router("fullduplex-wamp-10", "10 patterns", "10"),
  router("fullduplex-wamp-100k", "100,000 patterns", "100000"),
  ddpServer("fullduplex-ddp", "fullduplex, DDP", "0"),
  ddpServer("fullduplex-ddp-10k", "10,000 other live queries", "10000"),
  {
    id: "ws",
    group: "ws",
    product: "ws",
    label: "ws",
    version: () => packageVersion("ws"),
    missing: () => missingPackage("ws"),
    server: onNode("servers/ws.mjs"),
    client: onNode("clients/ws.mjs"),
    env: plainWs,
  },
  {
    id: "ws-bufferutil",
    group: "bufferutil",
    product: "bufferutil",
    label: "ws with bufferutil",
    version: () => packageVersion("bufferutil"),
    missing: () => missingPackage("bufferutil"),
    server: onNode("servers/ws.mjs"),
    client: onNode("clients/ws.mjs"),
  },
  {
    id: "uws",
    group: "uws",
    product: "uWebSockets.js",
    label: "uWebSockets.js",
    version: () => packageVersion("@trufflesuite/uws-js-unofficial"),
    missing: missingUws,
    server: onNode("servers/uws.mjs"),
    lacks: {
      tls: "this build has no TLS",
      deflate: "this build doesn't compress",
      client: "has no client",
    },
  },
  {
    id: "socket.io",
    group: "socket.io",
    product: "socket.io",
    label: "socket.io",
    version: () => packageVersion("socket.io"),
    missing: () => missingPackage("socket.io"),
    server: onNode("servers/socket-io.mjs"),
    env: plainWs,
    lacks: { binary: "runs with its text events only", client: "speaks its own protocol only" },
    socketIo: true,
  },
  {
    id: "bun",
    group: "bun",
    product: "Bun",
    label: "Bun",
    version: () => packageVersion("bun"),
    missing: () => (bunBinary() ? undefined : "the npm package bun has no binary for this system"),
    server: onBun("servers/bun.mjs"),
    client: onBun("clients/web-socket.mjs"),
  },
  {
    id: "deno",
    group: "deno",
    product: "Deno",
    label: "Deno",
    version: () => packageVersion("deno"),
    missing: () =>
      denoBinary() ? undefined : "the npm package deno has no binary for this system",
    server: onDeno("servers/deno.mjs"),
    client: onDeno("clients/web-socket.mjs"),
    env: { DENO_NO_UPDATE_CHECK: "1" },
  },
  {
    id: "python",
    group: "python",
    product: "websockets (Python)",
    label: "websockets (Python)",
    version: websocketsVersion,
    missing: () => (websocketsVersion() ? undefined : `no websockets for ${python}`),
    server: () => [python, program("servers/python.py")],
    lacks: { client: "a server only in this bench" },
  },
  {
    id: "fox-wamp",
    group: "fox-wamp",
    product: "fox-wamp",
    label: "fox-wamp",
    version: () => packageVersion("fox-wamp"),
    missing: () => missingPackage("fox-wamp"),
    server: onNode("servers/fox-wamp.mjs"),
    env: plainWs,
    wamp: true,
  },
];

/**
 * Servers that answer wrongly, for the test that the generator notices; they run only when `--peers` names them.
 *
 * @type {readonly Peer[]}
 */
export const canaries = ["byte", "order"].map((form) => ({
  id: `canary-${form}`,
  group: "canary",
  product: "canary",
  label: `canary (${form})`,
  version: () => undefined,
  missing: () => undefined,
  server: onNode("servers/canary.mjs"),
  form,
}));

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
    product: "fullduplex",
    label,
    version: () => packageVersion("fullduplex"),
    missing: () => undefined,
    server: onNode("servers/fullduplex.mjs"),
    client: onNode("clients/fullduplex.mjs"),
    form,
  };
}

/**
 * This package's router, with so many registrations of others.
 *
 * @param {string} id
 * @param {string} label
 * @param {string} patterns
 * @returns {Peer}
 */
function router(id, label, patterns) {
  return { ...own(id, label, patterns), server: onNode("servers/wamp.mjs"), wamp: true };
}

/**
 * This package's DDP server, with so many live queries of others.
 *
 * @param {string} id
 * @param {string} label
 * @param {string} others
 * @returns {Peer}
 */
function ddpServer(id, label, others) {
  return { ...own(id, label, others), server: onNode("servers/ddp.mjs"), ddp: true };
}

/** @param {string} file */
function onNode(file) {
  return () => [process.execPath, "--expose-gc", program(file)];
}

/** @param {string} file */
function onBun(file) {
  return () => [bunBinary() ?? "bun", program(file)];
}

/** @param {string} file */
function onDeno(file) {
  const flags = ["--allow-all", "--no-check", "--no-config", "--v8-flags=--expose-gc"];
  return () => [denoBinary() ?? "deno", "run", ...flags, program(file)];
}

/** @param {string} file */
function program(file) {
  return join(bench, "e2e", file);
}
