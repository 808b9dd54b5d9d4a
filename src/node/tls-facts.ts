/**
 * What is known about a TLS connection, for authentication and channel binding.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { CipherNameAndProtocol, PeerCertificate } from "node:tls";

/** What is known about a TLS connection. */
export interface TlsFacts {
  /** Such as `TLSv1.3`. */
  readonly protocol: string | null;
  readonly cipher: CipherNameAndProtocol;
  /** The name that the client asked for (SNI). */
  readonly servername: string | undefined;
  /** Whether the peer's certificate was asked for, given, and is signed by a `ca` that is trusted. */
  readonly authorized: boolean;
  /** The peer's certificate; `undefined` when it gave none. */
  readonly peerCertificate: PeerCertificate | undefined;
  /** Keying material of this connection (RFC 5705), for channel binding. Length in bytes. */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Uint8Array;
}

/** `undefined` for a socket without TLS. */
export function tlsFacts(socket: Duplex): TlsFacts | undefined {
  return socket instanceof TLSSocket ? new SocketFacts(socket) : undefined;
}

class SocketFacts implements TlsFacts {
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  get protocol(): string | null {
    return this.#socket.getProtocol();
  }

  get cipher(): CipherNameAndProtocol {
    return this.#socket.getCipher();
  }

  get servername(): string | undefined {
    // Node says `false` for a client that named none.
    return (this.#socket as { servername?: string | false }).servername || undefined;
  }

  get authorized(): boolean {
    return this.#socket.authorized;
  }

  get peerCertificate(): PeerCertificate | undefined {
    // Node gives an empty object for no certificate, and null once the socket is gone.
    const certificate = this.#socket.getPeerCertificate() as PeerCertificate | null;
    return certificate && Object.keys(certificate).length > 0 ? certificate : undefined;
  }

  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Uint8Array {
    // No context and an empty one give different material in TLS 1.2; Node's types know only of one that is there.
    return this.#socket.exportKeyingMaterial(length, label, context as Buffer);
  }
}
