/**
 * A socket that costs the generator as little as Node allows: all sockets read into one buffer, and a write goes to the
 * handle with a request object that is used again, because it hardly ever has to wait.
 *
 * @module
 */

import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";

/** One read of this size holds everything that any of our scenarios has in flight on a connection. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * Writes to a TCP handle without the machinery of streams. Not for applications: the names are Node's internals.
 *
 * @typedef {object} Internals
 * @property {new () => object} WriteWrap
 * @property {Int32Array} streamBaseState
 * @property {number} kLastWriteWasAsync
 */

/** @type {Internals | undefined} */
const internals = findInternals();

/** @returns {Internals | undefined} */
function findInternals() {
  try {
    const wrap = /** @type {any} */ (process).binding("stream_wrap");
    return wrap.WriteWrap && wrap.streamBaseState ? wrap : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @typedef {object} Address
 * @property {number} port
 * @property {boolean} [tls]
 * @property {string} [localAddress] Connections beyond some 28,000 to one port need several of their own.
 */

export class LoadSocket {
  /** What happens with the bytes that come: they are in the buffer only until the call returns. */
  onData = /** @type {(chunk: Buffer, length: number) => void} */ (() => {});
  onEnd = () => {};
  /** Called once when the socket is gone; `error` says why, if not by an orderly end. */
  onClose = /** @type {(error?: Error) => void} */ (() => {});
  #socket;
  /** @type {any} */
  #handle;
  /** @type {any} */
  #request;

  /**
   * @param {Address} address
   * @param {() => void} onOpen
   */
  constructor({ port, tls = false, localAddress }, onOpen) {
    /** @type {Error | undefined} */
    let failure;
    const onread = {
      buffer,
      callback: (/** @type {number} */ length) => {
        this.onData(buffer, length);
        return true;
      },
    };
    const target = {
      host: "127.0.0.1",
      port,
      onread,
      noDelay: true,
      ...(localAddress && { localAddress }),
    };
    const opened = () => {
      if (!tls && internals) this.#handle = /** @type {any} */ (this.#socket)._handle;
      onOpen();
    };
    // The certificate is one of this project's tests, signed by itself.
    this.#socket = tls
      ? connectTls({ ...target, rejectUnauthorized: false }, opened)
      : connectTcp(target, opened);
    this.#socket.on("error", (error) => (failure = error));
    this.#socket.on("end", () => this.onEnd());
    this.#socket.on("close", () => this.onClose(failure));
  }

  /**
   * The bytes must not change afterwards.
   *
   * @param {Uint8Array} bytes
   */
  write(bytes) {
    const handle = this.#handle;
    if (!handle || !internals) {
      this.#socket.write(bytes);
      return;
    }
    const request = this.#request ?? newRequest(handle, internals);
    const error = handle.writeBuffer(request, bytes);
    // A request that waits belongs to that write, and keeps its bytes in memory.
    const waits = internals.streamBaseState[internals.kLastWriteWasAsync] !== 0;
    if (waits) request.buffer = bytes;
    this.#request = waits ? undefined : request;
    if (error !== 0) this.#socket.destroy(new Error(`write failed: ${error}`));
  }

  end() {
    this.#socket.end();
  }

  destroy() {
    this.#socket.destroy();
  }
}

/**
 * @param {object} handle
 * @param {Internals} internals
 */
function newRequest(handle, { WriteWrap }) {
  return Object.assign(new WriteWrap(), { handle, async: false, oncomplete() {} });
}
