/**
 * Links within a process: messages are handed over as they are, checked but not serialized.
 *
 * @module
 */

import { Deferred } from "../../util/deferred.ts";
import { Deque } from "../../util/deque.ts";
import { SharedMessage } from "./link.ts";
import type { Link, LinkFacts } from "./link.ts";
import type { Message } from "./messages.ts";
import { parseMessage } from "./parse.ts";
import { inspect } from "./plain.ts";

/** Messages: past that, a sender should wait. */
const HIGH_WATER_MARK = 1024;

/** What a message counts as in {@link Link.waiting}. */
const MESSAGE_BYTES = 1024;

const FACTS: LinkFacts = { connection: undefined, serializer: undefined };

type Each = (message: Message) => Promise<void> | undefined;

/** Two links that are each other's peer. */
export function memoryLinks(): [Link, Link] {
  const [a, b] = [new Mailbox(), new Mailbox()];
  return [new MemoryLink(a, b), new MemoryLink(b, a)];
}

class MemoryLink implements Link {
  readonly facts: LinkFacts = FACTS;
  readonly #inbox: Mailbox;
  readonly #outbox: Mailbox;

  constructor(inbox: Mailbox, outbox: Mailbox) {
    this.#inbox = inbox;
    this.#outbox = outbox;
  }

  get waiting(): number {
    return this.#outbox.length * MESSAGE_BYTES;
  }

  send(message: Message | SharedMessage): Promise<void> | undefined {
    if (message instanceof SharedMessage) return this.#outbox.push(message.message);
    // What no serializer could send isn't sent here either: its receivers may be elsewhere.
    inspect(message);
    return this.#outbox.push(message);
  }

  receive(each: Each): Promise<void> {
    return this.#inbox.open(each);
  }

  close(): Promise<void> {
    this.#outbox.end();
    this.#inbox.end();
    return Promise.resolve();
  }

  terminate(): void {
    this.#outbox.cut();
    this.#inbox.cut();
  }
}

/** What goes in one direction. */
class Mailbox {
  readonly #done = new Deferred<void>();
  #queue = new Deque<Message>();
  #each: Each | undefined;
  #delivering = false;
  #room: Deferred<void> | undefined;
  /** Nothing comes any more; what is there is still delivered. */
  #ended = false;

  get length(): number {
    return this.#queue.length;
  }

  open(each: Each): Promise<void> {
    this.#each = each;
    this.#wake();
    return this.#done.promise;
  }

  push(message: Message): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#queue.push(message);
    this.#wake();
    if (this.#queue.length <= HIGH_WATER_MARK) return undefined;
    return (this.#room ??= new Deferred()).promise;
  }

  end(): void {
    this.#ended = true;
    this.#makeRoom();
    this.#wake();
  }

  /** Ends it without what is still there. */
  cut(): void {
    this.#queue = new Deque();
    this.end();
    this.#done.resolve();
  }

  /** Delivers in a microtask, so that a sender is never called back while it sends. */
  #wake(): void {
    const each = this.#each;
    if (this.#delivering || !each) return;
    this.#delivering = true;
    void Promise.resolve().then(() => this.#deliver(each));
  }

  async #deliver(each: Each): Promise<void> {
    try {
      for (let message = this.#queue.shift(); message; message = this.#queue.shift()) {
        const busy = each(parseMessage(message));
        if (busy) await busy;
        if (this.#queue.length <= HIGH_WATER_MARK) this.#makeRoom();
      }
      if (this.#ended) this.#done.resolve();
    } catch (error) {
      this.#done.reject(error);
      // Nobody takes what comes now.
      this.cut();
    }
    this.#delivering = false;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
