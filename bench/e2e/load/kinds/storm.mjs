/**
 * Connections that are opened, closed in order, and followed by the next: so many at a time.
 *
 * @module
 */

import { RECOVERED, recovering } from "../channels.mjs";
import { Failure } from "../failure.mjs";
import { FrameReader } from "../frames.mjs";
import { handshakeRequest, refusal } from "../handshake.mjs";
import { LoadSocket, loopbackAddress } from "../socket.mjs";
import { measureWindow } from "../window.mjs";
import { CLOSE, clientFrame } from "../wire.mjs";

/**
 * @typedef {object} StormLoad
 * @property {"storm"} kind
 * @property {number} connections At a time.
 * @property {boolean} [recovers] Each recovers what it has missed in a channel before it closes.
 */

const closing = clientFrame(CLOSE, Buffer.from([1000 >> 8, 1000 & 255]));

/**
 * @param {StormLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runStorm({ connections, recovers = false }, target) {
  const request = handshakeRequest(target);
  const failure = new Failure();
  let begun = 0;
  let completed = 0;
  const next = () => {
    const localAddress = loopbackAddress(begun++);
    visit({ ...target.address, localAddress }, request, recovers, (error) => {
      if (error) failure.fail(error);
      completed++;
      next();
    });
  };
  for (let count = 0; count < connections; count++) next();
  return Promise.race([measureWindow(target, () => completed), failure.promise]);
}

/**
 * Opens a connection, closes it, and waits until the server has answered and ended it.
 *
 * @param {import("../socket.mjs").Address} address
 * @param {Buffer} request
 * @param {boolean} recovers
 * @param {(error?: Error) => void} done
 */
function visit(address, request, recovers, done) {
  let head = "";
  let open = false;
  let answered = false;
  let hasRecovered = false;
  const reader = new FrameReader();
  const socket = new LoadSocket(address, () => socket.write(request));
  socket.onData = (chunk, length) => {
    if (open && recovers && !hasRecovered) {
      head += chunk.toString("latin1", 0, length);
      if (!head.includes(RECOVERED)) return;
      hasRecovered = true;
      socket.write(closing);
      return;
    }
    if (open) {
      reader.read(chunk, length, ({ opcode }) => (answered ||= opcode === CLOSE));
      return;
    }
    head += chunk.toString("latin1", 0, length);
    if (!head.includes("\r\n\r\n")) return;
    const problem = refusal(head, false);
    if (problem !== undefined) done(new Error(problem));
    open = true;
    const rest = head.slice(head.indexOf("\r\n\r\n") + 4);
    // socket.io has an opening message.
    if (rest !== "") reader.read(Buffer.from(rest, "latin1"), rest.length, () => {});
    socket.write(recovers ? recovering : closing);
  };
  socket.onClose = (error) => {
    done(error ?? (answered ? undefined : new Error("closed without a close frame")));
  };
}
