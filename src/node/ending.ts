/**
 * How a WebSocket over a socket ends, as far as it has got. It is made when that begins: most of the time it doesn't.
 *
 * @module
 */

import type { CloseInfo, LimitError, ProtocolError } from "../errors.ts";
import type { Protocol } from "../protocol/protocol.ts";

export class Ending {
  /** Nothing more is to be read: a close frame came, a rule was broken, or the stream ended. */
  isOver = false;
  /** After the answer to it, this side ends the stream. */
  isConcluded = false;
  /** The peer has ended its side of the stream. */
  hasEnded = false;
  /** The socket is closed. */
  isGone = false;
  /** That has been told. */
  isClosed = false;
  initiator: "local" | "remote" | undefined;
  /** The rule or limit that the peer broke. */
  failure: ProtocolError | LimitError | undefined;
  /** Why the stream broke off. */
  error: unknown;

  info({ closeReceived, closeSent }: Protocol): CloseInfo {
    const { failure, initiator = "remote" } = this;
    const wasClean = closeReceived !== undefined && closeSent !== undefined;
    const error = failure ?? (wasClean ? undefined : this.error);
    const started = closeReceived && initiator === "local" ? closeSent : closeReceived;
    const { code, reason } = (failure ? closeSent : started) ?? { code: 1006, reason: "" };
    return { code, reason, wasClean, initiator, error };
  }
}
