/**
 * The opening handshake by hand (RFC 6455 section 4), and what socket.io says before its first message.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { joining } from "./channels.mjs";
import { SUBSCRIBED, subscribing } from "./ddp.mjs";
import { Unsupported } from "./failure.mjs";
import { LoadSocket } from "./socket.mjs";
import { TEXT, clientFrame } from "./wire.mjs";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY = Buffer.from("fullduplex-bench").toString("base64");
const ACCEPT = createHash("sha1")
  .update(KEY + GUID)
  .digest("base64");

/** What a client offers: no context takeover, so that a reply depends on nothing but the message. */
const DEFLATE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

const NO_DEFLATE = "doesn't accept permessage-deflate";

const NAMESPACE_CONNECT = clientFrame(TEXT, Buffer.from("40"));

/**
 * @typedef {object} Opening
 * @property {import("./socket.mjs").Address} address
 * @property {boolean} [offer] Offer permessage-deflate.
 * @property {boolean} [deflate] Offer it, and insist on it.
 * @property {boolean} [channels] Speak the protocol of channels, and subscribe to one.
 * @property {boolean} [ddp] Speak DDP, and subscribe.
 * @property {string} [subprotocol] Offer that one, and insist on it.
 * @property {boolean} [socketIo] Speak engine.io and connect to socket.io's default namespace.
 */

/** @param {Opening} opening */
export function handshakeRequest({ address, offer, deflate = false, subprotocol, socketIo }) {
  const lines = [
    `GET ${socketIo ? "/socket.io/?EIO=4&transport=websocket" : "/"} HTTP/1.1`,
    `Host: 127.0.0.1:${address.port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${KEY}`,
    ...(offer || deflate ? [`Sec-WebSocket-Extensions: ${DEFLATE}`] : []),
    ...(subprotocol ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/**
 * What is wrong with the answer; `undefined` when nothing is.
 *
 * @param {string} head
 * @param {boolean} deflate
 */
export function refusal(head, deflate) {
  if (!head.startsWith("HTTP/1.1 101 ")) return `answered ${head.split("\r\n", 1)[0]}`;
  const accept = /^sec-websocket-accept: *(\S+)/im.exec(head)?.[1];
  if (accept !== ACCEPT) return `answered Sec-WebSocket-Accept: ${accept}`;
  if (deflate && !/^sec-websocket-extensions: *permessage-deflate/im.test(head)) {
    return NO_DEFLATE;
  }
  return undefined;
}

/**
 * Opens a connection; resolves when messages may be sent. Bytes that follow the handshake are none of ours: nobody has
 * asked for any yet.
 *
 * @param {Opening} opening
 * @returns {Promise<LoadSocket>}
 */
function open(opening) {
  const { address, deflate = false, socketIo = false, channels = false, ddp = false } = opening;
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = new LoadSocket(address, () => socket.write(handshakeRequest(opening)));
    socket.onClose = (error) => reject(error ?? new Error("closed during the handshake"));
    const done = () => {
      socket.onClose = () => {};
      resolve(socket);
    };
    socket.onData = (chunk, length) => {
      received += chunk.toString("latin1", 0, length);
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const problem = refusal(received.slice(0, end), deflate);
      if (problem !== undefined) {
        reject(problem === NO_DEFLATE ? new Unsupported(problem) : new Error(problem));
        socket.destroy();
      } else if (socketIo) prologue(socket, received.slice(end + 4), done);
      else if (channels) ask(socket, joining, '{"id":2,"subscribe":{}}', done);
      else if (ddp) ask(socket, subscribing, SUBSCRIBED, done);
      else done();
    };
  });
}

/**
 * The server's `0{…}` (engine.io is open), our `40`, and the server's `40{…}`.
 *
 * @param {LoadSocket} socket
 * @param {string} received
 * @param {() => void} done
 */
function prologue(socket, received, done) {
  let asked = false;
  const read = () => {
    if (!asked && /0\{.*\}/.test(received)) {
      asked = true;
      received = "";
      socket.write(NAMESPACE_CONNECT);
    } else if (asked && /40\{.*\}/.test(received)) done();
  };
  socket.onData = (chunk, length) => {
    received += chunk.toString("latin1", 0, length);
    read();
  };
  read();
}

/**
 * Subscribes, and waits for what ends the answer.
 *
 * @param {LoadSocket} socket
 * @param {Buffer} request
 * @param {string} end
 * @param {() => void} done
 */
function ask(socket, request, end, done) {
  let received = "";
  socket.onData = (chunk, length) => {
    received += chunk.toString("latin1", 0, length);
    if (received.endsWith(end)) done();
  };
  socket.write(request);
}

/**
 * Opens many, not too many at a time: a server's backlog is finite.
 *
 * @param {number} count
 * @param {(index: number) => Opening} opening
 * @returns {Promise<LoadSocket[]>}
 */
export async function openMany(count, opening) {
  /** @type {LoadSocket[]} */
  const sockets = [];
  while (sockets.length < count) {
    const batch = Math.min(100, count - sockets.length);
    const indexes = Array.from({ length: batch }, (_, index) => sockets.length + index);
    sockets.push(...(await Promise.all(indexes.map((index) => open(opening(index))))));
  }
  return sockets;
}
