/**
 * What clients of channels say and hear: the first frame of a client, and publications.
 *
 * @module
 */

import { TEXT, clientFrame } from "./wire.mjs";

const ROOM = "room:1";

/** Identifies a client, and subscribes it. */
export const joining = frame({ id: 1, connect: {} }, { id: 2, subscribe: { channel: ROOM } });

/** The same for a client that comes back and has missed everything in the history. */
export const recovering = frame(
  { id: 1, connect: {} },
  { id: 2, subscribe: { channel: "log:1", recover: true, offset: 0 } },
);

/** The last publication in that history is in the answer. */
export const RECOVERED = '{"data":{"count":9},"offset":10}],"recovered":true';

/** @param {string} text */
export function publication(text) {
  return JSON.stringify({ push: { channel: ROOM, pub: { data: text } } });
}

/**
 * Asks the server to broadcast.
 *
 * @param {string} text
 */
export function request(text) {
  return JSON.stringify({ send: { data: text } });
}

/** @param {object[]} commands */
function frame(...commands) {
  return clientFrame(
    TEXT,
    Buffer.from(commands.map((command) => JSON.stringify(command)).join("\n")),
  );
}
