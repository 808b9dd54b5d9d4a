/**
 * Where a server's requests come from: a port or Unix socket of its own, the server of somebody else, or nowhere.
 *
 * @module
 */

import { once } from "node:events";
import { createServer } from "node:http";
import type { Server as HttpServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isLoopbackAddress } from "./address.ts";
import { attach } from "./attach.ts";
import type { Attachable } from "./attach.ts";
import type { ListenOptions, ServeOptions, Settings } from "./options.ts";
import { guardListener, upgradeRequired } from "./plain-http.ts";
import { endSocket, formatAnswer, refusalAnswer } from "./refusal.ts";

/** Where requests come from. */
export interface Listener {
  readonly http: HttpServer | HttpsServer | undefined;
  /** Whether only programs on this machine reach it over TCP. */
  isBoundToLoopback(): boolean;
  /** A connection has taken over a socket, and sees to its end. */
  letGo(socket: Duplex): void;
  /** Takes no more requests, and resolves when the sockets that are its own are gone. */
  stop(): Promise<void>;
  /** Cuts the sockets that are its own. */
  cut(): void;
}

/** The options that concern a server of our own. */
type OwnOptions = ListenOptions & Pick<ServeOptions, "onRequest">;

/** For `accept` alone. */
export const NO_LISTENER: Listener = {
  http: undefined,
  isBoundToLoopback: () => false,
  letGo() {},
  stop: async () => {},
  cut() {},
};

/** The most that the headers of a request may take, in bytes; more is answered 431. */
const MAX_HEADER_SIZE = 16 * 1024;

/** For requests with a body, which are the application's; Node's own default. */
const REQUEST_TIMEOUT = 300_000;

/** How often Node looks for requests that take too long. */
const CHECK_INTERVAL = 1000;

const HOST = "127.0.0.1";

/** Attached to a server that somebody else starts and stops. */
export function attachTo(http: HttpServer | HttpsServer, server: Attachable): Listener {
  const detach = attach(http, server);
  return {
    http,
    isBoundToLoopback: () => isBoundToLoopback(http),
    letGo() {},
    stop: async () => detach(),
    cut() {},
  };
}

/**
 * Starts a server of our own.
 *
 * @throws (as a rejection) what Node reports when it can't listen, such as `EADDRINUSE`.
 */
export async function listen(
  options: OwnOptions,
  settings: Settings,
  server: Attachable,
): Promise<Listener> {
  const http = createHttpServer(options, settings);
  const detach = attach(http, server);
  const sockets = new Set<Socket>();
  // One function for all sockets: each has its memory.
  const forget = function forget(this: Socket): void {
    sockets.delete(this);
  };
  const letGo = (socket: Duplex): void => {
    // (Under TLS it is another than the one that came.)
    if (sockets.delete(socket as Socket)) socket.off("close", forget);
  };
  http.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", forget);
  });
  http.listen(place(options));
  await once(http, "listening");
  // Node reports here that it could not accept a connection, for want of file descriptors for instance.
  http.on("error", (error) => settings.logger.error("the server failed", error));
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => http.once("close", resolve));
    http.close();
    http.closeIdleConnections();
    // Those that have sent nothing yet don't count as idle.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    await closed;
    detach();
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  // Asked for once: it is a system call, and does not change.
  const isLocal = isBoundToLoopback(http);
  return { http, isBoundToLoopback: () => isLocal, letGo, stop, cut };
}

function createHttpServer(options: OwnOptions, settings: Settings): HttpServer | HttpsServer {
  const { tls, onRequest = upgradeRequired } = options;
  const headersTimeout = Number.isFinite(settings.openTimeout) ? settings.openTimeout : 0;
  const httpOptions = {
    maxHeaderSize: MAX_HEADER_SIZE,
    headersTimeout,
    requestTimeout: Math.max(REQUEST_TIMEOUT, headersTimeout),
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL, headersTimeout || CHECK_INTERVAL),
    noDelay: true,
  };
  const tlsOptions = { handshakeTimeout: headersTimeout || REQUEST_TIMEOUT, ...tls };
  const http = tls ? createTlsServer({ ...httpOptions, ...tlsOptions }) : createServer(httpOptions);
  // Node would drop the headers beyond the count without a word, `Upgrade` among them; we count them ourselves.
  http.maxHeadersCount = 0;
  const listener = guardListener(onRequest, settings.logger);
  http.on("request", (request, response) => {
    response.once("close", () => closeIdle(http));
    void listener(request, response);
  });
  http.on("clientError", (error, socket) => onClientError(error, socket, settings));
  return http;
}

/** Once a server is closing, a keep-alive connection has no further use. */
function closeIdle(http: HttpServer | HttpsServer): void {
  if (!http.listening) setImmediate(() => http.closeIdleConnections());
}

function place({
  port,
  host,
  path,
}: ListenOptions): { path: string } | { port: number; host: string } {
  return path === undefined ? { port: port ?? 0, host: host ?? HOST } : { path };
}

function isBoundToLoopback(http: HttpServer | HttpsServer): boolean {
  const address = http.address();
  return address !== null && typeof address === "object" && isLoopbackAddress(address.address);
}

/** What Node could not read as a request. */
function onClientError(error: Error, socket: Duplex, { logger, clock }: Settings): void {
  const status = statusOf((error as NodeJS.ErrnoException).code ?? "");
  // A broken request can be reported again for each piece that comes in.
  if (socket.writableEnded) return;
  if (
    status === undefined ||
    !socket.writable ||
    ((socket as Partial<Socket>).bytesWritten ?? 0) > 0
  ) {
    socket.destroy();
    return;
  }
  const { remoteAddress = "a client" } = socket as Partial<Socket>;
  logger.debug(`answered ${status} to ${remoteAddress}: ${error.message}`);
  endSocket(
    socket,
    clock,
    formatAnswer(refusalAnswer({ status, headers: [], message: MESSAGES[status] })),
  );
}

const MESSAGES = {
  400: "The request is malformed.",
  408: "The request took too long to arrive.",
  413: "The request is too large.",
  431: "The request has too many header fields, or too large ones.",
} as const;

/** `undefined` for what is no matter of HTTP, such as a failed TLS handshake. */
function statusOf(code: string): keyof typeof MESSAGES | undefined {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  if (code === "HPE_HEADER_OVERFLOW") return 431;
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return 413;
  return code.startsWith("HPE_") ? 400 : undefined;
}
