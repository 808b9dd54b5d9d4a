/**
 * The messages that have come in and were not read yet: the queue, its one reader, and the pausing of the transport.
 *
 * @module
 */

import { ClosedError, LimitError, StateError } from "../errors.ts";
import type { CloseInfo } from "../errors.ts";
import type { Clock } from "../util/clock.ts";
import { Deferred } from "../util/deferred.ts";
import { Deque } from "../util/deque.ts";
import { interruptible } from "../util/interruptible.ts";
import { quiet } from "../util/quiet.ts";
import type { Host } from "./host.ts";
import type { Outgoing } from "./outbox.ts";
import type { Flow } from "./read-flow.ts";
import type { Message, Transport } from "./transport.ts";

/** How to wait for a message. */
export interface RecvOptions {
  /** Ends the wait: the promise rejects with the signal's reason, and no message is lost. */
  signal?: AbortSignal;
  /** Milliseconds to wait before the promise rejects with a `TimeoutError`; no message is lost. Default: no limit. */
  timeout?: number;
}

/** How `forEach` receives. */
export interface ForEachOptions {
  /**
   * Bytes are only lent to the function, until it returns; up to 128 KiB are not copied. Default: `false`, they are its
   * own.
   */
  readonly borrow?: boolean | undefined;
}

/** A message, or what else has its place among them and a length (a part). */
type Entry = Message | { readonly length: number };

/** The function that `forEach` was called with, and the promise that it returned. */
interface Consumer {
  readonly each: (message: Message) => unknown;
  readonly options: ForEachOptions | undefined;
  readonly done: Deferred<void>;
}

/** What an entry costs beside its data, so that empty messages are not free. */
const ENTRY_BYTES = 32;

/** The end of an iteration. */
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** How much may wait where reading can't be paused. */
const MAX_UNREAD = 16_777_216;

/**
 * It is a part of the object that the connection's other parts see as their {@link Host}, and not one that the host has:
 * each would have its memory.
 */
export abstract class Inbox implements Host {
  /** Where reading can be paused. */
  flow: Flow | undefined;
  outbox: Outgoing | undefined;
  /** How the connection ended, once it has. */
  info: CloseInfo | undefined;
  #queue: Deque<Entry> | undefined;
  /** 1 when the connection is closing, 2 when a message has been dropped since. */
  #phase: 0 | 1 | 2 = 0;
  /** `forEach` or a stream has the inbox for itself. */
  #owned = false;
  /** Gives the next entry to whoever waits for it. */
  #waiter: ((entry: never) => void) | undefined;
  /** What a wait that only ends with the connection has returned. */
  #waiting: Promise<unknown> | undefined;
  /** The waiter wants the entry as an iterator's result. */
  #iterates = false;
  /** What `forEach` was called with, while it waits for a message. */
  #consumer: Consumer | undefined;
  /** What waits to be read, counted with what an entry costs. */
  bytes = 0;
  /** Messages that were dropped: those that came after `close` and found no room, and what the outbox counts here. */
  dropped = 0;

  abstract readonly clock: Clock;
  abstract readonly transport: Transport;
  abstract fail(error: unknown): void;
  abstract end(): ClosedError;
  abstract ended(): Promise<never>;

  // ---- from the transport

  message(message: Message): void {
    if (this.#consumer && this.isEmpty && this.#phase < 2) {
      this.#deliver(this.#consumer, message);
      this.#pump();
    } else this.push(message);
  }

  /** Whether the next message goes to somebody who takes bytes that are only lent. */
  get borrows(): boolean {
    return this.isEmpty && !!this.#consumer?.options?.borrow;
  }

  /** The connection is closing: from now on nothing pauses, and what finds no room is dropped. */
  release(): void {
    this.#phase = 1;
    this.flow?.release(this);
  }

