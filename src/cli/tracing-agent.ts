/**
 * Looks at what goes through the sockets of a client.
 *
 * @module
 */

import { Agent } from "node:http";
import type { ClientRequestArgs } from "node:http";
import { connect as connectTcp } from "node:net";
import type { IpcNetConnectOpts, Socket, TcpNetConnectOpts } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions as TlsOptions } from "node:tls";

import { WireTrace } from "./trace.ts";

/**
 * Marks the options of a secure connection: the library passes the options of TLS on for those alone. One agent has to
 * serve both kinds, because a server may redirect from the one to the other.
 */
export const SECURE_MARK: TlsOptions = { ALPNProtocols: ["http/1.1"] };

/** Makes sockets of which every byte is shown to a {@link WireTrace} of their own. */
export class TracingAgent extends Agent {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    super();
    this.#print = print;
    // Requests of either scheme may use it.
    Object.assign(this, { protocol: undefined });
  }

  override createConnection(options: ClientRequestArgs): Duplex {
    const socket =
      "ALPNProtocols" in options
        ? connectTls(options as TlsOptions)
        : connectTcp(options as TcpNetConnectOpts | IpcNetConnectOpts);
    return new TappedSocket(socket, new WireTrace(this.#print));
  }
}

/** A socket that shows what goes through it. */
class TappedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #trace: WireTrace;

  constructor(socket: Socket, trace: WireTrace) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#trace = trace;
    // This end decides when the stream ends.
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
    socket.pause();
  }

  /** Before it is passed on, because whoever gets it may change it. */
  #receive(chunk: Buffer): void {
    this.#trace.received(chunk);
    if (!this.push(chunk)) this.#socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(
    chunk: Buffer,
    _encoding: string,
    callback: (error?: Error | null) => void,
  ): void {
    this.#trace.sent(chunk);
    this.#socket.write(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#socket.destroy();
    callback(error);
  }
}
