/**
 * Messages in, frames out, in order, also while a compression is under way.
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import { Deque } from "../util/deque.ts";
import { COPY_LIMIT, FrameWriter } from "./frame-writer.ts";
import { copyData } from "./message-assembler.ts";
import { FIN, Opcode, RSV1 } from "./opcode.ts";
import type { MessageCodec, ProtocolPlatform, Role } from "./platform.ts";

export interface SenderOptions {
  readonly role: Role;
  readonly platform: ProtocolPlatform;
  readonly codec: MessageCodec | undefined;
}

/** The connection that it sends for. */
export interface SenderOwner {
  /** A message could not be compressed. */
  failed(error: ProtocolError): void;
  /** A compression under way has ended. */
  settled(): void;
}

/** A message that is to be compressed once the one before it is. */
interface Waiting {
  readonly message: Uint8Array;
  readonly text: boolean;
}

/** Writes until the close frame or {@link Sender.stop}; what comes later is ignored. */
export class Sender {
  readonly #platform: ProtocolPlatform;
  readonly #codec: MessageCodec | undefined;
  readonly #masked: boolean;
  readonly #output: FrameWriter;
  /** Only there while it is lent to a connection. */
  owner: SenderOwner | undefined;
  #ended = false;
  #stopped = false;
  #closePayload: Uint8Array | undefined;

  /** Whether a message in parts was begun; and the half of a character that its last part ended with. */
  #inMessage = false;
  #halfCharacter = "";

  /** The latest ping that waits for an answer. */
  #unanswered: Uint8Array | undefined;
  #congested = false;

  /** What waits behind a compression; the memory of all but the last one of its writers is counted. */
  #held: Deque<FrameWriter | Waiting> | undefined;
  #lastHeld: FrameWriter | undefined;
  #heldBytes = 0;
  /** The bytes that are being compressed, if any. */
  #compressing: number | undefined;

  constructor(options: SenderOptions) {
    this.#platform = options.platform;
    this.#codec = options.codec;
    this.#masked = options.role === "client";
    this.#output = new FrameWriter(options.platform, this.#masked, true);
  }

