/**
 * The one object that a handler holds, whatever carries it.
 *
 * @module
 */

import { ClosedError, FullduplexError, LimitError, TimeoutError } from "../errors.ts";
import type { CloseInfo } from "../errors.ts";
import { systemClock } from "../util/clock.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { isCloseCode } from "../util/close-code.ts";
import { Deferred } from "../util/deferred.ts";
import { quiet } from "../util/quiet.ts";
import { isParts, toMessage } from "./data.ts";
import type { Data, Parts as DataParts } from "./data.ts";
import { Inbox, Messages } from "./inbox.ts";
import type { ForEachOptions, RecvOptions } from "./inbox.ts";
import type { Keepalive, KeepaliveOptions } from "./keepalive.ts";
import type { OutboxOptions, SendOptions } from "./outbox.ts";
import type { Parts } from "./parts.ts";
import { PreparedMessage } from "./prepared-message.ts";
import type { ReadFlowOptions } from "./read-flow.ts";
import type { BasicTransport, Message, Transport, TransportSink } from "./transport.ts";

/** Limits and timeouts of a connection. Durations are milliseconds, sizes bytes. */
export interface ConnectionOptions extends OutboxOptions, ReadFlowOptions {
  /** How long the closing handshake may take before the connection is cut. Default: 10000. */
  readonly closeTimeout?: number | undefined;
  /** Pings that keep the connection alive and notice a dead peer. Default: every 20000, given up after 20000. */
  readonly keepalive?: KeepaliveOptions | undefined;
  /** The source of time; tests give their own. */
  readonly clock?: Clock | undefined;
}

/** What is known about a connection when it begins. */
export interface ConnectionInit<Data, Request> {
  readonly data: Data;
  readonly request: Request;
  readonly subprotocol?: string | undefined;
}

const READY: Promise<void> = Promise.resolve();
const NO_OPTIONS = {};

/**
 * A connection: send, receive, and close.
 *
 * Only one reader at a time may wait for messages. Messages wait, and reading pauses, until somebody reads: nothing is
 * lost while an application gets ready. A connection that is no longer needed has to be closed, by `close`, by
 * `await using`, or by returning from the server's handler.
 *
 * `App` is the type of `data`, `Request` what is known about the handshake.
 *
 * @example
 * ```ts
 * for await (const message of connection) await connection.send(message);
 * ```
 */
export class Connection<App = unknown, Request = unknown> implements AsyncDisposable {
  /** The application's own; set by the server's `onHandshake`. */
  data: App;
  /** The handshake that this connection began with. */
  readonly request: Request;
  /** The subprotocol that was agreed on, if any (RFC 6455 section 1.9). */
  readonly subprotocol: string | undefined;

  readonly #transport: Transport;
  readonly #keepalive: Keepalive | undefined;
  /** What the transport and the other parts see of it. */
  readonly #inner: Inbox & TransportSink;
  readonly #closeTimeout: number;
  #closed: Deferred<CloseInfo> | undefined;
  #state: "open" | "closing" | "closed" = "open";
  #end: ClosedError | undefined;
  #ended: Promise<never> | undefined;
  #error: unknown;
  #deadline: Timer;
  #partsOnUse: Parts | undefined;
  #abort: AbortController | undefined;

  /** @internal Applications get connections from `connect`, `serve` and `pair`. */
  constructor(
    open: (sink: TransportSink) => BasicTransport,
    init: ConnectionInit<App, Request>,
    options: ConnectionOptions = NO_OPTIONS,
  ) {
    const { clock = systemClock, closeTimeout = 10_000 } = options;
    const inner = new Connection.#Inner(this, clock);
    // (The capabilities say what it has of the rest.)
    const transport = open(inner) as Transport;
    const { capabilities } = transport;
    this.data = init.data;
    this.request = init.request;
    this.subprotocol = init.subprotocol;
    this.#closeTimeout = closeTimeout;
    this.#inner = inner;
    this.#transport = transport;
    inner.flow = capabilities.pause?.(options);
    inner.outbox = capabilities.queue?.(options);
    this.#keepalive = capabilities.ping?.(inner, options.keepalive);
  }

