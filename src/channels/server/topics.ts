/**
 * The channels that somebody on this node is subscribed to.
 *
 * @module
 */

import type { Engine } from "../../engine/engine.ts";
import type { ChannelName } from "./namespaces.ts";
import { Topic } from "./topic.ts";
import type { Subscriber } from "./topic.ts";

/** Who is told of channels. */
export interface TopicsOwner {
  /** A channel has its first subscriber here, or has lost its last one. */
  occupied(channel: string): void;
  vacated(channel: string): void;
  engineFailed(error: unknown): void;
}

export class Topics {
  readonly #engine: Engine;
  readonly #owner: TopicsOwner;
  readonly #topics = new Map<string, Topic>();

  constructor(engine: Engine, owner: TopicsOwner) {
    this.#engine = engine;
    this.#owner = owner;
  }

  get(channel: string): Topic | undefined {
    return this.#topics.get(channel);
  }

  [Symbol.iterator](): IterableIterator<Topic> {
    return this.#topics.values();
  }

  /** `ready` of the topic says when nothing more is missed. */
  join(name: ChannelName, subscriber: Subscriber): Topic {
    let topic = this.#topics.get(name.channel);
    if (!topic) {
      topic = new Topic(name, this.#engine, (error) => this.#owner.engineFailed(error));
      this.#topics.set(name.channel, topic);
      this.#owner.occupied(name.channel);
      // The next one tries again.
      topic.ready.catch(() => this.#forget(topic as Topic));
    }
    topic.add(subscriber);
    return topic;
  }

  leave(topic: Topic, subscriber: Subscriber): void {
    topic.remove(subscriber);
    if (topic.size === 0) this.#forget(topic);
  }

  stop(): void {
    for (const topic of this.#topics.values()) topic.stop();
    this.#topics.clear();
  }

  #forget(topic: Topic): void {
    const { channel } = topic.name;
    topic.stop();
    if (this.#topics.get(channel) !== topic) return;
    this.#topics.delete(channel);
    this.#owner.vacated(channel);
  }
}
