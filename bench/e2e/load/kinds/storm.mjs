/**
 * Connections that are opened, closed in order, and followed by the next: so many at a time.
 *
 * @module
 */

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
 */

const closing = clientFrame(CLOSE, Buffer.from([1000 >> 8, 1000 & 255]));

/**
 * @param {StormLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runStorm({ connections }, target) {
  const request = handshakeRequest(target);
  const failure = new Failure();
  let begun = 0;
  let completed = 0;
  const next = () => {
    const localAddress = loopbackAddress(begun++);
    visit({ ...target.address, localAddress }, request, (error) => {
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
 * @param {(error?: Error) => void} done
 */
function visit(address, request, done) {
  let head = "";
  let open = false;
  let answered = false;
  const reader = new FrameReader();
  const socket = new LoadSocket(address, () => socket.write(request));
  socket.onData = (chunk, length) => {
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
    socket.write(closing);
  };
  socket.onClose = (error) => {
    done(error ?? (answered ? undefined : new Error("closed without a close frame")));
  };
}