  /**
   * Sends a message: a string as text, bytes as binary, and something that yields them as one message in parts.
   *
   * Await it before sending the next one: the promise settles at once while the peer keeps up, and later when it is
   * slow. Bytes may be reused as soon as `send` has returned, except those longer than 128 KiB, which are lent until
   * the promise settles. A promise that nobody awaits never becomes an unhandled rejection.
   *
   * @throws ClosedError (as a rejection) when the connection is closed, or ends before the message was written.
   * @throws TypeError at once for anything that is not data.
   * @throws FullduplexError `ERR_UNSUPPORTED` (as a rejection) for parts where they can't be sent (browsers).
   */
  send(data: Data | DataParts | PreparedMessage, options: SendOptions = NO_OPTIONS): Promise<void> {
    const inner = this.#inner;
    if (this.#state !== "open") return inner.ended();
    let message: Message | PreparedMessage;
    if (typeof data === "string" || data instanceof PreparedMessage) message = data;
    else if (isParts(data)) return quiet(this.#parts()?.send(data) ?? unsupported("parts"));
    else message = toMessage(data);
    return (inner.outbox ?? this.#transport).send(message, options, inner) ?? READY;
  }

  /**
   * The next message. Messages that came before the connection was closed can still be received afterwards.
   *
   * @throws ClosedError when there is none and the connection is closed, however it was closed.
   * @throws StateError when another reader is waiting.
   * @throws TimeoutError after `timeout`, or the signal's reason; no message is lost by that.
   */
  recv(options?: RecvOptions): Promise<Message> {
    return this.#inner.recv(options);
  }

  /**
   * The next message in parts, as they come: for messages that are too large to hold. Only what waits to be read is
   * bounded, not the whole message (but a compressed one is inflated whole). Leaving the loop early drops the rest of
   * the message, and the connection goes on.
   *
   * @throws ClosedError when the connection closes before the message is complete, or before there is one.
   */
  async *recvStream(options?: RecvOptions): AsyncGenerator<Message, void, undefined> {
    const parts = this.#parts();
    if (parts) yield* parts.receive(options);
    else yield await this.recv(options);
  }

  /**
   * Calls `each` for every message, in order; when it returns a promise the next message waits for it. This is the
   * cheapest way to receive. Resolves after a normal close.
   *
   * With `borrow`, the bytes of a binary message are there only until `each` returns, whether or not it returns a
   * promise: they may lie in memory that the next message is read into. Up to 128 KiB are not copied then, which is worth
   * it for large messages that are passed on or looked at on the spot. `send` copies what it needs of them in time.
   *
   * @throws ClosedError after any other end, or what `each` threw; the connection stays open then.
   * @throws StateError when another reader is waiting.
   */
  forEach(
    each: (message: Message) => void | PromiseLike<void>,
    options?: ForEachOptions,
  ): Promise<void> {
    return this.#inner.forEach(each, options);
  }

  /**
   * Every message, until the connection is closed: quietly after a normal close (1000, 1001, or no code), else with a
   * `ClosedError`. Leaving the loop closes nothing; the next reader goes on.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    return new Messages(this.#inner);
  }

  /**
   * Sends a ping, and resolves with the milliseconds until its answer came.
   *
   * @throws ClosedError when the connection ends first.
   * @throws FullduplexError `ERR_UNSUPPORTED` where pings can't be sent (browsers).
   */
  ping(): Promise<number> {
    return this.#keepalive?.ping() ?? unsupported("pings");
  }

  /**
   * Closes the connection, after all that was sent, and resolves when it is gone: when the peer has answered, or after
   * `closeTimeout`. Never rejects; calling it again changes nothing. A reason longer than 123 bytes is cut.
   *
   * @throws RangeError at once for a code other than 1000 to 1003, 1007 to 1014 and 3000 to 4999. Browsers can only
   *   send 1000 and 3000 to 4999: there the others are sent as 4000 to 4014 (1011 as 4011).
   */
  close(code: number = 1000, reason = ""): Promise<CloseInfo> {
    if (!isCloseCode(code)) throw new RangeError(`${code} is no close code`);
    if (this.#state === "open") {
      this.#closing();
      // (A reason that is no string, in spite of its type, must not break the close half-way.)
      // oxlint-disable-next-line typescript/no-unnecessary-template-expression
      const step = (): void => this.#transport.close(code, `${reason}`);
      if (!this.#inner.outbox?.finish(step, this.#inner)) step();
    }
    return this.closed;
  }

  /** Cuts the connection at once, without a closing handshake; what waits to be sent is lost. */
  terminate(): void {
    this.#closing();
    this.#transport.abort();
  }

  /** How the connection ended, once it has. Never rejects. */
  get closed(): Promise<CloseInfo> {
    return (this.#closed ??= new Deferred()).promise;
  }

  /** Aborted with a `ClosedError` when the connection has ended; for work that is done on its behalf. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#inner.info) this.#abort.abort(this.#inner.end());
    }
    return this.#abort.signal;
  }

  /** `closing` from the moment that nothing can be sent any more, `closed` once the connection is gone. */
  get state(): "open" | "closing" | "closed" {
    return this.#state;
  }

  /** The bytes that were sent and that the platform has not taken yet. */
  get bufferedAmount(): number {
    return this.#transport.bufferedAmount + (this.#inner.outbox?.bytes ?? 0);
  }

  /** The round trip of the ping that was answered last, in milliseconds; `undefined` before the first answer. */
  get latency(): number | undefined {
    return this.#keepalive?.latency;
  }

  /** How many messages were dropped: by `key`, by `droppable`, by `overflow`, or because they came after `close`. */
  get dropped(): number {
    return this.#inner.dropped;
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Made on first use. */
  #parts(): Parts | undefined {
    return (this.#partsOnUse ??= this.#transport.capabilities.parts?.(this.#inner));
  }

  #closing(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#keepalive?.stop();
    this.#inner.release();
    this.#deadline = this.#inner.clock.setTimeout(() => {
      this.#transport.abort(new TimeoutError("closing", this.#closeTimeout));
    }, this.#closeTimeout);
  }

  /** Closes because of `error`, without waiting for what is still to be sent. */
  #fail(error: unknown): void {
    this.#error ??= error;
    this.#inner.closing();
    this.#transport.close(error instanceof LimitError ? error.closeCode : 1011, "");
  }

  #finish(info: CloseInfo): void {
    const full = { ...info, error: this.#error ?? info.error };
    this.#inner.info = full;
    this.#inner.closing();
    this.#state = "closed";
    this.#inner.clock.clearTimeout(this.#deadline);
    this.#keepalive?.end();
    this.#inner.finish();
    this.#abort?.abort(this.#inner.end());
    (this.#closed ??= new Deferred()).resolve(full);
  }

  /** What the transport and the parts of the connection hold: it reaches what applications can't. */
  static #Inner = class extends Inbox implements TransportSink {
    readonly #connection: Connection;
    readonly clock: Clock;

    constructor(connection: Connection, clock: Clock) {
      super();
      this.#connection = connection;
      this.clock = clock;
    }

    get transport(): Transport {
      return this.#connection.#transport;
    }

    /** (Made on first use: an error notes where it was made, which costs more than the rest of closing.) */
    end(): ClosedError {
      return (this.#connection.#end ??= new ClosedError(this.info as CloseInfo));
    }

    ended(): Promise<never> {
      return (this.#connection.#ended ??= quiet(
        this.#connection.closed.then(() => {
          throw this.end();
        }),
      ));
    }

    fail(error: unknown): void {
      this.#connection.#fail(error);
    }

    part(data: Message, final: boolean): void {
      this.#connection.#parts()?.part(data, final);
    }

    progress(kept: number): void {
      this.#connection.#keepalive?.alive();
      this.flow?.progress(kept, this);
    }

    pong(payload: Uint8Array): void {
      this.#connection.#keepalive?.pong(payload);
    }

    drain(): void {
      this.outbox?.drain(this);
    }

    closing(): void {
      this.#connection.#closing();
      this.outbox?.stop(this);
    }

    closed(info: CloseInfo): void {
      this.#connection.#finish(info);
    }
  };
}

/** What is asked of a connection whose transport can't do it. */
function unsupported(what: string): Promise<never> {
  return Promise.reject(new FullduplexError("ERR_UNSUPPORTED", `no ${what} here`));
}
