/**
 * Two connected connections without a network.
 *
 * @module
 */

import { Connection } from "../connection/connection.ts";
import type { ConnectionOptions } from "../connection/connection.ts";
import type { TransportSink } from "../connection/transport.ts";
import { systemClock } from "../util/clock.ts";
import { MemoryTransport } from "./memory-transport.ts";

/**
 * Two connections that are each other's peer, in memory: for testing what is built on a connection without a network.
 * They behave as over a WebSocket, flow control and closing handshake included. Close one of them.
 *
 * `options` are those of both; what `others` says differs for the second one.
 *
 * @example
 * ```ts
 * const [client, server] = pair();
 * await client.send("hello");
 * console.log(await server.recv()); // "hello"
 * await client.close();
 * ```
 */
export function pair(
  options: ConnectionOptions = {},
  others: ConnectionOptions = {},
): [Connection<undefined, undefined>, Connection<undefined, undefined>] {
  const clock = options.clock ?? systemClock;
  const transports: MemoryTransport[] = [];
  const open = (sink: TransportSink): MemoryTransport => {
    const transport = new MemoryTransport(sink, clock);
    transports.push(transport);
    return transport;
  };
  const init = { data: undefined, request: undefined };
  const a = new Connection(open, init, options);
  const b = new Connection(open, init, { ...options, ...others });
  MemoryTransport.join(transports[0] as MemoryTransport, transports[1] as MemoryTransport);
  return [a, b];
}
