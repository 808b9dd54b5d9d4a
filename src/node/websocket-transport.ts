/**
 * A WebSocket over a byte stream: drives the protocol, and is the transport of a connection.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { keepalive } from "../connection/keepalive.ts";
import { outbox } from "../connection/outbox.ts";
import { parts } from "../connection/parts.ts";
import { PreparedMessage } from "../connection/prepared-message.ts";
import { readFlow } from "../connection/read-flow.ts";
import { LEND_LIMIT } from "../connection/transport.ts";
import type {
  Capabilities,
  Message,
  Transport,
  TransportSendOptions,
  TransportSink,
} from "../connection/transport.ts";
import type { ProtocolEvent } from "../protocol/events.ts";
import { COPY_LIMIT } from "../protocol/frame-writer.ts";
import type { Protocol, Role } from "../protocol/protocol.ts";
import { systemClock } from "../util/clock.ts";
import type { Clock } from "../util/clock.ts";
import type { DeflateCodec } from "./deflate/codec.ts";
import { DrivenProtocol } from "./driven-protocol.ts";
import type { ProtocolDriver } from "./driven-protocol.ts";
import { Ending } from "./ending.ts";
import { allocate, nodePlatform, socketPlatform } from "./platform.ts";
import { isPlainSocket } from "./plain-socket.ts";
import { preparedBytes, preparedFrame } from "./prepared-frames.ts";
import { join } from "./slab.ts";
import { READER, startReading } from "./socket-reader.ts";
import type { Reader } from "./socket-reader.ts";
import { SocketWriter } from "./socket-writer.ts";
import type { WriterOwner } from "./socket-writer.ts";
import { beginTurn } from "./turns.ts";

/** What the handshake decided. */
export interface WebSocketTransportOptions {
  readonly role: Role;
  /** Bytes of the longest message that is accepted. Default: 1 MiB. */
  readonly maxMessage?: number | undefined;
  /** The compressor that was negotiated. It is closed with the transport. */
  readonly codec?: DeflateCodec | undefined;
  /** Bytes that came after the handshake, in the same packet. */
  readonly head?: Uint8Array | undefined;
  readonly clock?: Clock | undefined;
}

/** A socket that was taken over. */
interface Owned {
  [READER]: WebSocketTransport;
}

const CAPABILITIES: Capabilities = { pause: readFlow, ping: keepalive, queue: outbox, parts };

/** While more than this is waiting to be written, only the latest ping is answered (RFC 6455 section 5.5.3). */
const CONGESTED = 64 * 1024;

/**
 * Takes a socket over, right after the handshake: its listeners are attached at once, so that no error goes unheard,
 * and reading starts after the current tick, so that the connection is there to receive.
 */
export class WebSocketTransport implements Transport, Reader, WriterOwner, ProtocolDriver {
  readonly #socket: Duplex;
  readonly #sink: TransportSink;
  readonly #clock: Clock;
  readonly #codec: DeflateCodec | undefined;
  readonly #protocol: Protocol;
  readonly #writer: SocketWriter;
  #isPaused = false;
  #isProceeding = false;
  /** Once it has begun. */
  #endingOnUse: Ending | undefined;

