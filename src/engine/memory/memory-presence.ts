/**
 * Presence in one process.
 *
 * @module
 */

import type { Clock } from "../../util/clock.ts";
import type { Presence, PresenceCount, PresenceEntry } from "../presence.ts";
import type { Expiring, Sweeper } from "./sweeper.ts";

interface Kept extends PresenceEntry {
  readonly expires: number;
}

export class MemoryPresence implements Presence, Expiring {
  readonly #clock: Clock;
  readonly #sweeper: Sweeper;
  readonly #check: () => void;
  readonly #topics = new Map<string, Map<string, Kept>>();

  constructor(clock: Clock, sweeper: Sweeper, check: () => void) {
    this.#clock = clock;
    this.#sweeper = sweeper;
    this.#check = check;
  }

  async add(topic: string, client: string, entry: PresenceEntry, ttl: number): Promise<void> {
    this.#check();
    const { user, info } = entry;
    const kept = { user, info, expires: this.#clock.now() + ttl };
    const known = this.#topics.get(topic);
    if (known) known.set(client, kept);
    else this.#topics.set(topic, new Map([[client, kept]]));
    this.#sweeper.watch(this);
  }

  async remove(topic: string, client: string): Promise<void> {
    this.#check();
    const known = this.#topics.get(topic);
    known?.delete(client);
    if (known?.size === 0) this.#topics.delete(topic);
  }

  async list(topic: string): Promise<ReadonlyMap<string, PresenceEntry>> {
    this.#check();
    const now = this.#clock.now();
    const list = new Map<string, PresenceEntry>();
    for (const [client, { user, info, expires }] of this.#topics.get(topic) ?? []) {
      if (expires > now) list.set(client, { user, info });
    }
    return list;
  }

  async count(topic: string): Promise<PresenceCount> {
    const list = await this.list(topic);
    const users = new Set(Array.from(list.values(), ({ user }) => user));
    return { clients: list.size, users: users.size };
  }

  sweep(now: number): boolean {
    for (const [topic, entries] of this.#topics) {
      for (const [client, { expires }] of entries) if (expires <= now) entries.delete(client);
      if (entries.size === 0) this.#topics.delete(topic);
    }
    return this.#topics.size > 0;
  }
}
