/**
 * What the client programs have in common: so many connections to one server, with so many messages in flight on each,
 * every one of which is compared with its reply. It runs on Node, Bun and Deno alike.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import process from "node:process";
import { Failure } from "../load/failure.mjs";
import { binaryMessage } from "../load/messages.mjs";
import { measureWindow } from "../load/window.mjs";

/**
 * @typedef {object} Job
 * @property {number} port
 * @property {number} serverPid
 * @property {number} connections
 * @property {number} depth
 * @property {number} size
 * @property {number} warmup
 * @property {number} seconds
 * @property {import("../load/window.mjs").Cores} [cores]
 */

/** @type {Job} */
const job = JSON.parse(process.argv[2] ?? "{}");

/** How many messages differ before they come again. */
const COUNT = 32;

let completed = 0;
const failure = new Failure();

/** One connection's messages: which is to be sent next, and which must come back next. */
export class Conversation {
  #messages;
  #sent = 0;
  #received = 0;

  /** @param {number} connection */
  constructor(connection) {
    this.#messages = Array.from({ length: COUNT }, (_, index) =>
      binaryMessage(connection, index, job.size),
    );
  }

  next() {
    return this.#messages[this.#sent++ % COUNT] ?? Buffer.alloc(0);
  }

  /** @param {Uint8Array} reply */
  check(reply) {
    const expected = this.#messages[this.#received++ % COUNT];
    if (!expected || !same(reply, expected)) failure.fail(new Error("a wrong reply"));
    completed++;
  }
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
function same(one, other) {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}

/**
 * Runs `open` for each connection; it must send the first `depth` messages of its conversation and then one for every
 * reply. Measures this process, prints the result and exits.
 *
 * @param {(url: string, conversation: Conversation, depth: number) => Promise<void>} open
 */
export async function runClients(open) {
  const { port, connections, depth, serverPid } = job;
  const talks = Array.from({ length: connections }, (_, index) => new Conversation(index));
  const timing = { ...job, pid: process.pid, loadPid: serverPid };
  /** @type {import("../load/main.mjs").Answer} */
  let answer;
  try {
    const opened = Promise.all(talks.map((talk) => open(`ws://127.0.0.1:${port}`, talk, depth)));
    await Promise.race([opened, failure.promise]);
    const measured = measureWindow(timing, () => completed);
    answer = { result: await Promise.race([measured, failure.promise]) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(JSON.stringify(answer), () => process.exit());
}
