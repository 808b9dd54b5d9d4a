/**
 * Bytes in, events out.
 *
 * @module
 */

import { LimitError, ProtocolError } from "../errors.ts";
import { decodeClose } from "./close-frame.ts";
import { EventQueue } from "./event-queue.ts";
import { type FrameHandler, FrameParser } from "./frame-parser.ts";
import { CLAIM_LIMIT, GrowingBuffer } from "./growing-buffer.ts";
import { copyData, decodeText, MessageAssembler, messageTooBig } from "./message-assembler.ts";
import { Opcode } from "./opcode.ts";
import type { MessageCodec, ProtocolPlatform, Role } from "./platform.ts";

export interface ReceiverOptions {
  readonly role: Role;
  readonly platform: ProtocolPlatform;
  readonly codec: MessageCodec | undefined;
  /** The longest message, in bytes. */
  readonly limit: number;
}

/** The connection that it receives for. */
export interface ReceiverOwner {
  /** Binary messages may be views of what was received. */
  readonly lending: boolean;
  answerPing(payload: Uint8Array): void;
  /** An inflation under way has ended, and what came meanwhile has been read. */
  settled(): void;
}

/**
 * How much may be inflated before the caller has its turn, in bytes: a few bytes may stand for a thousand times as many,
 * so that what comes in one chunk says nothing about the memory and time that it takes.
 */
const INFLATE_BUDGET = 64 * 1024;

/** Reads until a close frame, a failure or {@link Receiver.stop}; what comes later is ignored. */
export class Receiver implements FrameHandler {
  readonly #platform: ProtocolPlatform;
  readonly #codec: MessageCodec | undefined;
  readonly #limit: number;
  readonly #parser: FrameParser;
  /** What was found and not taken yet. */
  readonly events: EventQueue = new EventQueue();
  /** Only there while it is lent to a connection. */
  owner: ReceiverOwner | undefined;
  /** For messages that don't come whole in one chunk, and compressed ones; made for the first of them. */
  #assembler: MessageAssembler | undefined;

  #stopped = false;
  /** The message under way, or else the next one, is wanted in parts. */
  #parts = false;
  /** A part of the message under way was delivered. */
  #partDelivered = false;
  /**
   * Parts were wanted before. What comes before they are wanted again is then refused by what is kept of it, not by what
   * it claims: it may follow the message before in the same chunk, sooner than anybody could ask.
   */
  #streaming = false;

  #suspended = false;
  /** Suspended only so that the caller has its turn. */
  #yielding = false;
  /** What was inflated in this turn. */
  #inflated = 0;
  /** Compressed bytes that are being inflated. */
  #inflating = 0;
  /** What came while suspended; read up to `#backlogAt`. */
  #backlog: GrowingBuffer | undefined;
  #backlogAt = 0;

  constructor(options: ReceiverOptions) {
    const { role, platform, codec, limit } = options;
    this.#platform = platform;
    this.#codec = codec;
    this.#limit = limit;
    this.#parser = new FrameParser(role, platform, codec !== undefined, this);
  }

