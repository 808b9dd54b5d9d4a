/**
 * Sharing the upgrades of an HTTP server: with other WebSocket servers of this package, and with anybody else.
 *
 * @module
 */

import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "../util/clock.ts";
import { canPassOn, passOn, wantsWebSocket } from "./plain-http.ts";

/** A server as the listener sees it. */
export interface Attachable {
  readonly clock: Clock;
  /** Whether one of its routes is for this request. */
  claims(request: IncomingMessage): boolean;
  /** Takes the request, and answers it in any case. */
  accept(request: IncomingMessage, socket: Duplex, head: Uint8Array): void;
}

/** The servers that share one HTTP server, in the order in which they came. */
interface Share {
  readonly servers: Set<Attachable>;
  readonly listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

const shares = new WeakMap<HttpServer, Share>();

/** Listens for upgrades; the function that it returns takes the listener away again. */
export function attach(http: HttpServer, server: Attachable): () => void {
  const share = shares.get(http) ?? createShare(http);
  share.servers.add(server);
  return () => {
    share.servers.delete(server);
    if (share.servers.size > 0) return;
    shares.delete(http);
    http.off("upgrade", share.listener);
  };
}

function createShare(http: HttpServer): Share {
  const servers = new Set<Attachable>();
  const listener: Share["listener"] = (request, socket, head) => {
    dispatch(http, servers, request, socket, head);
  };
  const share = { servers, listener };
  shares.set(http, share);
  http.on("upgrade", listener);
  return share;
}

function dispatch(
  http: HttpServer,
  servers: ReadonlySet<Attachable>,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const isOurs = wantsWebSocket(request);
  const isShared = http.listenerCount("upgrade") > 1;
  const [first] = servers as Iterable<Attachable> as [Attachable];
  // Whoever is alone takes what it has no route for too, and refuses it.
  if (isOurs && servers.size === 1 && !isShared) return first.accept(request, socket, head);
  const claimant = isOurs ? [...servers].find((server) => server.claims(request)) : undefined;
  if (claimant) return claimant.accept(request, socket, head);
  // Somebody else listens too, and what is not ours is theirs.
  if (isShared) return;
  if (!isOurs && canPassOn(request, socket)) passOn(http, request, socket, first.clock);
  else first.accept(request, socket, head);
}
