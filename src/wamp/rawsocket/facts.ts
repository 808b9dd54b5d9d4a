/**
 * What is known about a RawSocket when its connection begins.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Connection } from "../../connection/connection.ts";
import { normalizeAddress } from "../../node/address.ts";
import { tlsFacts } from "../../node/tls-facts.ts";
import type { TlsFacts } from "../../node/tls-facts.ts";
import { checkLength } from "./length-check.ts";

/** The handshake that a connection began with, on either side. */
export interface RawSocketHandshake {
  /** The peer's address; `undefined` for a Unix socket. */
  readonly remoteAddress: string | undefined;
  /** Whether the peer speaks TLS. */
  readonly secure: boolean;
  /** About the TLS connection; `undefined` without TLS. */
  readonly tls: TlsFacts | undefined;
  /** The bytes of the longest message that the peer takes. Sending a longer one ends the connection. */
  readonly maxPeerMessage: number;
  /**
   * Whoever sends messages of WAMP asks it before.
   *
   * @internal
   * @throws LimitError for what is longer than `maxPeerMessage`.
   */
  checkLength(data: string | Uint8Array): void;
}

/** A connection over a RawSocket. Its `subprotocol` is what a WebSocket with that serializer has, such as `wamp.2.json`. */
export type RawSocketConnection = Connection<undefined, RawSocketHandshake>;

export function factsOf(socket: Socket, maxPeerMessage: number): RawSocketHandshake {
  const tls = tlsFacts(socket);
  const remoteAddress = normalizeAddress(socket.remoteAddress ?? "");
  return {
    remoteAddress,
    secure: tls !== undefined,
    tls,
    maxPeerMessage,
    checkLength: (data) => checkLength(data, maxPeerMessage),
  };
}
