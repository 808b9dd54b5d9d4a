/**
 * A RawSocket as the transport of a connection, after its handshake.
 *
 * It has no closing handshake and no codes: whoever closes ends its side of the stream after all that was sent, and the peer
 * does the same. The code and reason of `close` stay on this side; the other one sees a clean close without a code (1005). A
 * connection that is cut is reset, which the other side sees as a failure; with TLS and over Unix sockets it can't tell.
 *
 * @module
 */

import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import { keepalive } from "../../connection/keepalive.ts";
import { outbox } from "../../connection/outbox.ts";
import { PreparedMessage } from "../../connection/prepared-message.ts";
import { readFlow } from "../../connection/read-flow.ts";
import { LEND_LIMIT } from "../../connection/transport.ts";
import type {
  BasicTransport,
  Capabilities,
  Message,
  TransportSink,
} from "../../connection/transport.ts";
import { LimitError, ProtocolError } from "../../errors.ts";
import type { CloseInfo } from "../../errors.ts";
import { allocate, nodePlatform } from "../../node/platform.ts";
import { isPlainSocket } from "../../node/plain-socket.ts";
import { startReading } from "../../node/socket-reader.ts";
import type { Reader } from "../../node/socket-reader.ts";
import { SocketWriter } from "../../node/socket-writer.ts";
import type { WriterOwner } from "../../node/socket-writer.ts";
import { beginTurn } from "../../node/turns.ts";
import { copyBytes } from "../../protocol/growing-buffer.ts";
import type { Clock } from "../../util/clock.ts";
import { truncateReason } from "../../util/close-code.ts";
import { FrameQueue } from "./frame-queue.ts";
import { encodeFrame, encodeHeader, encodeTextFrame, FrameReader, FrameType } from "./frames.ts";
import type { FrameTypeCode } from "./frames.ts";

/** What the handshake decided. Sizes are bytes. */
export interface RawSocketTransportOptions {
  /** Whether messages are text, and not bytes. */
  readonly isText: boolean;
  /** Of the longest message that this side takes, and that the peer takes. */
  readonly maxMessage: number;
  readonly maxPeerMessage: number;
  /** What came after the handshake, in the same packet. */
  readonly head: Uint8Array;
  readonly clock: Clock;
}

const CAPABILITIES: Capabilities = { pause: readFlow, ping: keepalive, queue: outbox };

/** While so many bytes of pongs wait to be written, nothing is read: a peer that only pings has to read, too. */
const MAX_PONGS = 64 * 1024;

/** After so long without a word, TCP asks whether the peer is there. Milliseconds. */
const TCP_KEEPALIVE = 30_000;

const DERIVED = "rawsocket";

/** Attaches its listeners at once, so that no error goes unheard, and reads after the current tick. */
export class RawSocketTransport implements BasicTransport, Reader, WriterOwner {
  readonly capabilities: Capabilities = CAPABILITIES;
  readonly #socket: Socket;
  readonly #sink: TransportSink;
  readonly #isText: boolean;
  readonly #maxPeerMessage: number;
  readonly #clock: Clock;
  readonly #frames: FrameReader;
  readonly #queue = new FrameQueue();
  readonly #writer: SocketWriter;
  #messages = 0;
  /** Bytes of pongs since everything was written last. */
  #pongs = 0;
  #isPaused = false;
  /** Nothing more is to be sent: how that began. */
  #ending: CloseInfo | undefined;
  /** Nothing more is to be read. */
  #isOver = false;
  /** The peer has ended its side, and not within a frame. */
  #hasEnded = false;
  #isClosed = false;
  /** Why the stream broke off. */
  #error: unknown;

  constructor(socket: Socket, sink: TransportSink, options: RawSocketTransportOptions) {
    this.#socket = socket;
    this.#sink = sink;
    this.#isText = options.isText;
    this.#maxPeerMessage = options.maxPeerMessage;
    this.#clock = options.clock;
    this.#frames = new FrameReader(options.maxMessage, (type, bytes, start, end, isOwn) =>
      this.#receive(type, bytes, start, end, isOwn),
    );
    this.#writer = new SocketWriter(socket, this.#queue, this);
    this.#attach();
    process.nextTick(() => this.#begin(options.head));
  }

