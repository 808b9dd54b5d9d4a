/**
 * What the client programs have in common: so many connections to one server, with so many messages in flight on each,
 * every one of which is compared with its reply. It runs on Node, Bun and Deno alike.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import process from "node:process";
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
 */

/** @type {Job} */
const job = JSON.parse(process.argv[2] ?? "{}");

/** How many messages differ before they come again. */
const COUNT = 32;

let completed = 0;

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
    if (!expected || reply.length !== expected.length) fail();
    for (let index = 0; index < reply.length; index++) {
      if (reply[index] !== expected?.[index]) fail();
    }
    completed++;
  }
}

/** @returns {never} */
function fail() {
  answer({ error: "a wrong reply" });
  throw new Error("a wrong reply");
}

/**
 * Runs `open` for each connection; it must send the first `depth` messages of its conversation and then one for every
 * reply. Measures this process, prints the result and exits.
 *
 * @param {(url: string, conversation: Conversation, depth: number) => Promise<void>} open
 */
export async function runClients(open) {
  const { port, connections, depth, serverPid, warmup, seconds } = job;
  const talks = Array.from({ length: connections }, (_, index) => new Conversation(index));
  await Promise.all(talks.map((talk) => open(`ws://127.0.0.1:${port}`, talk, depth)));
  const timing = { warmup, seconds, pid: process.pid, loadPid: serverPid };
  answer({ result: await measureWindow(timing, () => completed) });
}

/** @param {import("../load/main.mjs").Answer} answer */
function answer(answer) {
  process.stdout.write(JSON.stringify(answer), () => process.exit());
}
