/**
 * The load generator, a process of its own: takes one measurement, given as JSON on the command line, and prints the
 * result as JSON.
 *
 * @module
 */

import { runBroadcast } from "./kinds/broadcast.mjs";
import { runDdpWrites } from "./kinds/ddp-writes.mjs";
import { runDeflate } from "./kinds/deflate.mjs";
import { runEcho } from "./kinds/echo.mjs";
import { Unsupported } from "./failure.mjs";
import { runMemory } from "./kinds/memory.mjs";
import { runPaced } from "./kinds/paced.mjs";
import { runStorm } from "./kinds/storm.mjs";
import { runWampCalls } from "./kinds/wamp-calls.mjs";
import { runWampEvents } from "./kinds/wamp-events.mjs";

/**
 * @typedef {object} Target What is measured, and for how long.
 * @property {import("./socket.mjs").Address} address
 * @property {number} pid
 * @property {number} warmup Seconds.
 * @property {number} seconds
 * @property {import("./window.mjs").Cores} [cores]
 * @property {boolean} [deflate]
 * @property {boolean} [channels]
 * @property {boolean} [ddp]
 * @property {boolean} [socketIo]
 */

/**
 * @typedef {import("./kinds/echo.mjs").EchoLoad
 *   | import("./kinds/deflate.mjs").DeflateLoad
 *   | import("./kinds/broadcast.mjs").BroadcastLoad
 *   | import("./kinds/storm.mjs").StormLoad
 *   | import("./kinds/memory.mjs").MemoryLoad
 *   | import("./kinds/paced.mjs").PacedLoad
 *   | import("./kinds/wamp-calls.mjs").WampCallsLoad
 *   | import("./kinds/wamp-events.mjs").WampEventsLoad
 *   | import("./kinds/ddp-writes.mjs").DdpWritesLoad} Load
 */

/**
 * What a measurement finds: all but the last few fields unless it is about memory.
 *
 * @typedef {object} Result
 * @property {number} [seconds]
 * @property {number} [count] What was done in that time: messages, deliveries, connections.
 * @property {number | null} [serverCpu] Microseconds that the measured process used.
 * @property {number} [loadCpu] Microseconds that its counterpart used.
 * @property {number} [disturbed] The part of a core that other programs had.
 * @property {number} [bytesEach] Memory of a connection.
 * @property {number} [p50] Microseconds until the reply.
 * @property {number} [p99]
 * @property {number} [lost] The part of the messages that wasn't sent, because the server couldn't keep up.
 */

/** @typedef {{ result?: Result, error?: string, unsupported?: boolean }} Answer */

/** @type {Record<Load["kind"], (load: any, target: Target) => Promise<Result>>} */
const kinds = {
  echo: runEcho,
  deflate: runDeflate,
  broadcast: runBroadcast,
  storm: runStorm,
  memory: runMemory,
  paced: runPaced,
  "wamp-calls": runWampCalls,
  "wamp-events": runWampEvents,
  "ddp-writes": runDdpWrites,
};

/** @type {{ load: Load, target: Target }} */
const { load, target } = JSON.parse(process.argv[2] ?? "{}");
/** @type {Answer} */
let answer;
try {
  answer = { result: await kinds[load.kind](load, target) };
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  answer = { error: message, unsupported: error instanceof Unsupported };
}
// Exits whatever connections are still open.
process.stdout.write(JSON.stringify(answer), () => process.exit());
