/**
 * A WebSocket server: its connections, their handlers, and its end.
 *
 * @module
 */

import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Server as TlsServer } from "node:tls";
import type { SecureContextOptions } from "node:tls";
import { Connection } from "../connection/connection.ts";
import type { TransportSink } from "../connection/transport.ts";
import { ClosedError, StateError } from "../errors.ts";
import type { RouteTable } from "../http/routes.ts";
import type { Clock } from "../util/clock.ts";
import { CloseCode } from "../util/close-code.ts";
import type { Attachable } from "./attach.ts";
import { Group } from "./group.ts";
import { Guard } from "./guard.ts";
import { GuardedTransport } from "./guarded-transport.ts";
import { pathOf } from "./handshake-request.ts";
import { Handshake } from "./handshake.ts";
import type { HandshakeServer, Opened } from "./handshake.ts";
import type { ServerConnection } from "./handler.ts";
import { Hints } from "./hints.ts";
import type { Interruption } from "./interruption.ts";
import { ConnectionLimits } from "./limits.ts";
import { NO_LISTENER } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { quote } from "./logger.ts";
import type { Settings } from "./options.ts";
import { endSocket } from "./refusal.ts";
import type { AnyHandler } from "./screening.ts";
import { ServedTransport } from "./served-transport.ts";
import type { Keeper } from "./served-transport.ts";
import { checkShutdown, shutDown } from "./shutdown.ts";
import type { ShutdownOptions } from "./shutdown.ts";
import { Tally } from "./tally.ts";

/** A running server. Close it when it is no longer needed. */
export interface Server<Data = unknown> extends AsyncDisposable {
  /** Where it listens; a string is the path of a Unix socket, `null` means nowhere. */
  readonly address: AddressInfo | string | null;
  /** Such as `ws://127.0.0.1:8765`, and `ws+unix:/path` for a Unix socket; `""` when it listens nowhere. */
  readonly url: string;
  /** The TCP port; 0 when there is none. */
  readonly port: number;
  /** The HTTP server underneath, which is another's if it was given. */
  readonly http: HttpServer | HttpsServer | undefined;
  /** The connections that are not gone yet. */
  readonly connections: ReadonlySet<ServerConnection<Data>>;
  /**
   * Takes a request for an upgrade that came elsewhere: what an `upgrade` event of `http` brings. It is answered in
   * any case, and nothing else may use the socket.
   */
  accept(request: IncomingMessage, socket: Duplex, head: Uint8Array): void;
  /**
   * Uses another certificate for the connections to come. The options replace the earlier ones as a whole.
   *
   * @throws StateError for a server without TLS, and what Node throws for a bad certificate; the old one stays then.
   */
  setSecureContext(tls: SecureContextOptions): void;
  /**
   * Stops listening, answers 503 to handshakes under way, closes the open connections (1001), and resolves when all is
   * gone: at the latest after `grace` and `timeout`, when what is left is cut. Calling it again changes nothing. A
   * server that was attached to another leaves that one running.
   *
   * @throws TypeError for an option that there is not, RangeError for a code that can't be sent, or a negative duration.
   */
  close(options?: ShutdownOptions): Promise<void>;
}

export class WebSocketServer implements Server, HandshakeServer, Attachable, Keeper {
  readonly settings: Settings;
  readonly routes: RouteTable<AnyHandler>;
  readonly limits: ConnectionLimits;
  readonly hints: Hints;
  readonly pending: Group<Interruption> = new Group();
  readonly #connections = new Group<ServerConnection<unknown>>();
  /** Handlers that have not returned. */
  readonly #running = new Tally();
  readonly #sockets = new Group<Duplex>();
  #listener: Listener = NO_LISTENER;
  #closed: Promise<void> | undefined;

  constructor(settings: Settings, routes: RouteTable<AnyHandler>) {
    const { maxConnections, maxConnectionsPerAddress, logger } = settings;
    this.settings = settings;
    this.routes = routes;
    this.limits = new ConnectionLimits(maxConnections, maxConnectionsPerAddress);
    this.hints = new Hints(logger);
  }

  // ---- for applications

  get address(): AddressInfo | string | null {
    return this.http?.address() ?? null;
  }

  get url(): string {
    const { address } = this;
    if (address === null) return "";
    if (typeof address === "string") return `ws+unix:${address}`;
    const scheme = this.http instanceof TlsServer ? "wss" : "ws";
    const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
    return `${scheme}://${host}:${address.port}`;
  }