  /** The connection has ended, as `info` says. */
  finish(): void {
    // (Only now: most waits end with a message, and that would cost each a promise.)
    if (this.#waiting) void quiet(this.#waiting);
    if (this.#waiter) {
      const isOver = this.#iterates && isNormal(this.info as CloseInfo);
      this.#settle(isOver ? DONE : Promise.reject(this.end()));
    }
    this.#pump();
  }

  // ---- to the application

  recv(options?: RecvOptions): Promise<Message> {
    if (this.#isBusy()) return Promise.reject(busy());
    return this.take(options) as Promise<Message>;
  }

  /** The next message as an iterator's result; the end of it after a normal close. */
  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#isBusy()) return Promise.reject(busy());
    if (!this.isEmpty) return Promise.resolve({ done: false, value: this.shift() as Message });
    return this.#wait(true);
  }

  forEach(each: (message: Message) => unknown, options?: ForEachOptions): Promise<void> {
    if (this.#isBusy()) return Promise.reject(busy());
    this.#owned = true;
    const done = new Deferred<void>();
    this.#consumer = { each, done, options };
    this.#pump();
    return done.promise;
  }

  /** Takes the inbox for one reader of several entries. Throws a `StateError` when somebody else reads. */
  own(): void {
    if (this.#isBusy()) throw busy();
    this.#owned = true;
  }

  disown(): void {
    this.#owned = false;
  }

  // ---- the queue

  get isEmpty(): boolean {
    return !this.#queue?.length;
  }

  push(entry: Entry): void {
    const full = this.bytes > (this.flow?.highWaterMark ?? MAX_UNREAD);
    // (What comes after a gap is dropped too.)
    if (this.#phase > 1 || (full && this.#phase)) {
      this.#phase = 2;
      this.dropped++;
    } else if (this.#waiter) {
      this.#settle(this.#iterates ? { done: false, value: entry } : entry);
    } else {
      (this.#queue ??= new Deque()).push(entry);
      this.bytes += entry.length + ENTRY_BYTES;
      if (this.flow) this.flow.check(this);
      else if (full) this.fail(new LimitError("receive queue is full", MAX_UNREAD, 1008));
    }
  }

  shift(): Entry {
    const entry = (this.#queue as Deque<Entry>).shift() as Entry;
    this.bytes -= entry.length + ENTRY_BYTES;
    this.flow?.taken(this);
    return entry;
  }

  /** Whether the next message would be taken at once. */
  get isWanted(): unknown {
    return this.#waiter ?? this.#consumer;
  }

  // ---- the one reader

  #isBusy(): unknown {
    return this.#owned || this.#waiter;
  }

  /** `left` is called when a wait is over, for whatever reason, before the promise settles. */
  take(options?: RecvOptions, left?: () => void): Promise<Entry> {
    if (!this.isEmpty) return Promise.resolve(this.shift());
    if (this.info || !(options || left)) return this.#wait(false);
    const interruption = { ...options, clock: this.clock };
    return quiet(
      interruptible<Entry>("recv", interruption, (resolve) => {
        this.#waiter = resolve;
        this.#iterates = false;
        this.flow?.resume(this);
        return () => {
          this.#waiter = undefined;
          left?.();
        };
      }),
    );
  }

  /** Until a message comes or the connection ends, and nothing else: all that a wait costs is its promise. */
  #wait<T>(iterates: boolean): Promise<T> {
    const { promise, resolve } = new Deferred<T>();
    this.#iterates = iterates;
    this.#waiter = resolve;
    this.#waiting = promise;
    if (this.info) this.finish();
    else this.flow?.resume(this);
    return promise;
  }

  /** Ends the wait. */
  #settle(entry: unknown): void {
    const waiter = this.#waiter as (entry: unknown) => void;
    this.#waiter = this.#waiting = undefined;
    waiter(entry);
  }

  // ---- forEach

  #pump(): void {
    while (this.#consumer && !this.isEmpty) this.#deliver(this.#consumer, this.shift() as Message);
    if (!this.#consumer) return;
    if (this.info) {
      const quietly = isNormal(this.info);
      this.#leave(this.#consumer, quietly || this.end(), quietly);
    } else this.flow?.resume(this);
  }

  #deliver(consumer: Consumer, message: Message): void {
    // Until it is done with this message: what it calls may end the connection, or bring another message.
    this.#consumer = undefined;
    try {
      const result = consumer.each(message) as PromiseLike<unknown> | undefined;
      if (typeof result?.then !== "function") {
        this.#consumer = consumer;
        return;
      }
      result.then(
        () => {
          this.#consumer = consumer;
          this.#pump();
        },
        (error: unknown) => this.#leave(consumer, error),
      );
    } catch (error) {
      this.#leave(consumer, error);
    }
  }

  /** Ends `forEach`. */
  #leave({ done }: Consumer, error: unknown, quietly?: boolean): void {
    this.#consumer = undefined;
    this.#owned = false;
    // What the application throws may be an unhandled rejection, but not what the network does.
    if (error instanceof ClosedError) void quiet(done.promise);
    if (quietly) done.resolve();
    else done.reject(error);
  }
}

/** Every message, for one loop. */
export class Messages implements AsyncIterableIterator<Message, undefined> {
  readonly #inbox: Inbox;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    return this.#inbox.next();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Whether a connection ended as connections should: iteration then ends quietly. */
function isNormal({ wasClean, code }: CloseInfo): boolean {
  return wasClean && [1000, 1001, 1005].includes(code);
}

function busy(): StateError {
  return new StateError("being read already");
}
