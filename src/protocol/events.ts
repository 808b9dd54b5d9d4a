/**
 * What the bytes of a peer mean.
 *
 * @module
 */

import type { LimitError, ProtocolError } from "../errors.ts";

/** A whole message: text as a string, binary as bytes that pin no larger buffer. */
export interface MessageEvent {
  readonly type: "message";
  readonly data: string | Uint8Array;
}

/** A part of a message that was asked for in parts; `final` ends it. Parts of text are whole characters. */
export interface PartEvent {
  readonly type: "part";
  readonly data: string | Uint8Array;
  readonly final: boolean;
}

/** A ping, which the protocol answers by itself, or a pong. */
export interface PingPongEvent {
  readonly type: "ping" | "pong";
  readonly data: Uint8Array;
}

/** The peer's close frame; 1005 stands for one without a code. Nothing comes after it. */
export interface CloseEvent {
  readonly type: "close";
  readonly code: number;
  readonly reason: string;
}

/** The peer broke a rule or a limit; the connection is to be failed with `error.closeCode`. Nothing comes after it. */
export interface FailureEvent {
  readonly type: "failure";
  readonly error: ProtocolError | LimitError;
}

export type ProtocolEvent = MessageEvent | PartEvent | PingPongEvent | CloseEvent | FailureEvent;
