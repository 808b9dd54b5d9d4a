/**
 * The generator's sockets: all read into one buffer, and cost as little as Node allows.
 *
 * @module
 */

import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { TcpHandle, hasTcpHandle } from "./tcp-handle.mjs";

/** One read of this size holds everything that any of our scenarios has in flight on a connection. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024);

/** TLS takes the same cipher with every server. */
const tlsOptions = {
  // The certificate is one of this project's tests, signed by itself.
  rejectUnauthorized: false,
  minVersion: /** @type {const} */ ("TLSv1.3"),
  ciphers: "TLS_AES_256_GCM_SHA384",
};

/**
 * @typedef {object} Address
 * @property {number} port
 * @property {boolean} [tls]
 * @property {string | undefined} [localAddress] Connections beyond some 28,000 to one port need several.
 */

/**
 * @typedef {object} SocketEvents
 * @property {(chunk: Buffer, length: number) => void} onData The bytes are there only until it returns.
 * @property {(error?: Error) => void} onClose Once, when the socket is gone, and why if not by an orderly end.
 */

/**
 * One of this machine's own addresses, in turn; `undefined` where there is only one.
 *
 * @param {number} index
 */
export function loopbackAddress(index) {
  return process.platform === "linux" ? `127.0.0.${1 + (index % 50)}` : undefined;
}

/** @implements {SocketEvents} */
export class LoadSocket {
  onData = /** @type {SocketEvents["onData"]} */ (() => {});
  onClose = /** @type {SocketEvents["onClose"]} */ (() => {});
  #socket;

  /**
   * @param {Address} address
   * @param {() => void} onOpen
   */
  constructor(address, onOpen) {
    this.#socket =
      hasTcpHandle && !address.tls
        ? new TcpHandle(address, buffer, this, onOpen)
        : openStream(address, this, onOpen);
  }

  /** @param {Uint8Array} bytes They must not change afterwards. */
  write(bytes) {
    this.#socket.write(bytes);
  }

  destroy() {
    this.#socket.destroy();
  }
}

/**
 * @param {Address} address
 * @param {SocketEvents} events
 * @param {() => void} onOpen
 */
function openStream({ port, tls = false, localAddress }, events, onOpen) {
  /** @type {Error | undefined} */
  let failure;
  const onread = {
    buffer,
    callback: (/** @type {number} */ length) => {
      events.onData(buffer, length);
      return true;
    },
  };
  const local = localAddress === undefined ? {} : { localAddress };
  const target = { host: "127.0.0.1", port, onread, noDelay: true, ...local };
  const socket = tls
    ? connectTls({ ...target, ...tlsOptions }, onOpen)
    : connectTcp(target, onOpen);
  socket.on("error", (error) => (failure = error));
  socket.on("close", () => events.onClose(failure));
  return socket;
}
