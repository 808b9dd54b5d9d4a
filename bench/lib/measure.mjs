/**
 * One measurement: a server, which may be running already, and a generator.
 *
 * @module
 */

import { join } from "node:path";
import { bench } from "./folders.mjs";
import { output, start, stop } from "./processes.mjs";

/** @typedef {import("./peers.mjs").Peer} Peer */
/** @typedef {import("./scenarios.mjs").Scenario} Scenario */
/** @typedef {import("../e2e/load/window.mjs").WindowResult} WindowResult */

/** Milliseconds that a server may take to start. */
const START = 15_000;

/** Milliseconds that a generator may take beyond the time that it measures: to connect, above all. */
const CONNECT = 30_000;

const generator = join(bench, "e2e", "load", "main.mjs");

/**
 * @typedef {object} RunningServer
 * @property {number} port
 * @property {number} pid
 * @property {() => Promise<void>} stop
 */

/**
 * @param {Peer} peer
 * @param {Scenario} scenario
 * @returns {Promise<RunningServer>}
 */
export async function startServer(peer, scenario) {
  const child = start("server", [...peer.command, scenario.mode, ...(peer.after ?? [])], peer.env);
  const said = /^listening (\d+)$/m;
  const text = await output(child, START, (text) => said.test(text));
  const port = Number(said.exec(text)?.[1]);
  if (!(port > 0)) throw new Error("said no port");
  return { port, pid: child.pid ?? 0, stop: () => stop(child) };
}

/**
 * @param {Peer} peer
 * @param {Scenario} scenario
 * @param {RunningServer} server
 * @param {{ warmup: number, seconds: number }} timing
 * @returns {Promise<WindowResult>}
 */
export async function measure(peer, scenario, server, { warmup, seconds }) {
  const target = {
    address: { port: server.port, tls: scenario.mode === "tls" },
    pid: server.pid,
    warmup,
    seconds,
    deflate: scenario.mode === "deflate",
    socketIo: peer.socketIo === true,
  };
  const job = JSON.stringify({ load: scenario.load, target });
  const child = start("load", [process.execPath, generator, job]);
  const text = await output(child, (warmup + seconds) * 1000 + CONNECT);
  const { result, error } = JSON.parse(text);
  if (error !== undefined) throw new Error(error);
  return result;
}
