/**
 * Two transports that are each other's peer, in memory.
 *
 * @module
 */

import { joinParts } from "../connection/data.ts";
import type { CloseInfo } from "../errors.ts";
import { keepalive } from "../connection/keepalive.ts";
import { outbox } from "../connection/outbox.ts";
import { parts } from "../connection/parts.ts";
import { readFlow } from "../connection/read-flow.ts";
import { PreparedMessage } from "../connection/prepared-message.ts";
import type {
  Capabilities,
  Message,
  Transport,
  TransportSendOptions,
  TransportSink,
} from "../connection/transport.ts";
import type { Clock } from "../util/clock.ts";
import { truncateReason } from "../util/close-code.ts";
import { Deque } from "../util/deque.ts";

/** What travels from one to the other. */
type Item =
  | { readonly type: "message"; readonly data: Message }
  | { readonly type: "part"; readonly data: Message; readonly final: boolean }
  | { readonly type: "ping" | "pong"; readonly data: Uint8Array }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

type CloseItem = Extract<Item, { type: "close" }>;

const FRAME_BYTES = 2;

/** How much is received in one turn of the event loop, at least. */
const READ_BYTES = 64 * 1024;

const CAPABILITIES: Capabilities = {
  pause: readFlow,
  ping: keepalive,
  queue: outbox,
  parts,
};

export class MemoryTransport implements Transport {
  readonly capabilities: Capabilities = CAPABILITIES;
  readonly #sink: TransportSink;
  readonly #clock: Clock;
  #peer!: MemoryTransport;
  #incoming = new Deque<Item>();
  #incomingBytes = 0;
  /** What was received in this turn of the event loop. */
  #read = 0;
  #paused = false;
  #scheduled = false;
  #wantsParts = false;
  /** A part of the message that is being received. */
  #partDelivered = false;
  #parts: Message[] = [];
  #sent: CloseItem | undefined;
  #received: CloseItem | undefined;
  #initiator: "local" | "remote" = "remote";
  #closed = false;

  constructor(sink: TransportSink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  static join(a: MemoryTransport, b: MemoryTransport): void {
    a.#peer = b;
    b.#peer = a;
  }

  get bufferedAmount(): number {
    return this.#closed ? 0 : this.#peer.#incomingBytes;
  }

  send(message: Message | PreparedMessage, options: TransportSendOptions): undefined {
    const { data, text } =
      message instanceof PreparedMessage
        ? message
        : { data: message, text: typeof message === "string" || options.text === true };
    this.#put({ type: "message", data: own(data, text) });
  }

  sendPart(data: Message, text: boolean, final: boolean): void {
    this.#put({ type: "part", data: own(data, text), final });
  }

  ping(payload: Uint8Array): void {
    this.#put({ type: "ping", data: payload.slice() });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  receiveParts(wanted: boolean): void {
    if (this.#partDelivered) return;
    this.#wantsParts = wanted;
    if (!wanted || this.#parts.length === 0) return;
    const begun = joinParts(this.#parts);
    this.#parts = [];
    this.#partDelivered = true;
    this.#sink.part(begun, false);
  }

  close(code: number, reason: string): void {
    if (this.#sent) return;
    const item: CloseItem = { type: "close", code, reason: truncateReason(reason) };
    this.#put(item);
    this.#sent = item;
    if (!this.#received) this.#initiator = "local";
    this.#finish();
  }

  abort(error?: unknown): void {
    this.#cut("local", error);
    this.#peer.#cut("remote", undefined);
  }

  #put(item: Item): void {
    const peer = this.#peer;
    if (this.#sent || this.#closed || peer.#closed) return;
    peer.#incoming.push(item);
    peer.#incomingBytes += sizeOf(item);
    peer.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#incoming.length === 0) return;
    if (this.#read >= READ_BYTES) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.#paused && !this.#closed && !this.#received && this.#incoming.length > 0) {
      if (this.#read >= READ_BYTES) break;
      const item = this.#incoming.shift() as Item;
      const size = sizeOf(item);
      this.#incomingBytes -= size;
      this.#count(size);
      this.#receive(item);
    }
    if (this.#closed) return;
    this.#sink.progress(this.#parts.reduce((size, part) => size + part.length, 0));
    if (!this.#peer.#closed) this.#peer.#sink.drain();
  }

  /** As from a socket, only so much is read in one turn of the event loop. */
  #count(size: number): void {
    if (this.#read === 0) {
      this.#clock.defer(() => {
        this.#read = 0;
        this.#schedule();
      });
    }
    this.#read += size;
  }

  #receive(item: Item): void {
    switch (item.type) {
      case "message":
        this.#sink.message(item.data);
        break;
      case "part":
        this.#receivePart(item.data, item.final);
        break;
      case "ping":
        this.#put({ type: "pong", data: item.data });
        break;
      case "pong":
        this.#sink.pong(item.data);
        break;
      case "close":
        this.#received = item;
        this.#clock.defer(() => this.#answer(item));
    }
  }

  #receivePart(data: Message, final: boolean): void {
    if (this.#wantsParts) {
      this.#wantsParts = !final;
      this.#partDelivered = !final;
      this.#sink.part(data, final);
      return;
    }
    this.#parts.push(data);
    if (!final) return;
    const message = joinParts(this.#parts);
    this.#parts = [];
    this.#sink.message(message);
  }

  #answer({ code, reason }: CloseItem): void {
    if (this.#closed) return;
    this.#sink.closing();
    if (this.#sent) this.#finish();
    else this.close(code, reason);
  }

  /** Ends this side once both close frames have been exchanged. */
  #finish(): void {
    if (!this.#sent || !this.#received) return;
    const { code, reason } = this.#initiator === "local" ? this.#sent : this.#received;
    this.#end({ code, reason, wasClean: true, initiator: this.#initiator });
  }

  #cut(initiator: "local" | "remote", error: unknown): void {
    this.#end({ code: 1006, reason: "", wasClean: false, initiator, error });
  }

  #end(info: CloseInfo): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#incoming = new Deque();
    this.#incomingBytes = 0;
    queueMicrotask(() => this.#sink.closed(info));
  }
}

function own(data: Message, text: boolean): Message {
  if (typeof data === "string") return data;
  if (text) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);
  // (`slice` of a Node `Buffer` copies nothing.)
  return new Uint8Array(data);
}

/** As on the wire, an item costs something even when it is empty. */
function sizeOf(item: Item): number {
  return FRAME_BYTES + (item.type === "close" ? 0 : item.data.length);
}
