/**
 * What is to be sent: straight to the transport while it keeps up, else a queue, which is made then.
 *
 * @module
 */

import type { Host } from "./host.ts";
import type { PreparedMessage } from "./prepared-message.ts";
import { SendQueue } from "./send-queue.ts";
import type { Message } from "./transport.ts";

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

/** The way out. Each call says whose it is: while nothing waits, all connections have the same one. */
export interface Outgoing {
  /** The bytes that wait here, those of text counted in UTF-16 units. */
  readonly bytes: number;

  send(message: Message | PreparedMessage, options: SendOptions, host: Host): Promise<void>;

  /** Until another message may be sent. */
  ready(host: Host): Promise<void>;

  /** Until there is room for more, for whoever holds the way out. */
  room(host: Host): Promise<void>;

  /** Calls `begin` in its turn, after all that was sent before; or returns `false` when too much waits. */
  inTurn(begin: () => void, host: Host): boolean;

  /** Holds back all messages, until called with `false`. */
  hold(held: boolean, host: Host): void;

  /** Nothing can be sent any more, but what was sent already and then `step`. Returns `true`: that will be done. */
  finish(step: () => void, host: Host): true;

  /** Nothing can be sent any more; what waits is given up. */
  stop(host: Host): void;

  /** The transport has less to write than before. */
  drain(host: Host): void;
}

/** Straight to the transport, as long as that keeps up. It remembers nothing of a connection. */
export class Outbox implements Outgoing {
  readonly bytes = 0;
  readonly limits: OutboxLimits;

  constructor(limits: OutboxLimits) {
    this.limits = limits;
  }

  send(message: Message | PreparedMessage, options: SendOptions, host: Host): Promise<void> {
    const { transport } = host;
    if (!this.#hasRoom(host)) return this.#queue(host).send(message, options);
    const lent = transport.send(message, options);
    if (lent) return this.#queue(host).after(lent);
    // (What it did may have begun a queue.)
    return (host.outbox as Outgoing).ready(host);
  }

  ready(host: Host): Promise<void> {
    return this.#hasRoom(host) ? READY : this.#queue(host).ready();
  }

  room(host: Host): Promise<void> {
    return this.#hasRoom(host) ? READY : this.#queue(host).room();
  }

  inTurn(begin: () => void, host: Host): boolean {
    return this.#queue(host).inTurn(begin);
  }

  hold(held: boolean, host: Host): void {
    this.#queue(host).hold(held);
  }

  finish(step: () => void, host: Host): true {
    return this.#queue(host).finish(step);
  }

  stop(host: Host): void {
    this.#queue(host).stop();
  }

  drain(): void {}

  #hasRoom({ transport }: Host): boolean {
    return transport.bufferedAmount < this.limits.highWaterMark;
  }

  /** From now on there is something to remember. */
  #queue(host: Host): SendQueue {
    if (host.outbox === this) host.outbox = new SendQueue(host, this);
    return host.outbox as SendQueue;
  }
}

/** {@link OutboxOptions} with their defaults. */
export type OutboxLimits = Required<OutboxOptions> & {
  [Name in keyof OutboxOptions]-?: NonNullable<OutboxOptions[Name]>;
};

let latest: Outbox | undefined;

/** Declares in a transport's capabilities that it tells when it has written something. */
export function outbox(options: OutboxOptions): Outbox {
  const { maxSendQueue = 16 * 1024 * 1024, overflow = "close" } = options;
  // (0 bytes never are less than 0.)
  const highWaterMark = Math.max(1, options.highWaterMark ?? 64 * 1024);
  const known = latest?.limits;
  if (
    !latest ||
    known?.highWaterMark !== highWaterMark ||
    known.maxSendQueue !== maxSendQueue ||
    known.overflow !== overflow
  ) {
    latest = new Outbox({ highWaterMark, maxSendQueue, overflow });
  }
  return latest;
}
