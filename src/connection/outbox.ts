/**
 * What is to be sent: straight to the transport while it keeps up, else a queue, which is made then.
 *
 * @module
 */

import type { Host } from "./host.ts";
import type { PreparedMessage } from "./prepared-message.ts";
import { hasRoom, SendQueue } from "./send-queue.ts";
import type { Message, Transport } from "./transport.ts";

/** How to send a message. */
export interface SendOptions {
  /** Send bytes as a text message. The caller vouches that they are valid UTF-8. Default: `false`. */
  readonly text?: boolean | undefined;
  /** `false`: not compressed, whatever was negotiated. */
  readonly compress?: boolean | undefined;
  /**
   * While messages wait because the peer is slow, only the latest one of each key waits: it takes the place of the one
   * before, which is counted in `dropped`. For state that supersedes itself, such as a position or a price.
   */
  readonly key?: string | undefined;
  /** Drop this message rather than let it wait because the peer is slow; it is counted in `dropped`. */
  readonly droppable?: boolean | undefined;
}

/** The limits that an outbox keeps, sizes in bytes. */
export interface OutboxOptions {
  /** `send` waits while more than this is waiting to be written. Default: 65536. */
  readonly highWaterMark?: number | undefined;
  /** How much may wait for a slow peer, beyond the message in hand, before `overflow` applies. Default: 16777216. */
  readonly maxSendQueue?: number | undefined;
  /** What to do when `maxSendQueue` is passed: close the connection with 1008, or drop the message. Default: close. */
  readonly overflow?: "close" | "drop" | undefined;
}

const READY: Promise<void> = Promise.resolve();

export class Outbox {
  readonly #transport: Transport;
  readonly #host: Host;
  readonly #options: OutboxOptions;
  /** Only there while something waits, or has to be remembered. */
  #queueOnUse: SendQueue | undefined;

  constructor(transport: Transport, host: Host, options: OutboxOptions) {
    this.#transport = transport;
    this.#host = host;
    this.#options = options;
  }

  /** The bytes that wait here, those of text counted in UTF-16 units. */
  get bytes(): number {
    return this.#queueOnUse?.bytes ?? 0;
  }

  /** Messages that were dropped, or replaced by a later one of their key. */
  get dropped(): number {
    return this.#queueOnUse?.dropped ?? 0;
  }

  send(message: Message | PreparedMessage, options: SendOptions): Promise<void> {
    const transport = this.#transport;
    if (this.#queueOnUse || !hasRoom(transport, this.#options)) {
      return this.#queue.send(message, options);
    }
    const lent = transport.send(message, options);
    if (lent) return this.#queue.after(lent);
    // (What it did may have begun a queue.)
    return !this.#queueOnUse && hasRoom(transport, this.#options) ? READY : this.ready();
  }

  /** Until another message may be sent. */
  ready(): Promise<void> {
    return this.#queue.ready();
  }

  /** Until there is room for more, for whoever holds the outbox. */
  room(): Promise<void> {
    return this.#queue.room();
  }

  /** Calls `begin` in its turn, after all that was sent before; or returns `false` when too much waits. */
  inTurn(begin: () => void): boolean {
    return this.#queue.inTurn(begin);
  }

  /** Holds back all messages, until called with `false`. */
  hold(held: boolean): void {
    this.#queue.hold(held);
  }

  /** Nothing can be sent any more, but what was sent already and then `step`. */
  finish(step: () => void): void {
    this.#queue.finish(step);
  }

  /** Nothing can be sent any more; what waits is given up. */
  stop(): void {
    this.#queue.stop();
  }

  /** The transport has less to write than before. */
  drain(): void {
    // (It is called after each read that was answered, mostly for nothing.)
    const queue = this.#queueOnUse;
    if (!queue) return;
    queue.drain();
    if (queue.isAtRest) this.#queueOnUse = undefined;
  }

  get #queue(): SendQueue {
    return (this.#queueOnUse ??= new SendQueue(this.#transport, this.#host, this.#options));
  }
}

/** Declares in a transport's capabilities that it tells when it has written something. */
export function outbox(transport: Transport, host: Host, options: OutboxOptions): Outbox {
  return new Outbox(transport, host, options);
}
