/**
 * A WebSocket connection after its handshake, without I/O: bytes in, events and bytes out.
 *
 * @module
 */

import { StateError } from "../errors.ts";
import type { ProtocolError } from "../errors.ts";
import { isCloseCode } from "../util/close-code.ts";
import { type CloseStatus, encodeClose, NO_CODE } from "./close-frame.ts";
import type { ProtocolEvent } from "./events.ts";
import { MAX_CONTROL_PAYLOAD, Opcode } from "./opcode.ts";
import type { MessageCodec, ProtocolPlatform, Role } from "./platform.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";
import { Setup } from "./setup.ts";

export type { Role } from "./platform.ts";

export interface ProtocolOptions {
  role: Role;
  /** What differs between platforms; `webPlatform` runs on all of them. */
  platform: ProtocolPlatform;
  /** The longest message that is received, in bytes; compressed it may be an eighth longer. Default: 1 MiB. */
  maxMessage?: number;
  /**
   * Compresses and inflates messages, when permessage-deflate was negotiated; without it compressed messages are
   * refused. The protocol closes it when its state becomes `"closed"`.
   */
  codec?: MessageCodec | undefined;
  /**
   * A codec that answers later has answered: call `events` and `dataToSend`. Not called again once a call saw the state
   * `"closed"`.
   */
  onProgress?: (() => void) | undefined;
}

/** How one message is sent. */
export interface SendMessageOptions {
  /** Bytes are sent as text: the caller vouches that they are UTF-8. Strings always are text. Default: `false`. */
  text?: boolean | undefined;
  /** `false`: not compressed, whatever was negotiated. Default: `true`, from the codec's threshold on. */
  compress?: boolean | undefined;
}

const DEFAULT_MAX_MESSAGE = 1024 * 1024;

/**
 * Both ends of a connection, by `role`. After each call that takes bytes or a message, and in `onProgress`, the caller
 * must take {@link Protocol.events} and write {@link Protocol.dataToSend}. Nothing that a peer sends makes a method
 * throw: it becomes a `failure` event, and {@link Protocol.conclude} then sends the close frame. What the caller does
 * wrong is thrown at once.
 *
 * @example
 * ```ts
 * import { Protocol, webPlatform } from "fullduplex/protocol";
 *
 * const server = new Protocol({ role: "server", platform: webPlatform });
 * server.receiveData(bytes);
 * for (const event of server.events()) {
 *   if (event.type === "message") server.sendMessage(event.data);
 *   if (event.type === "close" || event.type === "failure") server.conclude();
 * }
 * for (const chunk of server.dataToSend()) socket.write(chunk);
 * ```
 */
export class Protocol {
  readonly #setup: Setup;
  readonly #onProgress: (() => void) | undefined;
  /** Only there while something of this connection is in them: see {@link Setup}. */
  #receiver: Receiver | undefined;
  #sender: Sender | undefined;
  #slabSize = 0;

  #closeSent: CloseStatus | undefined;
  /** The peer ended its side of the stream; its effect waits for what came before. */
  #eof = false;
  #closed = false;
  #lending = false;

  /** Throws a `RangeError` for a `maxMessage` that is no size. */
  constructor(options: ProtocolOptions) {
    const { role, platform, codec, maxMessage: limit = DEFAULT_MAX_MESSAGE } = options;
    if (!(limit >= 0)) throw new RangeError(`maxMessage is not a size: ${limit}`);
    this.#setup = Setup.of({ role, platform, codec, limit });
    this.#onProgress = options.onProgress;
  }

  get role(): Role {
    return this.#setup.role;
  }

