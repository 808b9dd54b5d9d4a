/**
 * The bus of one process.
 *
 * @module
 */

import { Deque } from "../../util/deque.ts";
import type { Bus, BusListener, BusMessage, Unsubscribe } from "../bus.ts";

type Receiver = (data: string, from: string) => void;

export class MemoryBus implements Bus {
  readonly node: string = globalThis.crypto.randomUUID();
  readonly #check: () => void;
  readonly #topics = new Map<string, Set<BusListener>>();
  readonly #receivers = new Set<Receiver>();
  /** What a listener published or sent, until what came before it has reached everybody. */
  readonly #waiting = new Deque<() => void>();
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
    if (known) known.add(own);
    else this.#topics.set(topic, new Set([own]));
    return async () => this.#leave(topic, own);
  }

  async send(node: string, data: string): Promise<void> {
    this.#check();
    if (node !== this.node) return;
    this.#inTurn(() => forEach(this.#receivers, (receiver) => receiver(data, this.node)));
  }

  receive(listener: Receiver): () => void {
    const own: Receiver = (data, from) => listener(data, from);
    this.#receivers.add(own);
    return () => void this.#receivers.delete(own);
  }

  async nodes(): Promise<readonly string[]> {
    this.#check();
    return [this.node];
  }

  /** Reaches every listener of the topic before it returns, unless it is called by one. */
  deliver(topic: string, message: BusMessage): void {
    this.#inTurn(() => {
      const listeners = this.#topics.get(topic);
      if (listeners) forEach(listeners, (listener) => listener(message));
    });
  }

  stop(): void {
    // (One of them may be what stops it.)
    for (const listeners of this.#topics.values()) listeners.clear();
    this.#topics.clear();
    this.#receivers.clear();
  }

  #inTurn(delivery: () => void): void {
    this.#waiting.push(delivery);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      while (this.#waiting.length > 0) (this.#waiting.shift() as () => void)();
    } finally {
      this.#isDelivering = false;
    }
  }

  #leave(topic: string, listener: BusListener): void {
    const known = this.#topics.get(topic);
    known?.delete(listener);
    if (known?.size === 0) this.#topics.delete(topic);
  }
}

/** Once for as many as there are now: each may add another. */
function forEach<T>(items: ReadonlySet<T>, each: (item: T) => void): void {
  let left = items.size;
  for (const item of items) {
    if (left-- === 0) return;
    each(item);
  }
}
