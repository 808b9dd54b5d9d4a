/**
 * A client, as methods and publications see it.
 *
 * @module
 */

import type { HttpHeaders } from "../../http/headers.ts";

/** A client. It outlives the connections that it comes by, while its session can be gone on with. */
export interface DdpConnection {
  /** Public: it lets nobody in. */
  readonly id: string;
  /** The address that the client came from last, where it is known; behind a trusted proxy that of the proxy's client. */
  readonly clientAddress: string | undefined;
  /** The header fields of the handshake that it came with last, where there was one. */
  readonly headers: HttpHeaders;
  /** Ends the session: it can't be gone on with. */
  close(): void;
  /** Calls back when the session has ended; soon if it has. */
  onClose(callback: () => void): void;
}
