/**
 * Requests, and upgrades, that come before the requests ahead of them on the same connection were answered.
 *
 * Node hands the socket of an upgrade over all the same, and writes the earlier responses to it whenever the application makes
 * them: they would end up in the middle of what the upgrade is answered with, where a proxy may take one for the other.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** What Node's server keeps at a socket: the response whose turn it is. Others wait behind it, but never without it. */
interface AnsweringSocket {
  readonly _httpMessage?: ServerResponse | null;
}

/** The response that is to be finished first on the connection of a request that asks for an upgrade. */
export function unfinishedResponse(
  request: IncomingMessage,
  socket: Duplex,
): ServerResponse | undefined {
  // For a request with a body, Node 26 hands over a stream of its own instead of the socket.
  const actual = (request.socket ?? socket) as AnsweringSocket;
  return actual._httpMessage ?? undefined;
}

/** Whoever waits for the end of a connection. There may be many, and it has one listener of them all. */
const waiting = new WeakMap<Duplex, Set<() => void>>();

/** Calls `then` when a connection has ended. Returns what makes it not do so. */
export function whenClosed(socket: Duplex, then: () => void): () => void {
  const all = waiting.get(socket) ?? new Set();
  if (!waiting.has(socket)) {
    waiting.set(socket, all);
    socket.once("close", () => {
      for (const one of all) one();
    });
  }
  all.add(then);
  return () => void all.delete(then);
}
