/**
 * The open loop: messages are sent at a fixed rate, whether or not the replies keep up, and the time of each is counted
 * from when it was due, so that a server can't hide a pause by slowing the generator down.
 *
 * @module
 */

import { conversation } from "./echo.mjs";
import { Failure } from "../failure.mjs";
import { openMany } from "../handshake.mjs";
import { measureWindow } from "../window.mjs";

/**
 * @typedef {object} PacedLoad
 * @property {"paced"} kind
 * @property {number} connections
 * @property {number} rate Messages in a second, on all connections together.
 * @property {number} size
 */

/** How many replies a connection may wait for; a server that is so late can't keep up, and is sent no more. */
const MOST = 100;

/** One of the connections, with when its messages that have no reply yet were due. */
class PacedConnection {
  #socket;
  #ring;
  /** @type {number[]} */
  #due = [];

  /**
   * @param {import("../socket.mjs").LoadSocket} socket
   * @param {ReturnType<typeof conversation>} conversation
   * @param {(due: number) => void} onReply
   * @param {(error: Error) => void} onError
   */
  constructor(socket, { ring, expected }, onReply, onError) {
    this.#socket = socket;
    this.#ring = ring;
    socket.onData = (chunk, length) => {
      const count = expected.accept(chunk, length);
      if (count < 0) onError(new Error("a wrong reply"));
      for (let index = 0; index < count; index++) onReply(this.#due.shift() ?? 0);
    };
  }

  /** @param {number} due */
  send(due) {
    if (this.#due.length >= MOST) return false;
    this.#due.push(due);
    this.#socket.write(this.#ring.take(1));
    return true;
  }
}

/**
 * @param {PacedLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runPaced({ connections, rate, size }, target) {
  const sockets = await openMany(connections, () => target);
  const failure = new Failure();
  /** @type {number[]} */
  let latencies = [];
  let skipped = 0;
  const onReply = (/** @type {number} */ due) => void latencies.push(performance.now() - due);
  const lanes = sockets.map((socket, index) => {
    failure.watch(socket);
    const talk = conversation({ depth: MOST, size, type: "text" }, index, target.socketIo);
    return new PacedConnection(socket, talk, onReply, failure.fail);
  });
  const begin = performance.now();
  let sent = 0;
  const send = () => {
    const due = ((performance.now() - begin) * rate) / 1000;
    for (; sent < due; sent++) {
      if (!lanes[sent % connections]?.send(begin + (sent * 1000) / rate)) skipped++;
    }
    // Turns as fast as it can, because timers are only as fine as a millisecond.
    setImmediate(send);
  };
  send();
  setTimeout(() => {
    latencies = [];
    skipped = 0;
  }, target.warmup * 1000);
  const window = await Promise.race([
    measureWindow(target, () => latencies.length),
    failure.promise,
  ]);
  return { ...window, ...percentiles(latencies), lost: skipped / (rate * window.seconds) };
}

/** @param {readonly number[]} milliseconds */
export function percentiles(milliseconds) {
  const sorted = Float64Array.from(milliseconds).sort();
  const at = (/** @type {number} */ share) =>
    (sorted[Math.floor(sorted.length * share)] ?? 0) * 1000;
  return { p50: at(0.5), p99: at(0.99) };
}