  constructor(socket: Duplex, sink: TransportSink, options: WebSocketTransportOptions) {
    const { role, maxMessage, codec, head, clock = systemClock } = options;
    this.#socket = socket;
    this.#sink = sink;
    this.#clock = clock;
    this.#codec = codec;
    const platform = isPlainSocket(socket) ? socketPlatform : nodePlatform;
    this.#protocol = new DrivenProtocol(this, {
      role,
      platform,
      codec,
      ...(maxMessage !== undefined && { maxMessage }),
    });
    this.#writer = new SocketWriter(socket, this.#protocol, this);
    this.#attach();
    // (`head` pins the whole packet that the handshake came in, so that nothing may hold it longer.)
    process.nextTick(WebSocketTransport.#beginLater, this, head);
  }

  // ---- from the connection

  get capabilities(): Capabilities {
    return CAPABILITIES;
  }

  get bufferedAmount(): number {
    return this.#isGone ? 0 : this.#writer.length;
  }

  send(
    message: Message | PreparedMessage,
    options: TransportSendOptions,
  ): Promise<void> | undefined {
    if (this.#isGone || this.#protocol.state !== "open") return undefined;
    let loan: Promise<void> | undefined;
    if (message instanceof PreparedMessage) this.#sendPrepared(message, options.compress);
    else if (typeof message === "string" || message.length <= COPY_LIMIT) {
      this.#protocol.sendMessage(message, options);
    } else if (message.length > LEND_LIMIT) {
      loan = this.#writer.lend(message);
      this.#protocol.sendMessage(message, options);
    } else {
      const data = this.#own(message);
      this.#protocol.sendMessage(data, options);
      this.#giveBack(data);
    }
    this.#writer.submit();
    return loan;
  }

  sendPart(data: Message, text: boolean, final: boolean): void {
    if (this.#isGone || this.#protocol.state !== "open") return;
    const part = this.#own(data);
    this.#protocol.sendPart(part, text, final);
    this.#giveBack(part);
    this.#writer.submit();
  }

  ping(payload: Uint8Array): void {
    if (this.#isGone) return;
    this.#protocol.sendPing(payload);
    this.#writer.submit();
  }

  pause(): void {
    this.#isPaused = true;
    this.#updateReading();
  }

  resume(): void {
    this.#isPaused = false;
    this.#updateReading();
  }

  receiveParts(wanted: boolean): void {
    if (this.#isOver) return;
    this.#protocol.receiveParts(wanted);
    this.#deliver();
  }

  close(code: number, reason: string): void {
    if (this.#isGone || this.#protocol.state !== "open") return;
    this.#ending.initiator ??= "local";
    this.#protocol.sendClose(code, reason);
    this.#writer.flush();
    this.#updateReading();
  }

  abort(error?: unknown): void {
    const ending = this.#ending;
    if (ending.isGone) return;
    ending.initiator ??= "local";
    ending.error ??= error;
    ending.isOver = true;
    this.#socket.destroy();
  }

  // ---- from the socket

  #attach(): void {
    const socket = this.#socket as Socket & Partial<Owned>;
    // A peer may send its close frame and end its side at once: the answer still has to get out.
    socket.allowHalfOpen = true;
    socket[READER] = this;
    socket.on("error", WebSocketTransport.#onSocketError);
    socket.on("close", WebSocketTransport.#onSocketClose);
    dropOwnEndListener(socket);
    socket.on("end", WebSocketTransport.#onSocketEnd);
    socket.setNoDelay?.(true);
    socket.setTimeout?.(0);
    socket.pause();
  }

  // One function for all sockets: each would have its memory.

  static #onSocketError(this: unknown, error: Error): void {
    (this as Owned)[READER].#ending.error ??= error;
  }

  static #onSocketClose(this: unknown): void {
    (this as Owned)[READER].#onGone();
  }

  static #onSocketEnd(this: unknown): void {
    (this as Owned)[READER].#onEnd();
  }

  static #beginLater(transport: WebSocketTransport, head: Uint8Array | undefined): void {
    transport.#begin(head);
  }

  #begin(head: Uint8Array | undefined): void {
    if (this.#socket.closed) this.#onGone();
    if (this.#isGone) return;
    if (head && head.length > 0) this.received(head, head.length);
    startReading(this.#socket, this);
    this.#updateReading();
  }

  /** Bytes from the socket. */
  received(bytes: Uint8Array, end: number): void {
    if (this.#isOver) return;
    this.#beginInput();
    this.#protocol.receiveData(bytes, end);
    this.#endInput();
  }

  /** What was received is more than the messages that came of it: the rest has its turn when there is room. */
  #proceedLater(): void {
    if (this.#isProceeding) return;
    this.#isProceeding = true;
    this.#clock.defer(() => {
      this.#isProceeding = false;
      if (this.#endingOnUse?.isClosed || this.#isHeldBack()) return;
      this.#beginInput();
      this.#protocol.proceed();
      this.#endInput();
      this.#onUnsuspended();
    });
  }

  /** Everything that is sent until {@link WebSocketTransport.#endInput} goes out then, in one write. */
  #beginInput(): void {
    beginTurn();
    this.#writer.cork();
    this.#protocol.lending = this.#sink.borrows;
  }

  /** (Nothing between the two throws: what a peer did is an event, and what an application does is its reader's.) */
  #endInput(): void {
    const messages = this.#deliver();
    this.#sink.progress(this.#protocol.kept);
    const hasOutput = this.#protocol.readyBytes > 0;
    this.#writer.uncork(messages);
    this.#noteCongestion();
    // What was sent meanwhile counted as waiting, and nobody else tells that it doesn't any more.
    if (hasOutput && !this.#socket.destroyed) this.#sink.drain();
    if (this.#protocol.suspended) this.#updateReading();
  }

  /** An asynchronous compression or decompression is done. */
  progressed(): void {
    if (this.#endingOnUse?.isClosed) return;
    this.#deliver();
    this.#flush();
    this.#updateReading();
    this.#endIfConcluded();
    this.#sink.drain();
    this.#onUnsuspended();
  }

  /** What waited for all messages to be read. */
  #onUnsuspended(): void {
    if (this.#protocol.suspended) return;
    this.#updateReading();
    if (this.#endingOnUse?.hasEnded) this.#onEnd();
    if (this.#isGone) this.#onGone();
  }

  #onEnd(): void {
    const ending = this.#ending;
    ending.hasEnded = true;
    // Messages that are still being inflated come first.
    if (this.#protocol.suspended) return;
    ending.initiator ??= "remote";
    if (!ending.isOver) this.#conclude();
    else this.#endIfConcluded();
  }

  /** The socket has written something. */
  drained(): void {
    // (What was given up with the socket was not written.)
    if (this.#socket.destroyed) return;
    this.#flush();
    this.#sink.drain();
  }

  /** The socket is closed. */
  #onGone(): void {
    const ending = this.#ending;
    ending.isGone = true;
    this.#writer.stop();
    if (this.#protocol.yielding) this.#proceedLater();
    if (ending.isClosed || (this.#protocol.suspended && !ending.isOver)) return;
    ending.isClosed = true;
    this.#codec?.close();
    this.#sink.closed(ending.info(this.#protocol));
    this.over();
  }

  /** For heirs: nothing more comes, and the sink has been told. */
  protected over(): void {}

  // ---- its end

  get #ending(): Ending {
    return (this.#endingOnUse ??= new Ending());
  }

  get #isOver(): boolean {
    return this.#endingOnUse?.isOver === true;
  }

  get #isGone(): boolean {
    return this.#endingOnUse?.isGone === true;
  }

  // ---- both ways

  /** Returns how many messages there were. */
  #deliver(): number {
    let messages = 0;
    for (const event of this.#protocol.events()) {
      const ending = this.#endingOnUse;
      if (ending && (ending.isOver || ending.isClosed)) break;
      if (event.type === "message") messages++;
      this.#dispatch(event);
    }
    return messages;
  }

  #dispatch(event: ProtocolEvent): void {
    switch (event.type) {
      case "message":
        this.#sink.message(this.#keep(event.data));
        break;
      case "part":
        this.#sink.part(event.data, event.final);
        break;
      case "pong":
        this.#sink.pong(event.data);
        break;
      case "close":
        this.#ending.initiator ??= "remote";
        this.#conclude();
        break;
      case "failure":
        this.#ending.initiator ??= "local";
        this.#ending.failure = event.error;
        this.#conclude();
        break;
      case "ping": // The protocol answers it.
    }
  }

  /**
   * What was read may be lent to somebody who takes that; others keep what they get. More than `LEND_LIMIT` is not lent:
   * `send` would lend it in turn, for longer than it is there.
   */
  #keep(data: Message): Message {
    if (typeof data === "string" || !this.#protocol.lending) return data;
    if (this.#sink.borrows && data.length <= LEND_LIMIT) return data;
    return join([data], allocate(data.length));
  }

  /** Nothing more comes. What came before it has a turn to be answered; then the close is, or the failure sent. */
  #conclude(): void {
    this.#ending.isOver = true;
    this.#updateReading();
    this.#clock.defer(() => {
      if (this.#isGone) return;
      this.#protocol.conclude();
      this.#ending.isConcluded = true;
      this.#flush();
      this.#sink.closing();
      this.#endIfConcluded();
    });
  }

  /** The server ends the stream first (RFC 6455 section 7.1.1); what still comes in is read and discarded. */
  #endIfConcluded(): void {
    const ending = this.#endingOnUse;
    if (!ending?.isConcluded || this.#protocol.heldBytes > 0) return;
    if (ending.hasEnded) this.#protocol.receiveEof();
    if (this.#protocol.role === "server" || ending.hasEnded) this.#writer.end();
  }

  #updateReading(): void {
    const isHeldBack = this.#isHeldBack();
    if (this.#protocol.suspended || isHeldBack) this.#socket.pause();
    else this.#socket.resume();
    if (this.#protocol.yielding && !isHeldBack) this.#proceedLater();
  }

  /** Whether the connection has enough messages for now. The end of a connection is always read. */
  #isHeldBack(): boolean {
    const isEnding = this.#isOver || this.#isGone || this.#protocol.state !== "open";
    return this.#isPaused && !isEnding;
  }

  #flush(): void {
    this.#writer.flush();
    this.#noteCongestion();
  }

  #noteCongestion(): void {
    const isCongested = this.bufferedAmount > CONGESTED;
    if (this.#protocol.congested === isCongested) return;
    this.#protocol.congested = isCongested;
    // A ping may have been waiting for that.
    if (!isCongested) this.#writer.flush();
  }

  // ---- sending

  /** The protocol doesn't copy longer bytes. Behind a compression it would read them too late, so a copy is used. */
  #own(data: Message): Message {
    if (typeof data === "string" || data.length <= COPY_LIMIT) return data;
    return this.#protocol.heldBytes > 0 ? join([data], allocate(data.length)) : data;
  }

  /** From here on, the protocol and the socket don't read `data` any more. */
  #giveBack(data: Message): void {
    if (typeof data !== "string" && data.length > COPY_LIMIT) this.#writer.flush(data);
  }

  #sendPrepared(message: PreparedMessage, compress = true): void {
    const codec = compress ? this.#codec : undefined;
    const frame = this.#protocol.role === "server" ? preparedFrame(message, codec) : undefined;
    if (frame) this.#protocol.sendFrame(frame);
    else this.#protocol.sendMessage(preparedBytes(message), { text: message.text, compress });
  }
}

/**
 * Node's sockets listen to their own end, for what they do when they are not `allowHalfOpen`. Two listeners of one event
 * take an array for each connection.
 */
function dropOwnEndListener(socket: Duplex): void {
  const [first, ...others] = socket.listeners("end");
  if (first?.name !== "onReadableStreamEnd" || others.length > 0) return;
  socket.off("end", first as () => void);
}
