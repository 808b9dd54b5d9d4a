/**
 * From a handshake to a connection, on either side.
 *
 * @module
 */

import type { Socket } from "node:net";
import { Connection } from "../../connection/connection.ts";
import { systemClock } from "../../util/clock.ts";
import { factsOf } from "./facts.ts";
import type { RawSocketConnection } from "./facts.ts";
import type { RawSocketOptions } from "./options.ts";
import { isText } from "./subprotocols.ts";
import { RawSocketTransport } from "./transport.ts";

/** What was agreed on. */
export interface Agreement {
  readonly subprotocol: string;
  /** Bytes. */
  readonly maxMessage: number;
  readonly maxPeerMessage: number;
  /** What came after the handshake, in the same packet. */
  readonly head: Uint8Array;
}

export function openConnection(
  socket: Socket,
  agreement: Agreement,
  options: RawSocketOptions,
): RawSocketConnection {
  const { subprotocol, maxPeerMessage } = agreement;
  const { clock = systemClock } = options;
  const settings = { ...agreement, isText: isText(subprotocol), clock };
  const request = factsOf(socket, maxPeerMessage);
  return new Connection(
    (sink) => new RawSocketTransport(socket, sink, settings),
    { data: undefined, request, subprotocol },
    options,
  );
}
