/**
 * Presence: who is at a topic, on whichever node.
 *
 * @module
 */

export interface PresenceEntry {
  readonly user: string;
  /** What the application says of it, as text. */
  readonly info: string;
}

export interface PresenceCount {
  readonly clients: number;
  readonly users: number;
}

/** An entry lives for `ttl` milliseconds after it was added; adding it again refreshes and replaces it. */
export interface Presence {
  add(topic: string, client: string, entry: PresenceEntry, ttl: number): Promise<void>;
  /** Nothing happens when there is no such entry. */
  remove(topic: string, client: string): Promise<void>;
  list(topic: string): Promise<ReadonlyMap<string, PresenceEntry>>;
  count(topic: string): Promise<PresenceCount>;
}
