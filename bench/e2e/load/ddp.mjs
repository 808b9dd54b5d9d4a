/**
 * What clients of DDP say and hear.
 *
 * @module
 */

import { TEXT, clientFrame } from "./wire.mjs";

const connect = { msg: "connect", version: "1", support: ["1"] };
const subscribe = { msg: "sub", id: "s", name: "items" };

/** Begins a session, and subscribes. */
export const subscribing = Buffer.concat([connect, subscribe].map((message) => frame(message)));

/** What ends the answer to that. */
export const SUBSCRIBED = '{"msg":"ready","subs":["s"]}';

/** The answer to a `ping`, which comes each time that half of what a session keeps is used. */
export const PONG = frame({ msg: "pong" });

/**
 * A call of the method that changes a document.
 *
 * @param {number} number
 */
export function touch(number) {
  return frame({ msg: "method", id: String(number), method: "touch", params: [number] });
}

/**
 * What every subscriber gets because of that.
 *
 * @param {number} number
 */
export function touched(number) {
  return `{"msg":"changed","collection":"items","id":"item0","fields":{"number":${number}}}`;
}

/** @param {object} message */
function frame(message) {
  return clientFrame(TEXT, Buffer.from(JSON.stringify(message)));
}