  get port(): number {
    const { address } = this;
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  get http(): HttpServer | HttpsServer | undefined {
    return this.#listener.http;
  }

  get connections(): ReadonlySet<ServerConnection<unknown>> {
    return this.#connections.items;
  }

  setSecureContext(tls: SecureContextOptions): void {
    const { http } = this;
    if (!(http instanceof TlsServer)) throw new StateError("this server has no TLS");
    http.setSecureContext(tls);
  }

  accept(request: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    try {
      new Handshake(this, request, socket, head).start();
    } catch (error) {
      // Nothing that a peer sends leads here; but were it so, it must not end the process.
      this.settings.logger.error("a handshake failed", error);
      socket.on("error", () => {});
      socket.destroy();
    }
  }

  async close(options: ShutdownOptions = {}): Promise<void> {
    checkShutdown(options);
    this.#closed ??= this.#shutDown(options);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- for the parts of the server

  get clock(): Clock {
    return this.settings.clock;
  }

  get isClosing(): boolean {
    return this.#closed !== undefined;
  }

  get isBoundToLoopback(): boolean {
    return this.#listener.isBoundToLoopback();
  }

  set listener(listener: Listener) {
    this.#listener = listener;
  }

  claims(request: IncomingMessage): boolean {
    return typeof this.routes.match(pathOf(request.url ?? "")) === "object";
  }

  endSocket(socket: Duplex, bytes: Uint8Array): void {
    if (socket.destroyed) return;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    endSocket(socket, this.clock, bytes);
  }

  open(opened: Opened): void {
    const { candidate, data, subprotocol } = opened;
    const { request, handler } = candidate;
    this.#listener.letGo(opened.socket);
    let transport: ServedTransport | undefined;
    const connection: ServerConnection<unknown> = new Connection(
      (sink) => (transport = this.#createTransport(opened, sink, () => connection)),
      { data, request, subprotocol },
      this.settings.connection,
    );
    (transport as unknown as ServedTransport).connection = connection;
    this.#connections.add(connection);
    this.#run(connection, handler);
  }

  forget(connection: ServerConnection<unknown>): void {
    this.#connections.delete(connection);
  }

  #createTransport(
    { socket, head, codec, candidate: { slot } }: Opened,
    sink: TransportSink,
    connection: () => ServerConnection<unknown>,
  ): ServedTransport {
    const { guard: limits, clock, maxMessage } = this.settings;
    const options = { role: "server", maxMessage, codec, head, clock } as const;
    if (!limits) return new ServedTransport(socket, sink, options, this, slot);
    const guard = new Guard(sink, limits, clock, (code, reason) => {
      void connection().close(code, reason);
    });
    return new GuardedTransport(socket, guard, options, this, slot);
  }

  /**
   * (As long as the handler runs, one function waits for its end, which then asks how it ended. An async function would
   * keep its state beside the promise, and two functions are more than one.)
   */
  #run(connection: ServerConnection<unknown>, handler: AnyHandler): void {
    this.#running.increment();
    const result = invoke(handler, connection);
    const onEnd = (): void => this.#onEnd(connection, result);
    result.then(onEnd, onEnd);
  }

  #onEnd(connection: ServerConnection<unknown>, result: Promise<unknown>): void {
    result.then(
      () => this.#leave(connection, CloseCode.Normal),
      (error: unknown) => {
        this.#report(connection, error);
        this.#leave(connection, CloseCode.InternalError);
      },
    );
  }

  #leave(connection: ServerConnection<unknown>, code: CloseCode): void {
    void connection.close(code);
    this.#running.decrement();
  }

  /** A client that goes away is no error; whatever it is, nothing of it goes to the client. */
  #report(connection: ServerConnection<unknown>, error: unknown): void {
    const { logger } = this.settings;
    const path = quote(connection.request.path);
    if (connection.state !== "open" && isEnd(error)) {
      logger.debug(`the handler of ${path} ended with its connection: ${(error as Error).message}`);
    } else {
      logger.error(`the handler of ${path} failed`, error);
    }
  }

  async #shutDown(options: ShutdownOptions): Promise<void> {
    const { clock, logger } = this.settings;
    await shutDown(
      {
        clock,
        logger,
        listener: this.#listener,
        pending: this.pending,
        connections: this.#connections,
        running: this.#running,
        sockets: this.#sockets,
      },
      options,
    );
    logger.info("the server is closed");
  }
}

/** What the handler returns, or throws, as a promise. */
function invoke(handler: AnyHandler, connection: ServerConnection<unknown>): Promise<unknown> {
  try {
    return Promise.resolve(handler(connection, connection.request.params));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Whether an error says that a connection has ended: it, or what aborted because of it. */
function isEnd(error: unknown): boolean {
  return (
    error instanceof ClosedError || (error instanceof Error && error.cause instanceof ClosedError)
  );
}
