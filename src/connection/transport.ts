/**
 * The port under a connection, at the level of messages. A WebSocket over a socket, a browser's native one and the
 * in-memory pair each implement it; the one `Connection` class stands above it.
 *
 * @module
 */

import type { CloseInfo } from "../errors.ts";
import type { keepalive } from "./keepalive.ts";
import type { outbox } from "./outbox.ts";
import type { parts } from "./parts.ts";
import type { PreparedMessage } from "./prepared-message.ts";
import type { readFlow } from "./read-flow.ts";

/** A message: text as a string, binary as bytes (in Node a `Buffer`). */
export type Message = string | Uint8Array;

/**
 * Bytes longer than this are lent rather than copied: whoever passed them to `send` leaves them alone until the
 * promise it got has settled. Shorter ones may be reused as soon as `send` has returned.
 */
export const LEND_LIMIT: number = 128 * 1024;

/**
 * What a transport can do; what it can't is left out, and what the connection does then is defined by the connection,
 * once. Each capability names what implements it, rather than the connection importing it, so that the clients of
 * platforms that lack it don't carry it.
 */
export interface Capabilities {
  /**
   * Reading can be paused: `readFlow` of `read-flow.ts`. Without it at most 16 MiB may wait to be read: past that the
   * connection is closed.
   */
  readonly pause?: typeof readFlow | undefined;
  /** Pings can be sent: `keepalive` of `keepalive.ts`. Without it `ping` rejects. */
  readonly ping?: typeof keepalive | undefined;
  /**
   * It tells when it has written something, so that messages can wait above it: `outbox` of `outbox.ts`. Without it the
   * platform keeps a queue of its own, in which nothing can be replaced: `key` and `droppable` have no effect.
   */
  readonly queue?: typeof outbox | undefined;
  /** Messages can be sent and received in parts: `parts` of `parts.ts`. Without it, sending them is refused. */
  readonly parts?: typeof parts | undefined;
}

/** How one message is to be sent. */
export interface TransportSendOptions {
  /** Send bytes as a text message; they are valid UTF-8. */
  readonly text?: boolean | undefined;
  /** `false`: not compressed, whatever was negotiated. */
  readonly compress?: boolean | undefined;
}

/**
 * The way down, as every transport has it. No method throws because of what the network did, and none does anything
 * after `closed`.
 */
export interface BasicTransport {
  readonly capabilities: Capabilities;

  /** The bytes that `send` took and the platform has not taken yet. */
  readonly bufferedAmount: number;

  /**
   * Sends one message. Messages arrive in the order of the calls. A promise is returned when the caller should wait
   * before it sends more, or reuses its bytes: they are read during the call only, unless they are longer than
   * {@link LEND_LIMIT}. It also settles when the connection ends, and never rejects.
   */
  send(
    message: Message | PreparedMessage,
    options: TransportSendOptions,
  ): Promise<void> | undefined;

  /**
   * Start the closing handshake, after all that was sent, unless it has begun. A reason that is too long is cut. (The
   * browser's transport can't send most codes of the registry: it adds 3000 to them.)
   */
  close(code: number, reason: string): void;

  /** End the connection at once, without a handshake. `closed` follows; `error` says why. */
  abort(error?: unknown): void;
}

/** The way down with what the capabilities are about; each method is called only if its capability is declared. */
export interface Transport extends BasicTransport {
  /**
   * Sends one part of a message; the first part decides between text and binary, and between the first and the final
   * one only pings and pongs may go out. Parts may be empty, and are read during the call only, whatever their size.
   */
  sendPart(data: Message, text: boolean, final: boolean): void;

  /** Sends a ping with at most 125 bytes. */
  ping(payload: Uint8Array): void;

  /** Stop delivering soon; what was read already may still be delivered. Calling it twice is harmless. */
  pause(): void;
  resume(): void;

  /**
   * `true`: deliver the message that is being received, or else the next one, as parts; what is there of it comes at
   * once. Holds for one message. `false`: take that back, if no part was delivered yet.
   */
  receiveParts(wanted: boolean): void;
}

/** The way up. The transport calls nothing after `closed`, and nothing before the connection has been made. */
export interface TransportSink {
  /** A whole message. The bytes are the receiver's to keep, and pin no larger buffer. */
  message(message: Message): void;

  /** Whether the bytes of the next message may be lent: it is done with them when `message` returns. */
  readonly borrows: boolean;

  /** One part of a message that {@link Transport.receiveParts} asked for; `final` ends it. */
  part(data: Message, final: boolean): void;

  /**
   * Bytes came in, whatever they are: the peer is alive. Called at most once for each read, after the messages in it.
   * `kept`: the bytes held back because they belong to an unfinished message.
   */
  progress(kept: number): void;

  pong(payload: Uint8Array): void;

  /** {@link Transport.bufferedAmount} went down. */
  drain(): void;

  /**
   * A closing handshake has begun, by either side: from now on nothing can be sent. When the peer began it, this comes
   * after the messages that came before its close frame, plus one turn of the event loop.
   */
  closing(): void;

  /** The connection is over. Called exactly once. */
  closed(info: CloseInfo): void;
}
