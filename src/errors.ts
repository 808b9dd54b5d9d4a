/**
 * The errors of this package: one base class, and a class of its own only where a caller would branch.
 *
 * Fields are only declared: initializing what the constructor assigns would cost the browser's client some bytes.
 *
 * Misuse of an argument's type or range throws the language's own `TypeError` or `RangeError`.
 *
 * @module
 */

import type { HttpHeaders } from "./http/headers.ts";

/** Every value that `code` of a {@link FullduplexError} can have. */
export type ErrorCode =
  | "ERR_CHANNEL"
  | "ERR_CLOSED"
  | "ERR_CONNECT"
  | "ERR_DDP"
  | "ERR_DISCONNECT"
  | "ERR_HANDSHAKE"
  | "ERR_LIMIT"
  | "ERR_PROTOCOL"
  | "ERR_STATE"
  | "ERR_TIMEOUT"
  | "ERR_UNSUPPORTED"
  | "ERR_WAMP";

/** The base of every error that this package makes. Branch on `code`, or on the class. */
export class FullduplexError extends Error {
  declare readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    // Class names don't survive minifiers: "ERR_CLOSED" is the code of "ClosedError".
    this.name = `${code[4]}${code.slice(5).toLowerCase()}Error`;
  }
}

/** What a server answered instead of accepting a connection, or what was wrong with its acceptance. */
export class HandshakeError extends FullduplexError {
  /** The HTTP status, or `undefined` where the platform does not show it (browsers). */
  declare readonly status: number | undefined;
  /** Milliseconds after which to try again, if the server said so (RFC 9110 section 10.2.3); at most an hour. */
  declare readonly retryAfter: number | undefined;
  /** The headers of the response, where there was one and the platform shows it. */
  declare readonly headers: HttpHeaders | undefined;
  /** The body of the response as far as it was read (at most 64 KiB). */
  declare readonly body: string;

  constructor(message: string, response: RefusalFacts = {}, options?: ErrorOptions) {
    super("ERR_HANDSHAKE", message, options);
    this.status = response.status;
    this.headers = response.headers;
    this.retryAfter = response.retryAfter;
    this.body = response.body ?? "";
  }
}

/** What is known of a response that refused a connection. */
interface RefusalFacts {
  readonly status?: number | undefined;
  readonly headers?: HttpHeaders | undefined;
  readonly retryAfter?: number | undefined;
  readonly body?: string | undefined;
}

/** How a connection ended. */
export interface CloseInfo {
  /**
   * The close code of the side that started the close; 1005 when it gave none, 1006 when the connection ended without
   * a close frame (RFC 6455 section 7.1.5).
   */
  readonly code: number;
  /** The reason that came with the code; `""` when there was none. */
  readonly reason: string;
  /** Whether both close frames were exchanged. */
  readonly wasClean: boolean;
  /** Which side started the close. A network failure counts as `"remote"`. */
  readonly initiator: "local" | "remote";
  /** Why, when it was not the choice of either side: a socket error, a limit, a timeout, a broken rule. */
  readonly error?: unknown;
}

/** The connection is closed or closing, so that what was asked of it can't be done. */
export class ClosedError extends FullduplexError {
  /** As {@link CloseInfo.code}: the WebSocket close code. (`code` is the error's own.) */
  declare readonly closeCode: number;
  /** As {@link CloseInfo.reason}. */
  declare readonly reason: string;
  /** As {@link CloseInfo.wasClean}. */
  declare readonly wasClean: boolean;
  /** As {@link CloseInfo.initiator}. */
  declare readonly initiator: "local" | "remote";

  constructor(info: CloseInfo) {
    const { code, reason, wasClean, initiator, error: cause } = info;
    super("ERR_CLOSED", `closed with ${code} (${initiator}) ${reason}`.trim(), { cause });
    this.closeCode = code;
    this.reason = reason;
    this.wasClean = wasClean;
    this.initiator = initiator;
  }
}

/** The peer broke a rule of the protocol; the connection is failed with `closeCode`. */
export class ProtocolError extends FullduplexError {
  /** 1002, 1003 or 1007 (RFC 6455 section 7.4.1). */
  declare readonly closeCode: number;

  constructor(message: string, closeCode = 1002, options?: ErrorOptions) {
    super("ERR_PROTOCOL", message, options);
    this.closeCode = closeCode;
  }
}

/** A limit was passed: the size of a message, of a queue, a number of connections or of messages. */
export class LimitError extends FullduplexError {
  /** The limit that was passed, in the unit that the message names. */
  declare readonly limit: number;
  /** The close code that the connection is failed with: 1009 for a message that is too big, else 1008. */
  declare readonly closeCode: number;

  constructor(message: string, limit: number, closeCode = 1009) {
    super("ERR_LIMIT", message);
    this.limit = limit;
    this.closeCode = closeCode;
  }
}

/** Something took longer than its timeout. */
export class TimeoutError extends FullduplexError {
  /** The timeout that passed, in milliseconds. */
  declare readonly timeout: number;

  constructor(what: string, timeout: number) {
    super("ERR_TIMEOUT", `${what} took longer than ${timeout} ms`);
    this.timeout = timeout;
  }
}

/** The caller asked for something that the object's state rules out, such as a second `recv` at the same time. */
export class StateError extends FullduplexError {
  constructor(message: string) {
    super("ERR_STATE", message);
  }
}
