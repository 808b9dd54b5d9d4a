/**
 * The closed loop: every connection has so many messages in flight, and sends the next when a reply is complete.
 *
 * @module
 */

import { Failure } from "../failure.mjs";
import { openMany } from "../handshake.mjs";
import { binaryMessage, textMessage } from "../messages.mjs";
import { ExpectedStream, Pattern, SendRing } from "../streams.mjs";
import { measureWindow } from "../window.mjs";
import { BINARY, TEXT, clientFrame, serverFrame } from "../wire.mjs";

/**
 * @typedef {object} EchoLoad
 * @property {"echo"} kind
 * @property {number} connections
 * @property {number} depth How many messages each connection has in flight.
 * @property {number} size
 * @property {"binary" | "text"} type
 */

/** @typedef {import("../main.mjs").Target} Target */

/**
 * @param {EchoLoad} load
 * @param {Target} target
 */
export async function runEcho(load, target) {
  const sockets = await openMany(load.connections, () => target);
  const failure = new Failure();
  let completed = 0;
  for (const [index, socket] of sockets.entries()) {
    const { ring, expected } = conversation(load, index, target.socketIo);
    failure.watch(socket);
    socket.onData = (chunk, length) => {
      const count = expected.accept(chunk, length);
      if (count < 0) failure.fail(new Error(`connection ${index}: a wrong reply`));
      else if (count > 0) {
        completed += count;
        socket.write(ring.take(count));
      }
    };
    socket.write(ring.take(load.depth));
  }
  return Promise.race([measureWindow(target, () => completed), failure.promise]);
}

/**
 * What a connection sends, in order, and what must answer it.
 *
 * @param {Pick<EchoLoad, "depth" | "size" | "type">} load
 * @param {number} connection
 * @param {boolean} [socketIo]
 */
export function conversation({ depth, size, type }, connection, socketIo = false) {
  // More than are in flight, so that a reply to the one before is a wrong one. Few of the large ones, which would
  // otherwise fall out of the processor's caches, on the generator's side only.
  const count = Math.max(size > 4096 ? 2 : 16, depth + 1);
  const opcode = type === "text" ? TEXT : BINARY;
  const make = type === "text" ? textMessage : binaryMessage;
  const messages = Array.from({ length: count }, (_, index) => {
    const message = make(connection, index, size);
    return socketIo ? Buffer.from(`42["m","${message.toString("latin1")}"]`) : message;
  });
  return {
    ring: new SendRing(messages.map((message) => clientFrame(opcode, message))),
    expected: new ExpectedStream(
      new Pattern(messages.map((message) => serverFrame(opcode, message))),
    ),
  };
}
