/**
 * A TCP socket on Node's own handle, without the streams above it, so that the generator is cheaper than the servers: a
 * read or a write is one system call and one function. Not for applications: these are Node's internals, and where they
 * are missing the generator uses `node:net`.
 *
 * @module
 */

/** @type {any} */
const bindings = findBindings();

function findBindings() {
  try {
    // (Deprecated in the documentation only, and there is nothing public that is as cheap.)
    const { binding } = /** @type {any} */ (process);
    const [tcp, stream] = [binding("tcp_wrap"), binding("stream_wrap")];
    const complete = tcp.TCP && tcp.TCPConnectWrap && stream.WriteWrap && stream.streamBaseState;
    return complete ? { ...tcp, ...stream } : undefined;
  } catch {
    return undefined;
  }
}

export const hasTcpHandle = bindings !== undefined;

/** @typedef {import("./socket.mjs").SocketEvents} SocketEvents */

export class TcpHandle {
  /** @type {any} */
  #handle;
  /**
   * A request that is used again, because a write hardly ever has to wait.
   *
   * @type {any}
   */
  #request;
  #closed = false;
  #events;

  /**
   * @param {import("./socket.mjs").Address} address
   * @param {Buffer} buffer All sockets read into it.
   * @param {SocketEvents} events
   * @param {() => void} onOpen
   */
  constructor({ port, localAddress }, buffer, events, onOpen) {
    const { TCP, TCPConnectWrap, constants } = bindings;
    const handle = new TCP(constants.SOCKET);
    this.#handle = handle;
    this.#events = events;
    handle.setNoDelay(true);
    handle.useUserBuffer(buffer);
    handle.onread = () => {
      const length = bindings.streamBaseState[bindings.kReadBytesOrError];
      if (length > 0) events.onData(buffer, length);
      else if (length < 0) this.#end(length);
    };
    const request = new TCPConnectWrap();
    request.oncomplete = (/** @type {number} */ status) => {
      if (status !== 0) this.#end(status);
      else if (!this.#closed) {
        handle.readStart();
        onOpen();
      }
    };
    if (localAddress !== undefined) handle.bind(localAddress, 0);
    const status = handle.connect(request, "127.0.0.1", port);
    if (status !== 0) queueMicrotask(() => this.#end(status));
  }

  /** @param {Uint8Array} bytes They must not change afterwards. */
  write(bytes) {
    if (this.#closed) return;
    const handle = this.#handle;
    const request = this.#request ?? newRequest(handle);
    const status = handle.writeBuffer(request, bytes);
    // A request that waits belongs to that write, and keeps its bytes in memory.
    const waits = bindings.streamBaseState[bindings.kLastWriteWasAsync] !== 0;
    if (waits) request.buffer = bytes;
    this.#request = waits ? undefined : request;
    if (status !== 0) this.#end(status);
  }

  destroy() {
    if (this.#closed) return;
    this.#closed = true;
    this.#handle.close(() => this.#events.onClose());
  }

  /** @param {number} status Of libuv; its end of a stream is -4095. */
  #end(status) {
    if (this.#closed) return;
    this.#closed = true;
    const error = status === -4095 ? undefined : new Error(`the connection broke (${status})`);
    this.#handle.close(() => this.#events.onClose(error));
  }
}

/** @param {object} handle */
function newRequest(handle) {
  return Object.assign(new bindings.WriteWrap(), { handle, async: false, oncomplete() {} });
}
