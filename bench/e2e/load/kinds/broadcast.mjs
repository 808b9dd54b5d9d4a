/**
 * Many connections receive what a server broadcasts; the first of them asks for it. Always more than one batch is asked
 * for, so that the server never waits for the generator to have received everything.
 *
 * @module
 */

import { broadcastTexts } from "../../shared/broadcast-texts.mjs";
import { publication, request as asking } from "../channels.mjs";
import { Failure } from "../failure.mjs";
import { openMany } from "../handshake.mjs";
import { ExpectedStream, Pattern } from "../streams.mjs";
import { measureWindow } from "../window.mjs";
import { TEXT, clientFrame, serverFrame } from "../wire.mjs";

/**
 * @typedef {object} BroadcastLoad
 * @property {"broadcast"} kind
 * @property {number} connections
 * @property {number} perTurn How many broadcasts in one turn of the event loop.
 */

/** Broadcasts of a batch, and how many batches are asked for at a time. */
const BATCH = 16;
const AHEAD = 2;

/**
 * @param {BroadcastLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runBroadcast({ connections, perTurn }, target) {
  const sockets = await openMany(connections, () => target);
  const wrap = (/** @type {string} */ text) => {
    return target.socketIo ? `42["m","${text}"]` : text;
  };
  const hear = target.channels ? publication : wrap;
  const say = target.channels ? asking : wrap;
  const pattern = new Pattern(
    broadcastTexts.map((text) => serverFrame(TEXT, Buffer.from(hear(text)))),
  );
  const request = clientFrame(TEXT, Buffer.from(say(`${perTurn} ${BATCH / perTurn}`)));
  const failure = new Failure();
  let delivered = 0;
  let asked = 0;
  const ask = () => {
    // All connections together must have got what was asked for before the last batch.
    while (delivered >= (asked - AHEAD + 1) * BATCH * connections) {
      asked++;
      sockets[0]?.write(request);
    }
  };
  for (const [index, socket] of sockets.entries()) {
    const expected = new ExpectedStream(pattern);
    failure.watch(socket);
    socket.onData = (chunk, length) => {
      const count = expected.accept(chunk, length);
      if (count < 0) failure.fail(new Error(`connection ${index}: a wrong message`));
      delivered += count;
      ask();
    };
  }
  ask();
  return Promise.race([measureWindow(target, () => delivered), failure.promise]);
}