  // ---- from the connection

  get bufferedAmount(): number {
    return this.#isClosed ? 0 : this.#writer.length;
  }

  send(message: Message | PreparedMessage): Promise<void> | undefined {
    if (this.#ending || this.#isClosed) return undefined;
    const data = message instanceof PreparedMessage ? message.data : message;
    const size = typeof data === "string" ? Buffer.byteLength(data) : data.length;
    if (size > this.#maxPeerMessage) {
      this.#fail(new LimitError(`a message of ${size} bytes for the peer`, this.#maxPeerMessage));
      return undefined;
    }
    let loan: Promise<void> | undefined;
    if (message instanceof PreparedMessage) this.#queue.push(derive(message, size));
    else if (typeof message === "string") this.#queue.push(encodeTextFrame(message, size));
    else if (size <= LEND_LIMIT) this.#queue.push(encodeFrame(FrameType.Message, message));
    else {
      loan = this.#writer.lend(message);
      this.#queue.push(encodeHeader(FrameType.Message, size));
      this.#queue.push(message);
    }
    this.#writer.submit();
    return loan;
  }

  ping(payload: Uint8Array): void {
    if (this.#ending || this.#isClosed) return;
    this.#queue.push(encodeFrame(FrameType.Ping, payload));
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

  close(code: number, reason: string): void {
    if (this.#ending || this.#isClosed) return;
    this.#ending = {
      code,
      reason: truncateReason(reason),
      wasClean: true,
      initiator: "local",
    };
    this.#writer.end();
    this.#updateReading();
  }

  abort(error?: unknown): void {
    if (this.#isClosed) return;
    const isReset = !this.#ending && isTcp(this.#socket);
    this.#ending ??= { code: 1006, reason: "", wasClean: false, initiator: "local", error };
    this.#error ??= error;
    this.#isOver = true;
    // So that the peer does not take it for a close. (What has been ended can't be reset.)
    if (!isReset) this.#socket.destroy();
    else {
      // (Node tells of no end when the system refuses to reset.)
      this.#socket.once("error", () => this.#onClose());
      this.#socket.resetAndDestroy();
    }
  }

  // ---- from the socket

  #attach(): void {
    const socket = this.#socket;
    // A peer may end its side at once after its last message: the answer still has to get out.
    socket.allowHalfOpen = true;
    socket.on("error", (error) => (this.#error ??= error));
    socket.on("close", () => this.#onClose());
    socket.on("end", () => this.#onEnd());
    socket.setNoDelay(true);
    socket.setKeepAlive(true, TCP_KEEPALIVE);
    socket.setTimeout(0);
    socket.pause();
  }

  #begin(head: Uint8Array): void {
    if (this.#socket.closed) this.#onClose();
    if (this.#isClosed) return;
    if (head.length > 0) this.received(head, head.length);
    startReading(this.#socket, this);
    this.#updateReading();
  }

  /** Bytes from the socket. What is sent until this returns goes out in one write. */
  received(bytes: Uint8Array, end: number): void {
    if (this.#isOver) return;
    beginTurn();
    this.#writer.cork();
    this.#messages = 0;
    try {
      this.#frames.read(bytes, end);
    } catch (error) {
      this.#fail(error);
    }
    this.#sink.progress(this.#frames.kept);
    const hasOutput = this.#queue.readyBytes > 0;
    this.#writer.uncork(this.#messages);
    this.#settlePongs();
    // What was sent meanwhile counted as waiting, and nobody else tells that it doesn't any more.
    if (hasOutput && !this.#socket.destroyed) this.#sink.drain();
  }

  #receive(
    type: FrameTypeCode,
    bytes: Uint8Array,
    start: number,
    end: number,
    isOwn: boolean,
  ): void {
    // (Whoever got the message before may have ended the connection.)
    if (this.#isOver) return;
    if (type === FrameType.Message) {
      this.#messages++;
      this.#sink.message(this.#read(bytes, start, end, isOwn));
    } else if (type === FrameType.Ping) this.#answer(bytes, start, end);
    else this.#sink.pong(bytes.subarray(start, end));
  }

  #read(bytes: Uint8Array, start: number, end: number, isOwn: boolean): Message {
    if (this.#isText) {
      if (!isUtf8(bytes.subarray(start, end))) throw new ProtocolError("invalid UTF-8", 1007);
      return nodePlatform.decodeUtf8(bytes, start, end);
    }
    if (isOwn) return bytes;
    if (this.#sink.borrows && end - start <= LEND_LIMIT) return bytes.subarray(start, end);
    return copy(bytes, start, end);
  }

  #answer(bytes: Uint8Array, start: number, end: number): void {
    if (this.#ending) return;
    // The limit of this side's need not be one of the peer's.
    if (end - start > this.#maxPeerMessage) throw new ProtocolError("a ping too long to answer");
    const pong = encodeFrame(FrameType.Pong, bytes, start, end);
    this.#pongs += pong.length;
    this.#queue.push(pong);
    this.#writer.submit();
  }

  #onEnd(): void {
    this.#hasEnded = this.#frames.kept === 0;
    if (!this.#hasEnded) this.#error ??= new ProtocolError("the stream ended within a frame");
    if (this.#isOver) return;
    this.#isOver = true;
    const [code, wasClean] = this.#hasEnded ? [1005, true] : [1006, false];
    this.#conclude({ code, reason: "", wasClean, initiator: "remote" });
  }

  #fail(error: unknown): void {
    if (this.#isOver && this.#ending) return;
    this.#isOver = true;
    const code =
      error instanceof LimitError || error instanceof ProtocolError ? error.closeCode : 1011;
    this.#conclude({ code, reason: "", wasClean: false, initiator: "local", error });
    this.#updateReading();
  }

  /** Nothing more comes. What came before has a turn to be answered. */
  #conclude(info: CloseInfo): void {
    this.#clock.defer(() => {
      if (this.#isClosed) return;
      this.#ending ??= info;
      this.#sink.closing();
      this.#writer.end();
    });
  }

  #onClose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.stop();
    this.#sink.closed(this.#info());
  }

  /** How it ended. This side's end is clean when the peer answered it with its own. */
  #info(): CloseInfo {
    const ending = this.#ending;
    if (ending && (this.#hasEnded || !ending.wasClean)) return ending;
    const error = this.#error;
    if (ending) return { ...ending, wasClean: false, error };
    return { code: 1006, reason: "", wasClean: false, initiator: "remote", error };
  }

  // ---- both ways

  /** The socket has written something. */
  drained(): void {
    // (What was given up with the socket was not written.)
    if (this.#socket.destroyed) return;
    this.#settlePongs();
    this.#sink.drain();
  }

  #settlePongs(): void {
    if (this.#pongs === 0) return;
    if (this.#writer.length === 0) this.#pongs = 0;
    this.#updateReading();
  }

  /** Whether the connection has enough for now. The end of a connection is always read. */
  #updateReading(): void {
    const isFull = this.#isPaused || this.#pongs > MAX_PONGS;
    if (isFull && !this.#ending && !this.#isOver) this.#socket.pause();
    else this.#socket.resume();
  }
}

function isTcp(socket: Socket): boolean {
  return isPlainSocket(socket) && socket.remoteAddress !== undefined && !socket.destroyed;
}

function copy(bytes: Uint8Array, start: number, end: number): Buffer {
  const own = allocate(end - start);
  copyBytes(bytes, start, end, own, 0);
  return own;
}

/** The same bytes for everybody that a message goes to. */
function derive(message: PreparedMessage, size: number): Uint8Array {
  const known = message.derived.get(DERIVED) as Uint8Array | undefined;
  if (known) return known;
  const { data } = message;
  const frame =
    typeof data === "string" ? encodeTextFrame(data, size) : encodeFrame(FrameType.Message, data);
  message.derived.set(DERIVED, frame);
  return frame;
}
