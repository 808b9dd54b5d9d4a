/**
 * A connection of a client, as its session sees it.
 *
 * @module
 */

import type { HttpHeaders } from "../../../http/headers.ts";

import type { OutgoingMessage } from "./replay-ring.ts";

/** Where a client comes from. */
export interface Origin {
  readonly clientAddress: string | undefined;
  readonly headers: HttpHeaders;
}

export interface Wire extends Origin {
  /** Whether its version of DDP knows `ping`. */
  readonly hasPings: boolean;
  send(message: OutgoingMessage): void;
  /** The session goes on without it. */
  cut(): void;
  /** The session has ended: closes, after all that was sent. */
  close(code?: number): void;
}
