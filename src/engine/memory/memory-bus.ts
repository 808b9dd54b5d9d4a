/**
 * The bus of one process.
 *
 * @module
 */

import { Deque } from "../../util/deque.ts";
import type { Bus, BusListener, BusMessage, Unsubscribe } from "../bus.ts";

interface Topic {
  readonly listeners: Set<BusListener>;
}

interface Delivery {
  readonly topic: string;
  readonly message: BusMessage;
}

export class MemoryBus implements Bus {
  readonly node: string = globalThis.crypto.randomUUID();
  readonly #check: () => void;
  readonly #topics = new Map<string, Topic>();
  readonly #receivers = new Set<(data: string, from: string) => void>();
  /** What was published by a listener, until those before it have reached everybody. */
  readonly #waiting = new Deque<Delivery>();
  #isDelivering = false;

  /** `check` throws when the engine is closed. */
  constructor(check: () => void) {
    this.#check = check;
  }

  async publish(topic: string, data: string): Promise<void> {
    this.#check();
    this.deliver(topic, { data, position: undefined });
  }

  async subscribe(topic: string, listener: BusListener): Promise<Unsubscribe> {
    this.#check();
    // (So that the same function may be given twice.)
    const own: BusListener = (message) => listener(message);
    const known = this.#topics.get(topic);
    if (known) known.listeners.add(own);
    else this.#topics.set(topic, { listeners: new Set([own]) });
    return async () => this.#leave(topic, own);
  }

  async send(node: string, data: string): Promise<void> {
    this.#check();
    if (node !== this.node) return;
    for (const receiver of this.#receivers) receiver(data, this.node);
  }

  receive(listener: (data: string, from: string) => void): () => void {
    const own = (data: string, from: string): void => listener(data, from);
    this.#receivers.add(own);
    return () => void this.#receivers.delete(own);
  }

  async nodes(): Promise<readonly string[]> {
    this.#check();
    return [this.node];
  }

  /** Reaches every listener of the topic before it returns, unless it is called by one. */
  deliver(topic: string, message: BusMessage): void {
    this.#waiting.push({ topic, message });
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      while (this.#waiting.length > 0) this.#deliverNext(this.#waiting.shift() as Delivery);
    } finally {
      this.#isDelivering = false;
    }
  }

  stop(): void {
    this.#topics.clear();
    this.#receivers.clear();
  }

  #deliverNext({ topic, message }: Delivery): void {
    const listeners = this.#topics.get(topic)?.listeners;
    if (listeners) for (const listener of listeners) listener(message);
  }

  #leave(topic: string, listener: BusListener): void {
    const known = this.#topics.get(topic);
    known?.listeners.delete(listener);
    if (known?.listeners.size === 0) this.#topics.delete(topic);
  }
}
