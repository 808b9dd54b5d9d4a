/**
 * Many clients of one live query, and one that changes a document: so many calls are ahead of what all have got. The time of a
 * delivery is counted from the call.
 *
 * @module
 */

import { PONG, touch, touched } from "../ddp.mjs";
import { Failure } from "../failure.mjs";
import { FrameReader } from "../frames.mjs";
import { openMany } from "../handshake.mjs";
import { measureWindow } from "../window.mjs";
import { percentiles } from "./paced.mjs";

/**
 * @typedef {object} DdpWritesLoad
 * @property {"ddp-writes"} kind
 * @property {number} subscribers
 * @property {number} ahead
 */

/** Of so many deliveries one is timed: the times of all would be what the generator is busy with. */
const EACH = 16;

/**
 * @param {DdpWritesLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runDdpWrites({ subscribers, ahead }, target) {
  const failure = new Failure();
  const sockets = await openMany(subscribers, () => target);
  /** @type {number[]} */
  let latencies = [];
  /** @type {number[]} */
  const begun = [];
  let delivered = 0;
  let called = 0;
  const call = () => {
    while (called * subscribers < delivered + ahead * subscribers) {
      called++;
      begun[called % (2 * ahead)] = performance.now();
      sockets[0]?.write(touch(called));
    }
  };
  for (const [index, socket] of sockets.entries()) {
    failure.watch(socket);
    const reader = new FrameReader();
    let next = 1;
    socket.onData = (chunk, length) => {
      reader.read(chunk, length, ({ payload }) => {
        if (payload[8] === PING) return socket.write(PONG);
        // (The caller gets what ends its calls too.)
        if (index === 0 && payload[8] !== CHANGED) return;
        if (payload.toString("latin1") !== touched(next)) {
          return failure.fail(new Error(`change ${next} is wrong: ${payload.toString()}`));
        }
        if ((next + index) % EACH === 0) {
          latencies.push(performance.now() - (begun[next % (2 * ahead)] ?? 0));
        }
        next++;
        delivered++;
      });
      call();
    };
  }
  call();
  setTimeout(() => (latencies = []), target.warmup * 1000);
  const window = await Promise.race([measureWindow(target, () => delivered), failure.promise]);
  return { ...window, ...percentiles(latencies) };
}

/** The first letters of the types of such messages; those of the others are different. */
const CHANGED = "c".charCodeAt(0);
const PING = "p".charCodeAt(0);
