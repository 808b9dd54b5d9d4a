/**
 * A channel on this node: who is subscribed here, and what has been delivered to them.
 *
 * @module
 */

import type { BusMessage, Unsubscribe } from "../../engine/bus.ts";
import type { Engine } from "../../engine/engine.ts";
import type { StreamPosition } from "../../engine/position.ts";
import type { StreamSlice } from "../../engine/streams.ts";
import { decodeEvent, Delivery } from "./events.ts";
import type { ChannelEvent } from "./events.ts";
import type { ChannelName } from "./namespaces.ts";

/** Whoever gets what happens in a channel. */
export interface Subscriber {
  /** Must not throw. */
  deliver(delivery: Delivery): void;
  /** Something was missed, and can't be made up for. */
  lost(): void;
}

/** What is in the history too. */
interface PositionedMessage extends BusMessage {
  readonly position: StreamPosition;
}

/** How much may wait while a gap is being repaired, in UTF-16 units. */
const MAX_WAITING = 4 * 1024 * 1024;

/** The name of a channel on the bus and in the history. */
export function topicOf(channel: string): string {
  return `c:${channel}`;
}

export class Topic {
  readonly name: ChannelName;
  readonly #engine: Engine;
  readonly #fail: (error: unknown) => void;
  readonly #subscribers = new Set<Subscriber>();
  /** Until everything that is published is delivered. */
  readonly ready: Promise<void>;
  #stop: Unsubscribe | undefined;
  #isStopped = false;
  /** Of what was delivered last, where there is a history. */
  #position: StreamPosition | undefined;
  /** What came while the position was not known. */
  #waiting: BusMessage[] | undefined = [];
  #waitingSize = 0;

  /** `fail` is told what goes wrong with the engine. */
  constructor(name: ChannelName, engine: Engine, fail: (error: unknown) => void) {
    this.name = name;
    this.#engine = engine;
    this.#fail = fail;
    this.ready = this.#start();
    // Each subscriber waits for it; there may be none left.
    this.ready.catch(() => {});
  }

  get size(): number {
    return this.#subscribers.size;
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
  }

  /** From now on nothing is delivered to it. */
  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
  }

  stop(): void {
    this.#isStopped = true;
    this.#stop?.().catch(this.#fail);
  }

  /** Makes up for what was missed, if anything was; `message` is what shows it. */
  async repair(message?: PositionedMessage): Promise<void> {
    const { streams } = this.#engine;
    const last = this.#position;
    if (!streams || !last || this.#waiting) return;
    this.#waiting = [];
    try {
      this.#catchUp(last, await streams.read(topicOf(this.name.channel), { since: last }));
    } catch (error) {
      this.#fail(error);
    }
    if (message && isBehind(this.#position, message.position)) {
      this.#loseAll();
      this.#pass(message);
    }
    this.#goOn();
  }

  #catchUp(last: StreamPosition, { epoch, offset, entries }: StreamSlice): void {
    const isWhole = epoch === last.epoch && entries.length === offset - last.offset;
    if (!isWhole) this.#loseAll();
    else for (const entry of entries) this.#deliver(entry.data, entry.offset);
    this.#position = { offset, epoch };
  }

  async #start(): Promise<void> {
    const topic = topicOf(this.name.channel);
    const stop = await this.#engine.bus.subscribe(topic, (message) => this.#receive(message));
    if (this.#isStopped) return stop();
    this.#stop = stop;
    if (this.name.namespace.history) {
      const { offset, epoch } = (await this.#engine.streams?.read(topic, { limit: 0 })) ?? {};
      if (offset !== undefined && epoch !== undefined) this.#position = { offset, epoch };
    }
    this.#goOn();
  }

  #receive(message: BusMessage): void {
    if (this.#isStopped) return;
    if (!this.#waiting) return this.#accept(message);
    this.#waitingSize += message.data.length;
    if (this.#waitingSize <= MAX_WAITING) this.#waiting.push(message);
  }

  #goOn(): void {
    const waiting = this.#waiting ?? [];
    const isWhole = this.#waitingSize <= MAX_WAITING;
    this.#waiting = undefined;
    this.#waitingSize = 0;
    if (!isWhole) this.#loseAll();
    // (What is left waits again when there is another gap.)
    for (const message of waiting) this.#receive(message);
  }

  #accept(message: BusMessage): void {
    if (!isPositioned(message)) return this.#deliver(message.data, undefined);
    const { position } = message;
    const last = this.#position;
    if (last?.epoch === position.epoch) {
      if (position.offset <= last.offset) return;
      if (position.offset > last.offset + 1) return void this.repair(message);
    } else if (last) this.#loseAll();
    this.#pass(message);
  }

  #pass({ data, position }: PositionedMessage): void {
    this.#position = position;
    this.#deliver(data, position.offset);
  }

  #deliver(data: string, offset: number | undefined): void {
    let event: ChannelEvent;
    try {
      event = decodeEvent(data);
    } catch (error) {
      // Somebody else writes to the topic.
      return this.#fail(error);
    }
    const delivery = new Delivery(this.name.channel, event, offset, data.length);
    for (const subscriber of this.#subscribers) subscriber.deliver(delivery);
  }

  #loseAll(): void {
    for (const subscriber of this.#subscribers) subscriber.lost();
  }
}

function isPositioned(message: BusMessage): message is PositionedMessage {
  return message.position !== undefined;
}

/** Offsets of two epochs can't be compared. */
function isBehind(position: StreamPosition | undefined, other: StreamPosition): boolean {
  return position?.epoch === other.epoch && position.offset < other.offset;
}
