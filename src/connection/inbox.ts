/**
 * The messages that have come in and were not read yet: the queue, its one reader, and the pausing of the transport.
 *
 * @module
 */

import { ClosedError, LimitError, StateError } from "../errors.ts";
import { Deferred } from "../util/deferred.ts";
import { Deque } from "../util/deque.ts";
import { interruptible } from "../util/interruptible.ts";
import { quiet } from "../util/quiet.ts";
import type { Host } from "./host.ts";
import type { ReadFlow } from "./read-flow.ts";
import type { Message } from "./transport.ts";

/** How to wait for a message. */
export interface RecvOptions {
  /** Ends the wait: the promise rejects with the signal's reason, and no message is lost. */
  signal?: AbortSignal;
  /** Milliseconds to wait before the promise rejects with a `TimeoutError`; no message is lost. Default: no limit. */
  timeout?: number;
}

/** A message, or what else has its place among them and a length (a part). */
type Entry = Message | { readonly length: number };

/** Whoever waits for the next entry. */
interface Waiter {
  readonly resolve: (entry: Entry) => void;
  readonly reject: (error: unknown) => void;
}

/** The function that `forEach` was called with, and the promise that it returned. */
interface Consumer {
  readonly each: (message: Message) => unknown;
  readonly done: Deferred<void>;
}

/** What an entry costs beside its data, so that empty messages are not free. */
const ENTRY_BYTES = 32;

/** How much may wait where reading can't be paused. */
const MAX_UNREAD = 16_777_216;

export class Inbox {
  readonly #host: Host;
  readonly #flow: ReadFlow | undefined;
  readonly #queue = new Deque<Entry>();
  #closing = false;
  /** `forEach` or a stream has the inbox for itself. */
  #owned = false;
  #waiter: Waiter | undefined;
  /** What `forEach` was called with, while it waits for a message. */
  #consumer: Consumer | undefined;
  #end: ClosedError | undefined;
  /** What waits to be read, counted with what an entry costs. */
  bytes = 0;
  /** Messages that came after `close` and found no room. */
  dropped = 0;

  constructor(host: Host, flow: ReadFlow | undefined) {
    this.#host = host;
    this.#flow = flow;
  }

  // ---- from the transport

  message(message: Message): void {
    if (this.#consumer && this.isEmpty && !this.dropped) {
      this.#deliver(this.#consumer, message);
      this.#pump();
    } else this.push(message);
  }

  /** The connection is closing: from now on nothing pauses, and what finds no room is dropped. */
  closing(): void {
    this.#closing = true;
    this.#flow?.release();
  }

  end(error: ClosedError): void {
    this.#end = error;
    this.#waiter?.reject(error);
    this.#pump();
  }

  // ---- to the application

  recv(options?: RecvOptions): Promise<Message> {
    if (this.#isBusy()) return Promise.reject(busy());
    return this.take(options) as Promise<Message>;
  }

  /** The next message as an iterator's result; the end of it after a normal close. */
  next(): Promise<IteratorResult<Message, undefined>> {
    const result = this.recv().then(
      (value) => ({ done: false as const, value }),
      (error: unknown) => {
        if (!isNormal(error)) throw error;
        return { done: true as const, value: undefined };
      },
    );
    return quiet(result);
  }

  forEach(each: (message: Message) => unknown): Promise<void> {
    if (this.#isBusy()) return Promise.reject(busy());
    this.#owned = true;
    const done = new Deferred<void>();
    this.#consumer = { each, done };
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
    return this.#queue.length === 0;
  }

  push(entry: Entry): void {
    const full = this.bytes > (this.#flow?.highWaterMark ?? MAX_UNREAD);
    // (What comes after a gap is dropped too.)
    if (this.dropped || (full && this.#closing)) this.dropped++;
    else if (this.#waiter) this.#waiter.resolve(entry);
    else {
      this.#queue.push(entry);
      this.bytes += entry.length + ENTRY_BYTES;
      if (this.#flow) this.#flow.check(this);
      else if (full) this.#host.fail(new LimitError("receive queue is full", MAX_UNREAD, 1008));
    }
  }

  shift(): Entry {
    const entry = this.#queue.shift() as Entry;
    this.bytes -= entry.length + ENTRY_BYTES;
    this.#flow?.taken(this);
    return entry;
  }

  /** Whether the next message would be taken at once. */
  get isWanted(): boolean {
    return (this.#waiter ?? this.#consumer) !== undefined;
  }

  // ---- the one reader

  #isBusy(): boolean {
    return this.#owned || this.#waiter !== undefined;
  }

  /** `left` is called when a wait is over, for whatever reason, before the promise settles. */
  take(options?: RecvOptions, left?: () => void): Promise<Entry> {
    if (!this.isEmpty) return Promise.resolve(this.shift());
    if (this.#end) return quiet(Promise.reject(this.#end));
    const interruption = { ...options, clock: this.#host.clock };
    return quiet(
      interruptible<Entry>("recv", interruption, (resolve, reject) => {
        this.#waiter = { resolve, reject };
        this.#flow?.resume();
        return () => {
          this.#waiter = undefined;
          left?.();
        };
      }),
    );
  }

  // ---- forEach

  #pump(): void {
    while (this.#consumer && !this.isEmpty) this.#deliver(this.#consumer, this.shift() as Message);
    if (!this.#consumer) return;
    if (this.#end) this.#leave(this.#consumer, this.#end, isNormal(this.#end));
    else this.#flow?.resume();
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
  #leave({ done }: Consumer, error: unknown, quietly = false): void {
    this.#consumer = undefined;
    this.#owned = false;
    // What the application throws may be an unhandled rejection, but not what the network does.
    if (error instanceof ClosedError) void quiet(done.promise);
    if (quietly) done.resolve();
    else done.reject(error);
  }
}

/** Whether a connection ended as connections should: iteration then ends quietly. */
function isNormal(error: unknown): boolean {
  return (
    error instanceof ClosedError && error.wasClean && [1000, 1001, 1005].includes(error.closeCode)
  );
}

function busy(): StateError {
  return new StateError("somebody else is reading");
}
