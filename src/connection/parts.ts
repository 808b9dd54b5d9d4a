/**
 * Messages that are sent and received in parts, for transports that can.
 *
 * @module
 */

import { Deferred } from "../util/deferred.ts";
import { toMessages } from "./data.ts";
import type { Parts as MessageParts } from "./data.ts";
import type { Inbox, RecvOptions } from "./inbox.ts";
import type { Outgoing } from "./outbox.ts";
import type { Message } from "./transport.ts";

/** A part that was received. */
class Part {
  readonly data: Message;
  readonly final: boolean;

  constructor(data: Message, final: boolean) {
    this.data = data;
    this.final = final;
  }

  /** The inbox counts by it. */
  get length(): number {
    return this.data.length;
  }
}

const NOTHING = new Uint8Array();

export class Parts {
  readonly #inbox: Inbox;
  /** The rest of a message that nobody wants is coming in. */
  #skipping = false;
  /** A reader waits for the first part of a message. */
  #beginning = false;
  /** Those who send and wait for something, to be told when the connection has ended. */
  #waiting: Set<(error: unknown) => void> | undefined;
  #end: Error | undefined;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** A part came in. */
  part(data: Message, final: boolean): void {
    if (!this.#skipping) {
      this.#beginning = false;
      this.#inbox.push(new Part(data, final));
      return;
    }
    this.#skipping = !final;
    // The transport took an earlier request for one for the message that was skipped. (It is asked once it is done with
    // what it is delivering.)
    if (final) void Promise.resolve().then(() => this.#begin());
  }

  /** The next message, as its parts come. */
  async *receive(options?: RecvOptions): AsyncGenerator<Message, void, undefined> {
    const inbox = this.#inbox;
    inbox.own();
    let complete = true;
    try {
      this.#beginning = inbox.isEmpty;
      this.#begin();
      do {
        const entry = await inbox.take(options, this.#left);
        if (!(entry instanceof Part)) {
          yield entry as Message;
          return;
        }
        complete = entry.final;
        if (entry.length > 0) yield entry.data;
      } while (!complete);
    } finally {
      inbox.disown();
      if (!complete) this.#skip();
    }
  }

  #begin(): void {
    if (this.#beginning && !this.#skipping) this.#inbox.transport.receiveParts(true);
  }

  /** Who waits no more for a first part takes the request back at once: the next reader gets the message as a whole. */
  readonly #left = (): void => {
    if (!this.#beginning) return;
    this.#beginning = false;
    this.#inbox.transport.receiveParts(false);
  };

  /** (Which it is changes.) */
  get #outbox(): Outgoing {
    return this.#inbox.outbox as Outgoing;
  }

  /** Sends what `parts` yields as one message, each part as it comes. */
  async send(data: MessageParts): Promise<void> {
    const inbox = this.#inbox;
    const turn = new Deferred<void>();
    const isAdmitted = this.#outbox.inTurn(() => {
      this.#outbox.hold(true, inbox);
      turn.resolve();
    }, inbox);
    if (!isAdmitted) return this.#outbox.ready(inbox);
    await this.#untilEnd(turn.promise);
    const parts = toMessages(data);
    let text: boolean | undefined;
    try {
      for (;;) {
        const { done, value } = await this.#untilEnd(parts.next());
        if (done) break;
        if (text !== undefined && text !== (typeof value === "string")) {
          throw new TypeError("the parts of a message are all text or all binary");
        }
        text = typeof value === "string";
        inbox.transport.sendPart(value, text, false);
        await this.#untilEnd(this.#outbox.room(inbox));
      }
      // (Again: the connection may have ended while we waited for the source to tell that it is done.)
      await this.#untilEnd(this.#outbox.room(inbox));
      if (text !== undefined) inbox.transport.sendPart(text ? "" : NOTHING, text, true);
    } catch (error) {
      void parts.return(undefined).catch(() => {});
      // What was begun can't be finished, and nothing else may be sent before it is.
      if (text !== undefined && !this.#end) this.#inbox.fail(error);
      throw error;
    } finally {
      this.#outbox.hold(false, inbox);
    }
  }

  /** Drops the rest of the message that is being received. */
  #skip(): void {
    const inbox = this.#inbox;
    this.#skipping = true;
    while (this.#skipping && !inbox.isEmpty) this.#skipping = !(inbox.shift() as Part).final;
  }

  /** `promise`, or a rejection when the connection ends first. */
  #untilEnd<T>(promise: Promise<T>): Promise<T> {
    const waiting = (this.#waiting ??= this.#watch());
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      waiting.add(reject);
      promise.then(resolve, reject).finally(() => waiting.delete(reject));
    });
  }

  #watch(): Set<(error: unknown) => void> {
    const waiting = new Set<(error: unknown) => void>();
    this.#inbox.ended().catch((error: unknown) => {
      this.#end = error as Error;
      for (const reject of waiting) reject(error);
      waiting.clear();
    });
    return waiting;
  }
}

/** Declares in a transport's capabilities that it sends and receives parts. */
export function parts(inbox: Inbox): Parts {
  return new Parts(inbox);
}