  /** Whether there is nothing of this connection here once its events were taken, so that another one may have it. */
  get isAtRest(): boolean {
    if (this.#stopped || this.#suspended || this.#streaming) return false;
    return this.#parser.isBetweenMessages;
  }

  get suspended(): boolean {
    return this.#suspended;
  }

  get yielding(): boolean {
    return this.#yielding;
  }

  get kept(): number {
    const backlog = (this.#backlog?.length ?? 0) - this.#backlogAt;
    return (this.#assembler?.length ?? 0) + this.#inflating + backlog;
  }

  receive(bytes: Uint8Array, end: number): void {
    if (this.#stopped) return;
    let at = 0;
    if (!this.#suspended) {
      this.#inflated = 0;
      at = this.#parse(bytes, 0, end);
    }
    if (!this.#suspended) return;
    this.#backlog ??= new GrowingBuffer(this.#platform, Infinity);
    this.#backlog.append(bytes, at, end, 0);
  }

  /** Goes on after the caller had its turn. */
  proceed(): void {
    if (!this.#yielding) return;
    this.#yielding = false;
    this.#suspended = false;
    this.#inflated = 0;
    this.#readBacklog();
  }

  receiveParts(wanted: boolean): void {
    if (wanted) {
      this.#parts = true;
      this.#streaming = true;
      try {
        this.#deliverPart();
      } catch (error) {
        this.#fail(error);
      }
    } else if (!this.#partDelivered) {
      this.#parts = false;
      // A frame that was let in because of that may be over the limit. (Compressed ones never are.)
      const assembler = this.#assembler;
      if (!assembler || assembler.compressed) return;
      if (assembler.declared > this.#limit) this.#fail(messageTooBig(this.#limit));
    }
  }

  /** Ignores all further input, and frees what is held of earlier input. */
  stop(): void {
    this.#stopped = true;
    this.#suspended = false;
    this.#yielding = false;
    this.#inflating = 0;
    this.#assembler?.clear();
    this.#backlog?.clear();
    this.#backlogAt = 0;
  }

  // What the parser finds. These methods are public only for it.

  message(text: boolean, bytes: Uint8Array, start: number, end: number): void {
    if (end - start > this.#limit && !this.#parts) throw messageTooBig(this.#limit);
    if (text) this.#deliver(decodeText(this.#platform, bytes, start, end));
    else if (this.owner!.lending) this.#deliver(bytes.subarray(start, end));
    else this.#deliver(copyData(this.#platform, bytes, start, end));
  }

  begin(text: boolean, compressed: boolean): void {
    this.#assembler ??= new MessageAssembler(this.#platform, this.#limit);
    this.#assembler.begin(text, compressed);
  }

  expect(length: number, final: boolean): void {
    const assembler = this.#begun();
    const unbounded = this.#streaming && !assembler.compressed;
    assembler.expect(length, final, unbounded ? Infinity : this.#limit);
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    const assembler = this.#begun();
    assembler.append(bytes, start, end);
    if (this.#parts) {
      if (assembler.length >= CLAIM_LIMIT) this.#deliverPart();
    } else if (assembler.length > this.#limit && !assembler.compressed) {
      throw messageTooBig(this.#limit);
    }
  }

  finish(): boolean {
    const assembler = this.#begun();
    if (assembler.compressed) return this.#inflate(assembler);
    this.#deliver(assembler.finish());
    return true;
  }

  control(opcode: number, payload: Uint8Array): boolean {
    if (opcode === Opcode.Close) {
      const { code, reason } = decodeClose(this.#platform, payload);
      this.events.end({ type: "close", code, reason });
      this.stop();
      return false;
    }
    if (opcode === Opcode.Ping) {
      this.events.push({ type: "ping", data: payload });
      this.owner!.answerPing(payload);
    } else {
      this.events.push({ type: "pong", data: payload });
    }
    return true;
  }

  /** The message that the parser has begun. */
  #begun(): MessageAssembler {
    return this.#assembler as MessageAssembler;
  }

  /** Returns where it stopped; after a failure that doesn't matter. */
  #parse(bytes: Uint8Array, start: number, end: number): number {
    try {
      const at = this.#parser.parse(bytes, start, end);
      // Parts go out with the chunk that they came in, however many frames it has.
      if (this.#parts) this.#deliverPart();
      return at;
    } catch (error) {
      this.#fail(error);
      return start;
    }
  }

  #deliver(data: string | Uint8Array): void {
    if (this.#parts) {
      this.#parts = false;
      this.#partDelivered = false;
      this.events.push({ type: "part", data, final: true });
    } else {
      this.events.push({ type: "message", data });
    }
  }

  /** Delivers what is there of a message that is being received. */
  #deliverPart(): void {
    const assembler = this.#assembler;
    if (!assembler?.active || assembler.compressed) return;
    const data = assembler.takePart();
    if (data === undefined) return;
    this.#partDelivered = true;
    this.events.push({ type: "part", data, final: false });
  }

  /** Returns whether the parser can go on. */
  #inflate(assembler: MessageAssembler): boolean {
    const payload = assembler.finishCompressed();
    const codec = this.#codec!;
    let result: Uint8Array | Promise<Uint8Array>;
    try {
      result = codec.decompress(payload, this.#limit);
    } catch (error) {
      throw toInflateError(error);
    }
    if (!("then" in result)) {
      this.#deliverInflated(result);
      return !this.#yielding;
    }
    this.#suspended = true;
    this.#inflating = payload.length;
    result.then(
      (bytes) => this.#settle(() => this.#deliverInflated(bytes)),
      (error: unknown) =>
        this.#settle(() => {
          throw toInflateError(error);
        }),
    );
    return false;
  }

  #deliverInflated(bytes: Uint8Array): void {
    this.#deliver(this.#begun().text ? decodeText(this.#platform, bytes, 0, bytes.length) : bytes);
    this.#inflated += bytes.length;
    if (this.#inflated <= INFLATE_BUDGET) return;
    this.#suspended = true;
    this.#yielding = true;
  }

  #settle(deliver: () => void): void {
    if (this.#stopped) return;
    this.#suspended = false;
    this.#inflating = 0;
    this.#inflated = 0;
    try {
      deliver();
      if (!this.#yielding) this.#readBacklog();
    } catch (error) {
      this.#fail(error);
    }
    this.owner!.settled();
  }

  #readBacklog(): void {
    const backlog = this.#backlog;
    if (!backlog || backlog.length === 0) return;
    // Bytes keep their place until all are read: moving them at each suspension would make many of them quadratic.
    this.#backlogAt = this.#parse(backlog.bytes, this.#backlogAt, backlog.length);
    if (this.#backlogAt < backlog.length) return;
    backlog.clear();
    this.#backlogAt = 0;
  }

  #fail(error: unknown): void {
    this.stop();
    this.events.end({ type: "failure", error: toFailure(error, this.#limit) });
  }
}

function isFailure(error: unknown): error is ProtocolError | LimitError {
  return error instanceof ProtocolError || error instanceof LimitError;
}

function toInflateError(error: unknown): ProtocolError | LimitError {
  if (isFailure(error)) return error;
  return new ProtocolError("message that can't be inflated", 1007, { cause: error });
}

/** What the platform throws comes from memory or strings that can't be that long. */
function toFailure(error: unknown, limit: number): ProtocolError | LimitError {
  if (isFailure(error)) return error;
  const failure = new LimitError("message that does not fit into memory", limit);
  failure.cause = error;
  return failure;
}
