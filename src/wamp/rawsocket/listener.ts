/**
 * Listens, shakes hands, and runs the handler.
 *
 * @module
 */

import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TlsOptions } from "node:tls";
import { ClosedError } from "../../errors.ts";
import type { RawSocketAddress } from "./address.ts";
import type { RawSocketConnection } from "./facts.ts";
import { readGreeting } from "./greeting-reader.ts";
import { decodeRequest, encodeGreeting, encodeRefusal, Refusal } from "./handshake.ts";
import type { RefusalCode } from "./handshake.ts";
import { openConnection } from "./open-connection.ts";
import type { RawSocketHandler, ServeRawSocketOptions, Settings } from "./serve.ts";
import { removeStale } from "./unix-socket.ts";

const HOST = "127.0.0.1";

/** How long a client that was refused may take to go. Milliseconds. */
const LINGER = 1000;

/** How many more than it may serve a server accepts at a time, to tell them so. */
const MAX_REFUSED = 128;

export class RawSocketListener {
  readonly #handler: RawSocketHandler;
  readonly #settings: Settings;
  readonly #server: Server;
  /** As they were accepted: with TLS, a connection has another one above it. */
  readonly #sockets = new Set<Socket>();
  /** How many of them were refused, and are still there. */
  #refused = 0;
  readonly #connections = new Set<RawSocketConnection>();
  #address: RawSocketAddress | undefined;
  #closing: Promise<void> | undefined;

  constructor(handler: RawSocketHandler, settings: Settings, tls: TlsOptions | undefined) {
    this.#handler = handler;
    this.#settings = settings;
    const { openTimeout, maxConnections } = settings;
    const server = tls
      ? createTlsServer({ handshakeTimeout: openTimeout, ...tls })
      : createServer();
    if (Number.isFinite(maxConnections)) server.maxConnections = maxConnections + MAX_REFUSED;
    server.on("connection", (socket: Socket) => this.#count(socket));
    server.on(tls ? "secureConnection" : "connection", (socket: Socket) => this.#greet(socket));
    this.#server = server;
  }

  /** Once it listens. */
  get address(): RawSocketAddress {
    return this.#address as RawSocketAddress;
  }

  async listen({ port = 0, host = HOST, path }: ServeRawSocketOptions): Promise<void> {
    const server = this.#server;
    try {
      await once(server.listen(path === undefined ? { port, host } : { path }), "listening");
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || path === undefined || !(await removeStale(path))) throw error;
      await once(server.listen({ path }), "listening");
    }
    // Node reports here that it could not accept a connection, for want of file descriptors for instance.
    server.on("error", (error) => this.#settings.logger.error("RawSocket failed:", error));
    const address = server.address() as AddressInfo | string;
    this.#address =
      typeof address === "string"
        ? { path: address }
        : { host: address.address, port: address.port };
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all(Array.from(this.#connections, (connection) => connection.close(1001)));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #count(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", ignore);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #greet(socket: Socket): void {
    const { clock, openTimeout, maxConnections } = this.#settings;
    socket.on("error", ignore);
    if (this.#sockets.size - this.#refused > maxConnections)
      return this.#refuse(socket, Refusal.TooManyConnections);
    const timer = clock.setTimeout(() => socket.destroy(), openTimeout);
    socket.once("close", () => clock.clearTimeout(timer));
    readGreeting(socket, (greeting, head) => {
      clock.clearTimeout(timer);
      this.#answer(socket, greeting, head);
    });
  }

  #answer(socket: Socket, greeting: Uint8Array, head: Uint8Array): void {
    const { maxMessage, minPeerMessage, subprotocols, options } = this.#settings;
    const request = decodeRequest(greeting);
    // (Nobody who speaks something else understands an answer.)
    if (request === undefined || this.#closing) return void socket.destroy();
    if (typeof request === "number") return this.#refuse(socket, request);
    const { serializer, maxLength: maxPeerMessage } = request;
    const subprotocol = subprotocols.get(serializer);
    if (subprotocol === undefined) return this.#refuse(socket, Refusal.SerializerUnsupported);
    if (maxPeerMessage < minPeerMessage) return this.#refuse(socket, Refusal.LengthUnacceptable);
    socket.write(encodeGreeting({ maxLength: maxMessage, serializer }));
    const agreement = { subprotocol, maxMessage, maxPeerMessage, head };
    void this.#serve(openConnection(socket, agreement, options));
  }

  #refuse(socket: Socket, code: RefusalCode): void {
    const { clock } = this.#settings;
    const timer = clock.setTimeout(() => socket.destroy(), LINGER);
    this.#refused++;
    socket.once("close", () => {
      clock.clearTimeout(timer);
      this.#refused--;
    });
    socket.end(encodeRefusal(code));
    // What is not read keeps the socket from closing.
    socket.resume();
  }

  async #serve(connection: RawSocketConnection): Promise<void> {
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    try {
      await this.#handler(connection);
      await connection.close();
    } catch (error) {
      if (!(error instanceof ClosedError)) {
        this.#settings.logger.error("the handler of a RawSocket failed:", error);
      }
      await connection.close(1011);
    }
  }
}

function ignore(): void {}
