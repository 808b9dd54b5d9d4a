/**
 * Tells the engine who is in which channel: when a client comes, again and again while it is there, and when it leaves.
 *
 * @module
 */

import type { Engine } from "../../engine/engine.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { clientInfoText } from "./events.ts";
import type { Session } from "./session.ts";
import { infoIn } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";
import { topicOf } from "./topic.ts";

/** What it needs of the server. */
export interface PresenceKeeperOwner {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly sessions: Iterable<Session>;
  readonly ttl: number;
  failed(error: unknown): void;
}

export class PresenceKeeper {
  readonly #owner: PresenceKeeperOwner;
  /** What the engine was told last of each client in each channel; the next waits for it, so that it is told in order. */
  readonly #last = new Map<string, Promise<void>>();
  #timer: Timer;

  constructor(owner: PresenceKeeperOwner) {
    this.#owner = owner;
    this.#schedule();
  }

  /** Rejects when the engine does. */
  add(session: Session, subscription: Subscription): Promise<void> {
    const topic = topicOf(subscription.name.channel);
    const { client, user, info } = session;
    const entry = { user, info: clientInfoText.encode(infoIn(subscription, info)) };
    const { engine, ttl } = this.#owner;
    return this.#inOrder(topic, client, async () => {
      // (Whoever has left meanwhile must not appear again.)
      if (!subscription.isEnded) await engine.presence?.add(topic, client, entry, ttl);
    });
  }

  /** A client is there, as it is now. */
  keep(session: Session): void {
    for (const subscription of session.subscriptions.values()) {
      if (!subscription.hasPresence || !subscription.isLive) continue;
      this.add(session, subscription).catch(this.#owner.failed);
    }
  }

  remove({ client }: Session, { name }: Subscription): void {
    const topic = topicOf(name.channel);
    const { engine, failed } = this.#owner;
    this.#inOrder(topic, client, async () => engine.presence?.remove(topic, client)).catch(failed);
  }

  /** Resolves when the engine knows of everything. */
  async stop(): Promise<void> {
    this.#owner.clock.clearTimeout(this.#timer);
    await Promise.all(this.#last.values());
  }

  #inOrder(topic: string, client: string, tell: () => Promise<void>): Promise<void> {
    // (Ids of clients have no spaces.)
    const key = `${client} ${topic}`;
    const done = (this.#last.get(key) ?? Promise.resolve()).then(tell);
    const settled = done
      .catch(() => {})
      .then(() => {
        if (this.#last.get(key) === settled) this.#last.delete(key);
      });
    this.#last.set(key, settled);
    return done;
  }

  #schedule(): void {
    this.#timer = this.#owner.clock.setTimeout(() => {
      this.#schedule();
      for (const session of this.#owner.sessions) this.keep(session);
    }, this.#owner.ttl / 3);
  }
}
