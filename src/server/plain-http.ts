/**
 * Requests that want no WebSocket: the application's, or answered with what this server is.
 *
 * @module
 */

import { ServerResponse } from "node:http";
import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { HttpHeaders } from "../http/headers.ts";
import { listHas } from "../protocol/handshake/field-values.ts";
import type { Clock } from "../util/clock.ts";
import type { Logger } from "./logger.ts";
import { unfinishedResponse } from "./pipelining.ts";
import { endSocket } from "./refusal.ts";

/** A listener of an `http` server; what it returns is ignored, but for a promise that rejects. */
export type PlainListener = (request: IncomingMessage, response: ServerResponse) => unknown;

const NOTE = "This is a WebSocket server. Connect to it with a WebSocket client.\n";

/** Answers 426, with what to upgrade to (RFC 9110 section 15.5.22). */
export function upgradeRequired(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": String(NOTE.length),
  });
  response.end(NOTE);
}

/** The same listener, of which nothing escapes: what it throws is logged, and answered with 500 if there is still time. */
export function guardListener(listener: PlainListener, logger: Logger): PlainListener {
  return async (request, response) => {
    try {
      await listener(request, response);
    } catch (error) {
      logger.error("onRequest failed", error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { "Content-Length": "0" }).end();
    }
  };
}

/** Whether a request asks for a WebSocket, among other things or alone (RFC 9110 section 7.8). */
export function wantsWebSocket({ rawHeaders }: IncomingMessage): boolean {
  return listHas(new HttpHeaders(rawHeaders).getAll("upgrade"), "websocket");
}

/** Whether {@link passOn} can hand the request on: Node reads no body after an upgrade, and has one response at a time. */
export function canPassOn(request: IncomingMessage, socket: Duplex): boolean {
  const { headers } = request;
  const length = headers["content-length"] ?? "0";
  const hasBody = length !== "0" || headers["transfer-encoding"] !== undefined;
  return !hasBody && !unfinishedResponse(request, socket);
}

/**
 * Gives a request that asked for another protocol, such as HTTP/2, to the server's listeners, as if it had not asked:
 * a server may ignore that (RFC 9110 section 7.8), and Node would have, had nobody listened for upgrades.
 */
export function passOn(
  server: HttpServer,
  request: IncomingMessage,
  socket: Duplex,
  clock: Clock,
): void {
  socket.on("error", () => {});
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  // Node has let go of the socket, and no longer tells the response when it may go on.
  const drain = (): void => void response.emit("drain");
  socket.on("drain", drain);
  response.once("finish", () => {
    socket.off("drain", drain);
    response.detachSocket(socket as Socket);
    endSocket(socket, clock);
  });
  server.emit("request", request, response);
}
