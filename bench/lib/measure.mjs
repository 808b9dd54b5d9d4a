/**
 * One measurement: a server, which may be running already, and its counterpart in another process.
 *
 * @module
 */

import { join } from "node:path";
import { bench } from "./folders.mjs";
import { cores, output, start, stop } from "./processes.mjs";

/** @typedef {import("./peers.mjs").Peer} Peer */
/** @typedef {import("./scenarios.mjs").Scenario} Scenario */
/** @typedef {import("../e2e/load/main.mjs").Result} Result */
/** @typedef {import("../e2e/load/main.mjs").Answer} Answer */
/** @typedef {{ warmup: number, seconds: number }} Timing */

/** Milliseconds that a server may take to start. */
const START = 15_000;

/** Milliseconds that a generator may take beyond the time that it measures: to connect, above all. */
const CONNECT = 40_000;

const generator = join(bench, "e2e", "load", "main.mjs");

/** What a peer can't do, by its own account. */
export class UnsupportedError extends Error {}

/**
 * @typedef {object} RunningServer
 * @property {number} port
 * @property {number} pid
 * @property {() => Promise<void>} stop
 */

/**
 * @param {Peer} peer
 * @param {Scenario} scenario
 * @param {"measured" | "load"} [role] Which core it runs on.
 * @returns {Promise<RunningServer>}
 */
export async function startServer(peer, { mode }, role = "measured") {
  const form = peer.form === undefined ? [] : [peer.form];
  const child = start(role, [...peer.server(), mode, ...form], peer.env);
  const said = /^listening (\d+)$/m;
  const text = await output(child, START, (text) => said.test(text));
  const port = Number(said.exec(text)?.[1]);
  if (!(port > 0)) throw new Error("said no port");
  return { port, pid: child.pid ?? 0, stop: () => stop(child) };
}

/**
 * Measures a server.
 *
 * @param {Peer} peer
 * @param {Scenario} scenario
 * @param {RunningServer} server
 * @param {Timing} timing
 * @returns {Promise<Result>}
 */
export async function measureServer(peer, { mode, load }, server, timing) {
  const target = {
    ...pick(timing),
    cores,
    address: { port: server.port, tls: mode === "tls" },
    pid: server.pid,
    deflate: mode === "deflate",
    socketIo: peer.socketIo === true,
    channels: peer.channels === true,
    ddp: peer.ddp === true,
  };
  const child = start("load", [process.execPath, generator, JSON.stringify({ load, target })]);
  return read(await output(child, limit(timing)));
}

/**
 * Measures a client that talks to a server.
 *
 * @param {Peer} peer
 * @param {Scenario} scenario
 * @param {RunningServer} server
 * @param {Timing} timing
 * @returns {Promise<Result>}
 */
export async function measureClient(peer, { load }, server, timing) {
  const { port, pid: serverPid } = server;
  const job = JSON.stringify({ ...load, ...pick(timing), cores, port, serverPid });
  const form = peer.form === undefined ? [] : [peer.form];
  const child = start("measured", [...(peer.client?.() ?? []), job, ...form], peer.env);
  return read(await output(child, limit(timing)));
}

/**
 * @param {Timing} timing
 * @returns {Timing}
 */
function pick({ warmup, seconds }) {
  return { warmup, seconds };
}

/** @param {Timing} timing */
function limit({ warmup, seconds }) {
  return (warmup + seconds) * 1000 + CONNECT;
}

/** @param {string} text */
function read(text) {
  const { result, error, unsupported = false } = /** @type {Answer} */ (JSON.parse(text));
  if (unsupported) throw new UnsupportedError(error);
  if (result === undefined) throw new Error(error ?? "no result");
  return result;
}