  /** Whether there is nothing of this connection here, so that another one may have it. */
  get isAtRest(): boolean {
    if (this.#ended || this.#inMessage || this.#congested) return false;
    return this.#compressing === undefined && this.#output.size === 0;
  }

  /** How much memory frames get that are not there yet: what was taken the last time. */
  get slabSize(): number {
    return this.#output.nextSlab;
  }

  set slabSize(size: number) {
    this.#output.nextSlab = size;
  }

  /** Whether a message in parts was begun and not ended. */
  get inMessage(): boolean {
    return this.#inMessage;
  }

  get heldBytes(): number {
    return this.#heldBytes + (this.#compressing ?? 0) + (this.#lastHeld?.size ?? 0);
  }

  get readyBytes(): number {
    return this.#output.size;
  }

  get congested(): boolean {
    return this.#congested;
  }

  set congested(congested: boolean) {
    this.#congested = congested;
    const payload = this.#unanswered;
    if (congested || !payload) return;
    this.#unanswered = undefined;
    this.control(Opcode.Pong, payload);
  }

  take(): Uint8Array[] {
    return this.#output.take();
  }

  send(data: string | Uint8Array, text: boolean, compress: boolean): void {
    if (this.#ended) return;
    const first = FIN | (text ? Opcode.Text : Opcode.Binary);
    const isString = typeof data === "string";
    // A code unit takes at most 3 bytes.
    const mayCompress = compress && this.#pastThreshold(isString ? data.length * 3 : data.length);
    if (isString && !mayCompress && this.#writer().writeAscii(first, data)) return;
    const payload = isString ? this.#platform.encodeUtf8(data) : data;
    if (mayCompress && this.#pastThreshold(payload.length)) {
      if (this.#compressing === undefined) this.#compress(payload, text);
      else
        this.#hold(isString || payload.length > COPY_LIMIT ? payload : this.#copy(payload), text);
    } else {
      this.#writer().write(first, payload);
    }
  }

  sendPart(data: string | Uint8Array, text: boolean, final: boolean): void {
    if (this.#ended) return;
    const opcode = this.#inMessage ? Opcode.Continuation : text ? Opcode.Text : Opcode.Binary;
    this.#inMessage = !final;
    const payload = typeof data === "string" ? this.#encodePart(data, final) : this.#joinPart(data);
    this.#writer().write(final ? FIN | opcode : opcode, payload);
  }

  /** Whole frames. */
  sendFrames(bytes: Uint8Array): void {
    if (!this.#ended) this.#writer().writeFrames(bytes);
  }

  control(opcode: number, payload: Uint8Array): void {
    if (!this.#ended) this.#writer().write(FIN | opcode, payload);
  }

  answerPing(payload: Uint8Array): void {
    if (this.#congested) {
      // The event's data is the application's to change.
      this.#unanswered = this.#copy(payload);
    } else {
      this.control(Opcode.Pong, payload);
    }
  }

  /** The last frame, also after a compression that failed. To be called once. */
  close(payload: Uint8Array): void {
    this.#closePayload = payload;
    if (this.#ended) this.#output.write(FIN | Opcode.Close, payload);
    else this.control(Opcode.Close, payload);
    this.#ended = true;
  }

  /** Drops what waits behind a compression, but for the close frame; how that ends changes nothing any more. */
  stop(): void {
    this.#ended = true;
    this.#stopped = true;
    this.#dropHeld();
  }

  #pastThreshold(length: number): boolean {
    return this.#codec !== undefined && length >= this.#codec.threshold;
  }

  /** Where the next frame goes. */
  #writer(): FrameWriter {
    if (this.#compressing === undefined) return this.#output;
    if (!this.#lastHeld) {
      this.#lastHeld = new FrameWriter(this.#platform, this.#masked);
      (this.#held ??= new Deque()).push(this.#lastHeld);
    }
    return this.#lastHeld;
  }

  /** Encoded each on its own, the halves of a character that is cut in two would be lost. */
  #encodePart(data: string, final: boolean): Uint8Array {
    const text = this.#halfCharacter + data;
    const cut = !final && isHighSurrogate(text.charCodeAt(text.length - 1));
    this.#halfCharacter = cut ? text.slice(-1) : "";
    return this.#platform.encodeUtf8(cut ? text.slice(0, -1) : text);
  }

  #joinPart(data: Uint8Array): Uint8Array {
    if (this.#halfCharacter === "") return data;
    const start = this.#encodePart("", true);
    const joined = this.#platform.allocate(start.length + data.length);
    joined.set(start);
    joined.set(data, start.length);
    return joined;
  }

  #copy(bytes: Uint8Array): Uint8Array {
    return copyData(this.#platform, bytes, 0, bytes.length);
  }

  #compress(message: Uint8Array, text: boolean): void {
    let result: Uint8Array | Promise<Uint8Array>;
    try {
      result = this.#codec!.compress(message);
    } catch (error) {
      // Not the caller's fault: it takes the same way as a failure that comes later.
      result = Promise.reject(error);
    }
    if (!("then" in result)) {
      this.#writeCompressed(result, text);
      return;
    }
    this.#compressing = message.length;
    result.then(
      (payload) => this.#settle(payload, text),
      (error: unknown) => this.#fail(error),
    );
  }

  #writeCompressed(payload: Uint8Array, text: boolean): void {
    this.#output.write(FIN | RSV1 | (text ? Opcode.Text : Opcode.Binary), payload);
  }

  #hold(message: Uint8Array, text: boolean): void {
    this.#heldBytes += message.length + (this.#lastHeld?.size ?? 0);
    this.#lastHeld = undefined;
    (this.#held ??= new Deque()).push({ message, text });
  }

  #settle(payload: Uint8Array, text: boolean): void {
    if (this.#stopped) return;
    this.#compressing = undefined;
    this.#writeCompressed(payload, text);
    this.#releaseHeld();
    this.owner!.settled();
  }

  /** Up to the next compression that takes its time. */
  #releaseHeld(): void {
    while (this.#compressing === undefined) {
      const next = this.#held?.shift();
      if (!next) return;
      if (next instanceof FrameWriter) {
        if (next === this.#lastHeld) this.#lastHeld = undefined;
        else this.#heldBytes -= next.size;
        this.#output.append(next);
      } else {
        this.#heldBytes -= next.message.length;
        this.#compress(next.message, next.text);
      }
    }
  }

  #dropHeld(): void {
    if (this.#compressing === undefined) return;
    if (this.#closePayload) this.#output.write(FIN | Opcode.Close, this.#closePayload);
    this.#held = undefined;
    this.#lastHeld = undefined;
    this.#heldBytes = 0;
    this.#compressing = undefined;
  }

  /** Without the message nothing that came after it may be sent, but for the close frame. */
  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.#dropHeld();
    this.#ended = true;
    const failure = new ProtocolError("message that can't be compressed", 1011, { cause: error });
    this.owner!.failed(failure);
    this.owner!.settled();
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