  /**
   * `"closing"` once a close frame was queued, by either side's doing; `"closed"` once the stream's end was received,
   * and what came before it has been concluded.
   */
  get state(): "open" | "closing" | "closed" {
    if (this.#closed) return "closed";
    return this.#closeSent ? "closing" : "open";
  }

  /**
   * A message is being inflated, or {@link Protocol.yielding}: stop reading until `onProgress`, or until you called
   * `proceed`. Bytes that still come are kept.
   */
  get suspended(): boolean {
    return this.#receiver?.suspended === true;
  }

  /**
   * Suspended because compressed messages became more than 64 KiB: call {@link Protocol.proceed}, in a later turn of the
   * event loop so that others have theirs, and once there is room for more messages.
   */
  get yielding(): boolean {
    return this.#receiver?.yielding === true;
  }

  /** The bytes held for a message that is not whole, or that came while suspended. */
  get kept(): number {
    return this.#receiver?.kept ?? 0;
  }

  /** The bytes that `dataToSend` would return. */
  get readyBytes(): number {
    return this.#sender?.readyBytes ?? 0;
  }

  /** The bytes that wait behind a compression under way, and its own. */
  get heldBytes(): number {
    return this.#sender?.heldBytes ?? 0;
  }

  /**
   * Set it while what was written piles up: pings then wait, and only the latest is answered once it is unset (RFC 6455
   * section 5.5.3 allows that). A peer that sends pings and doesn't read can so not make the output grow.
   */
  get congested(): boolean {
    return this.#sender?.congested === true;
  }

  set congested(congested: boolean) {
    this.#sending().congested = congested;
    this.#restSender();
  }

  /**
   * While `true`, the data of binary messages may be a view of the bytes that were given to `receiveData`: take the
   * events, and copy what is needed for longer, before these bytes change. Default: `false`, all data is a copy.
   */
  get lending(): boolean {
    return this.#lending;
  }

  set lending(lending: boolean) {
    this.#lending = lending;
  }

  /** What the peer's close frame said, once it came. */
  get closeReceived(): CloseStatus | undefined {
    const last = this.#receiver?.events.last;
    return last?.type === "close" ? { code: last.code, reason: last.reason } : undefined;
  }

  /** What the close frame of this side says, once it is queued. */
  get closeSent(): CloseStatus | undefined {
    return this.#closeSent;
  }

  /**
   * Takes bytes as they come, in chunks of any size. They are unmasked **in place**: the memory is the protocol's until
   * the call returns, and the caller's again after it. Bytes after a close frame or a failure are ignored. `end`: only
   * the bytes before it are taken. Default: all.
   */
  receiveData(bytes: Uint8Array, end: number = bytes.length): void {
    this.#receiving().receive(bytes, end);
  }

  /** Goes on with what was received, when `yielding`; afterwards take `events` and `dataToSend`. */
  proceed(): void {
    this.#receiver?.proceed();
    this.#settleEof();
  }

  /** The peer ended its side of the stream, or the connection is lost. */
  receiveEof(): void {
    this.#eof = true;
    this.#settleEof();
  }

  /**
   * `true`: delivers the message that is being received, or else the next one, as `part` events: what is there, then what
   * comes, with each chunk. It holds for one message. Compressed messages come as one final part; `maxMessage` doesn't
   * bound the others. `false` takes that back, if no part was delivered yet.
   */
  receiveParts(wanted: boolean): void {
    this.#receiving().receiveParts(wanted);
  }

  /**
   * Queues a message. Bytes longer than 16 KiB are not copied: they must stay as they are until they have been written,
   * and `heldBytes` has been 0.
   *
   * Throws a `StateError` when the state isn't open, or inside a message in parts.
   */
  sendMessage(data: string | Uint8Array, options?: SendMessageOptions): void {
    this.#checkMessage();
    checkData(data);
    const text = typeof data === "string" || options?.text === true;
    this.#sending().send(data, text, options?.compress !== false);
  }

  /**
   * Queues a part of a message, uncompressed. The first part decides about `text`; `final` ends the message, and until
   * then only control frames may go out. Longer bytes are lent, as in `sendMessage`.
   *
   * Throws a `StateError` when the state isn't open.
   */
  sendPart(data: string | Uint8Array, text: boolean, final: boolean): void {
    this.#checkOpen();
    checkData(data);
    this.#sending().sendPart(data, text, final);
  }

  /**
   * Queues a frame that `frameMessage` made. It is not copied, and must not change any more.
   *
   * Throws a `StateError` when the state isn't open, inside a message in parts, and for a client, whose frames are each
   * masked with a key of their own.
   */
  sendFrame(frame: Uint8Array): void {
    if (this.role === "client") throw new StateError("a client's frames can't be prepared");
    this.#checkMessage();
    checkBytes(frame);
    this.#sending().sendFrames(frame);
  }

  /** Queues a ping; ignored once a close frame is queued. Throws a `RangeError` for more than 125 bytes. */
  sendPing(payload: Uint8Array): void {
    checkControl(payload);
    this.#sending().control(Opcode.Ping, payload);
  }

  /** Queues a pong that answers no ping; ignored once a close frame is queued. Throws as `sendPing`. */
  sendPong(payload: Uint8Array): void {
    checkControl(payload);
    this.#sending().control(Opcode.Pong, payload);
  }

  /**
   * Starts the closing handshake: queues a close frame behind all that was sent, and goes on receiving until the peer's
   * comes. Does nothing when a close frame was queued before. The reason is cut at 123 bytes of UTF-8.
   *
   * Throws a `RangeError` for a code that an endpoint must not send (RFC 6455 section 7.4), and a `TypeError` for a
   * reason without a code.
   */
  sendClose(code?: number, reason = ""): void {
    if (code === undefined && reason !== "") throw new TypeError("a close reason needs a code");
    if (code !== undefined) checkCode(code);
    this.#close(code ?? NO_CODE, reason);
  }

  /**
   * Fails the connection: queues a close frame, and ignores everything that comes, or came and was not understood yet.
   * Throws as `sendClose`.
   */
  fail(code: number, reason: string): void {
    checkCode(code);
    this.#receiving().stop();
    this.#close(code, reason);
    this.#settleEof();
  }

  /**
   * Answers the close frame that was received, or sends the one that a failure calls for, unless one was queued before.
   * Does nothing without either. Call it once the messages before it were delivered and could be answered.
   */
  conclude(): void {
    const last = this.#receiver?.events.last;
    if (!last) return;
    if (last.type === "close") this.#close(last.code, last.reason);
    else this.#close(last.error.closeCode, last.error.message);
    this.#settleEof();
  }

  /** What the bytes meant, in order; each event is returned once. Nothing comes after a `close` or `failure`. */
  events(): ProtocolEvent[] {
    const receiver = this.#receiver;
    if (!receiver) return [];
    const events = receiver.events.take();
    if (receiver.isAtRest) {
      this.#receiver = undefined;
      this.#setup.returnReceiver(receiver);
    }
    return events;
  }

  /** What is to be written, in order; each is returned once. The memory is the caller's to read, not to change. */
  dataToSend(): Uint8Array[] {
    const sender = this.#sender;
    if (!sender) return [];
    const chunks = sender.take();
    this.#restSender();
    return chunks;
  }

  /** Whether the stream should end soon: a caller with a clock bounds the wait for it. */
  closeExpected(): boolean {
    return this.state !== "open";
  }

  #checkOpen(): void {
    if (this.#closeSent || this.#closed) throw new StateError(`the connection is ${this.state}`);
  }

  #checkMessage(): void {
    this.#checkOpen();
    if (this.#sender?.inMessage) throw new StateError("a message in parts is not finished");
  }

  #close(code: number, reason: string): void {
    if (this.#closeSent || this.#closed) return;
    const { payload, status } = encodeClose(this.#setup.platform, { code, reason });
    this.#closeSent = status;
    this.#sending().close(payload);
  }

  /**
   * A call of the codec that took its time has settled. (A closure for each connection would have its memory.)
   *
   * @internal
   */
  settled(): void {
    if (this.#receiver?.events.last) this.#receiver.stop();
    this.#settleEof();
    this.#onProgress?.();
  }

  /**
   * A message could not be compressed.
   *
   * @internal
   */
  failed(error: ProtocolError): void {
    this.#receiving().events.end({ type: "failure", error });
  }

  /**
   * A ping came.
   *
   * @internal
   */
  answerPing(payload: Uint8Array): void {
    this.#sending().answerPing(payload);
  }

  #receiving(): Receiver {
    return (this.#receiver ??= this.#setup.lendReceiver(this));
  }

  #sending(): Sender {
    return this.#sender ?? this.#borrowSender();
  }

  #borrowSender(): Sender {
    const sender = this.#setup.lendSender(this);
    sender.slabSize = this.#slabSize;
    return (this.#sender = sender);
  }

  #restSender(): void {
    const sender = this.#sender;
    if (!sender?.isAtRest) return;
    this.#slabSize = sender.slabSize;
    this.#sender = undefined;
    this.#setup.returnSender(sender);
  }

  #settleEof(): void {
    if (!this.#eof || this.#closed || this.suspended) return;
    // What came before the end can still be answered: the peer may have ended one direction only.
    if (this.#receiver?.events.last && !this.#closeSent) return;
    this.#closed = true;
    this.#receiving().stop();
    this.#sending().stop();
    this.#setup.codec?.close();
  }
}

function checkCode(code: number): void {
  if (!isCloseCode(code)) throw new RangeError(`close code that can't be sent: ${code}`);
}

function checkData(data: string | Uint8Array): void {
  if (typeof data !== "string") checkBytes(data);
}

/** A number, or a view of another type, would be read as so many bytes of something else. */
function checkBytes(bytes: Uint8Array): void {
  if (bytes instanceof Uint8Array) return;
  // Another realm's.
  if (Object.prototype.toString.call(bytes) === "[object Uint8Array]") return;
  throw new TypeError("neither a string nor a Uint8Array");
}

function checkControl(payload: Uint8Array): void {
  checkBytes(payload);
  if (payload.length > MAX_CONTROL_PAYLOAD) {
    throw new RangeError(`longer than ${MAX_CONTROL_PAYLOAD} bytes: ${payload.length}`);
  }
}
