/**
 * The closed loop: every connection has so many messages in flight, and sends the next when a reply is complete.
 *
 * @module
 */

import { openMany } from "./handshake.mjs";
import { binaryMessage, textMessage } from "./messages.mjs";
import { ExpectedStream, SendRing } from "./streams.mjs";
import { measureWindow } from "./window.mjs";
import { BINARY, TEXT, clientFrame, serverFrame } from "./wire.mjs";

/**
 * @typedef {object} EchoLoad
 * @property {"echo"} kind
 * @property {number} connections
 * @property {number} depth How many messages each connection has in flight.
 * @property {number} size
 * @property {"binary" | "text"} type
 */

/** @typedef {import("./main.mjs").Target} Target */

/**
 * @param {EchoLoad} load
 * @param {Target} target
 */
export async function runEcho(load, target) {
  const { connections, depth } = load;
  const sockets = await openMany(connections, () => target);
  let completed = 0;
  /** @type {(reason: Error) => void} */
  let fail = () => {};
  const failed = new Promise((_, reject) => (fail = reject));
  for (const [index, socket] of sockets.entries()) {
    const { frames, replies } = conversation(load, index, target.socketIo);
    const ring = new SendRing(frames);
    const expected = new ExpectedStream(replies);
    socket.onClose = (error) => fail(error ?? new Error("the server closed a connection"));
    socket.onData = (chunk, length) => {
      const count = expected.accept(chunk, length);
      if (count < 0) fail(new Error(`connection ${index}: a wrong reply`));
      else if (count > 0) {
        completed += count;
        socket.write(ring.take(count));
      }
    };
    socket.write(ring.take(depth));
  }
  return Promise.race([measureWindow(target, () => completed), failed]);
}

/**
 * The frames that a connection sends, in order, and those that must answer them.
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
    frames: messages.map((message) => clientFrame(opcode, message)),
    replies: messages.map((message) => serverFrame(opcode, message)),
  };
}
