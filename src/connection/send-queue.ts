/**
 * What waits to be sent because the peer is slow: a bounded queue, and those who wait for room in it.
 *
 * @module
 */

import { LimitError } from "../errors.ts";
import { Deferred } from "../util/deferred.ts";
import { Deque } from "../util/deque.ts";
import { quiet } from "../util/quiet.ts";
import type { Host } from "./host.ts";
import type { Outbox, Outgoing, SendOptions } from "./outbox.ts";
import { PreparedMessage } from "./prepared-message.ts";
import type { Message } from "./transport.ts";

/** A message that waits for its turn. */
interface Entry {
  message: Message | PreparedMessage;
  options: SendOptions;
}

/** What must not overtake the messages before it. */
interface Step {
  readonly run: () => void;
  /** What it counts for while it waits. */
  readonly bytes: number;
}

const READY: Promise<void> = Promise.resolve();

/** What an entry costs beside its data, so that a queue of empty messages is bounded too. */
const ENTRY_BYTES = 32;

/** What a message in parts counts for before its turn has come, whatever it will be. */
const PARTS_BYTES = 1024;

export class SendQueue implements Outgoing {
  readonly #host: Host;
  /** What takes its place when nothing waits any more. */
  readonly #outbox: Outbox;
  #queue: Deque<Entry | Step> | undefined;
  #byKey: Map<string, Entry> | undefined;
  #held = false;
  #stopped = false;
  #gaveUp = false;
  #ready: Deferred<void> | undefined;
  #room: Deferred<void> | undefined;
  /** How many messages have lent their bytes. */
  #loans = 0;
  /** The bytes that wait here, those of text counted in UTF-16 units. */
  bytes = 0;

  constructor(host: Host, outbox: Outbox) {
    this.#host = host;
    this.#outbox = outbox;
  }

  send(message: Message | PreparedMessage, options: SendOptions): Promise<void> {
    if (!this.#stopped) {
      if (this.#isIdle()) {
        const lent = this.#host.transport.send(message, options);
        // (What it did may have ended the need for a queue.)
        return lent ? this.after(lent) : (this.#host.outbox as Outgoing).ready(this.#host);
      }
      this.#enqueue(message, options);
    }
    return this.ready();
  }

  /** Until bytes that were lent are their owner's again, and another message may be sent. */
  after(lent: Promise<void>): Promise<void> {
    this.#loans++;
    return quiet(lent.then(() => this.#returned()));
  }

  /** Until another message may be sent. */
  ready(): Promise<void> {
    if (this.#stopped) return this.#host.ended();
    if (this.#isIdle()) return READY;
    return (this.#ready ??= quietly()).promise;
  }

  /** Until there is room for more, for whoever holds the outbox. */
  room(): Promise<void> {
    if (this.#gaveUp) return this.#host.ended();
    if (this.#hasRoom()) return READY;
    return (this.#room ??= quietly()).promise;
  }

  /** Calls `begin` in its turn, after all that was sent before; or returns `false` when too much waits. */
  inTurn(begin: () => void): boolean {
    if (!this.#isIdle() && !this.#admits(this.bytes + PARTS_BYTES)) return false;
    this.#add({ run: begin, bytes: PARTS_BYTES });
    return true;
  }

  /** Holds back all messages, until called with `false`. */
  hold(held: boolean): void {
    this.#held = held;
    this.drain();
  }

  /** Nothing can be sent any more, but what was sent already and then `step`. */
  finish(step: () => void): true {
    this.#stopped = true;
    this.#add({ run: step, bytes: 0 });
    return true;
  }

  /** Nothing can be sent any more; what waits is given up. */
  stop(): void {
    this.#stopped = true;
    this.#gaveUp = true;
    this.#queue = undefined;
    this.#byKey = undefined;
    this.bytes = 0;
    // Who waits to send is told how the connection ended, and that is known later.
    this.#ready?.resolve(this.#host.ended());
    this.#room?.resolve(this.#host.ended());
  }

  /** The transport has less to write than before. */
  drain(): void {
    while (this.#queue?.length && !this.#held && this.#hasRoom()) {
      const entry = this.#queue.shift() as Entry | Step;
      if ("run" in entry) this.#take(entry);
      else this.#forward(entry);
    }
    if (!this.#hasRoom()) return;
    this.#room?.resolve();
    this.#room = undefined;
    if (!this.#isIdle()) return;
    this.#ready?.resolve();
    this.#ready = undefined;
    this.#leave();
  }

  /** Whatever is sent from now on needs no queue, unless there is something to remember. */
  #leave(): void {
    if (!this.#stopped && this.#loans === 0) this.#host.outbox = this.#outbox;
  }

  #hasRoom(): boolean {
    return this.#host.transport.bufferedAmount < this.#outbox.limits.highWaterMark;
  }

  #isIdle(): boolean {
    return !this.#queue?.length && !this.#held && this.#hasRoom();
  }

  /** Bytes that were lent are their owner's again. */
  #returned(): Promise<void> | undefined {
    this.#loans--;
    if (this.#gaveUp) return this.#host.ended();
    return this.#stopped ? undefined : this.ready();
  }

  #add(step: Step): void {
    this.bytes += step.bytes;
    (this.#queue ??= new Deque()).push(step);
    this.drain();
  }

  #take({ run, bytes }: Step): void {
    this.bytes -= bytes;
    run();
  }

  #forward({ message, options }: Entry): void {
    this.bytes -= sizeOf(message);
    if (options.key !== undefined) this.#byKey?.delete(options.key);
    // What waited was copied, so that nobody needs to know when the transport has written it.
    void this.#host.transport.send(message, options);
  }

  #enqueue(message: Message | PreparedMessage, options: SendOptions): void {
    if (options.droppable) {
      this.#host.dropped++;
      return;
    }
    const { key } = options;
    const before = key === undefined ? undefined : this.#byKey?.get(key);
    const bytes = this.bytes + sizeOf(message) - (before ? sizeOf(before.message) : 0);
    if (!this.#admits(bytes)) return;
    this.bytes = bytes;
    // The caller may reuse its bytes and its options before the message's turn has come.
    const entry: Entry = {
      message: message instanceof Uint8Array ? copy(message) : message,
      options: { ...options },
    };
    if (before) {
      this.#host.dropped++;
      Object.assign(before, entry);
      return;
    }
    (this.#queue ??= new Deque()).push(entry);
    if (key !== undefined) (this.#byKey ??= new Map()).set(key, entry);
  }

  /** Whether so many bytes may wait; if not, `overflow` applies. The one message in hand may have any size. */
  #admits(bytes: number): boolean {
    const { maxSendQueue, overflow } = this.#outbox.limits;
    if (this.bytes === 0 || bytes <= maxSendQueue) return true;
    if (overflow === "drop") this.#host.dropped++;
    else this.#host.fail(new LimitError("send queue is full", maxSendQueue, 1008));
    return false;
  }
}

function sizeOf(message: Message | PreparedMessage): number {
  return (message instanceof PreparedMessage ? message.data : message).length + ENTRY_BYTES;
}

/** A promise that many callers get, and that is marked as handled once for all of them. */
function quietly(): Deferred<void> {
  const deferred = new Deferred<void>();
  void quiet(deferred.promise);
  return deferred;
}

/** (`slice` of a Node `Buffer` copies nothing.) */
function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
