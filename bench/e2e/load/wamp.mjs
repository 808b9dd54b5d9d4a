/**
 * The generator's end of a WAMP session, in JSON.
 *
 * @module
 */

import { FrameReader } from "./frames.mjs";
import { openMany } from "./handshake.mjs";
import { TEXT, plainFrame } from "./wire.mjs";

const HELLO =
  '[1,"realm1",{"roles":{"publisher":{},"subscriber":{},"caller":{},"callee":{}},"authmethods":["anonymous"]}]';

/** Sessions that have joined the realm. */
class WampSession {
  /** @type {(message: Buffer) => void} */
  onMessage = () => {};
  #socket;
  #reader = new FrameReader();

  /**
   * @param {import("./socket.mjs").LoadSocket} socket
   * @param {import("./failure.mjs").Failure} failure
   */
  constructor(socket, failure) {
    this.#socket = socket;
    failure.watch(socket);
    socket.onData = (chunk, length) => {
      this.#reader.read(chunk, length, ({ payload }) => this.onMessage(payload));
    };
  }

  /** @param {string} message ASCII only. */
  send(message) {
    this.#socket.write(plainFrame(TEXT, message));
  }

  /**
   * Several messages in one write.
   *
   * @param {readonly string[]} messages
   */
  sendAll(messages) {
    this.#socket.write(Buffer.concat(messages.map((message) => plainFrame(TEXT, message))));
  }

  /**
   * Sends one, and resolves with the answer.
   *
   * @param {string} message
   * @returns {Promise<unknown[]>}
   */
  ask(message) {
    return new Promise((resolve) => {
      this.onMessage = (answer) => resolve(JSON.parse(String(answer)));
      this.send(message);
    });
  }
}

/**
 * @param {number} count
 * @param {import("./main.mjs").Target} target
 * @param {import("./failure.mjs").Failure} failure
 */
export async function joinMany(count, target, failure) {
  const sockets = await openMany(count, () => ({ ...target, subprotocol: "wamp.2.json" }));
  const sessions = sockets.map((socket) => new WampSession(socket, failure));
  for (const session of sessions) {
    const [type] = await Promise.race([session.ask(HELLO), failure.promise]);
    if (type !== 2) throw new Error(`HELLO was answered with ${String(type)}`);
  }
  return sessions;
}

/** Texts of 64 bytes that differ: the next one of them in each message. */
export const texts = Array.from({ length: 32 }, (_, index) => {
  return `${String(index).padStart(2, "0")}${"x".repeat(62)}`;
});

/**
 * The number that a message has at some place among its first ones.
 *
 * @param {Buffer} message
 * @param {number} place
 */
export function numberAt(message, place) {
  let at = 1;
  for (let count = 0; count < place; at++) if (message[at] === COMMA) count++;
  let number = 0;
  for (let byte = message[at] ?? 0; byte >= 48 && byte < 58; byte = message[++at] ?? 0) {
    number = number * 10 + byte - 48;
  }
  return number;
}

const COMMA = 44;

/**
 * Where the arguments of a message end. (fox-wamp adds keyword arguments that are `{}` or `null`.)
 *
 * @param {Buffer} message
 */
function argumentsEnd(message) {
  const last = message[message.length - 2];
  return message.length - (last === BRACKET ? 1 : last === BRACE ? 4 : 6);
}

const BRACKET = 93;
const BRACE = 125;

/**
 * The only argument of a message.
 *
 * @param {Buffer} message
 */
export function argument(message) {
  const end = argumentsEnd(message) - 2;
  return message.toString("latin1", end - 64, end);
}

/**
 * Whether a message has one of {@link texts} as its only argument.
 *
 * @param {Buffer} message
 * @param {number} number Of the text, counted in a circle.
 */
export function carries(message, number) {
  const tail = tails[number % tails.length];
  const end = argumentsEnd(message);
  return tail !== undefined && message.compare(tail, 0, tail.length, end - tail.length, end) === 0;
}

const tails = texts.map((text) => Buffer.from(`["${text}"]`));
