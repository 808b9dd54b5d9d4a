/**
 * Streams: the history of topics.
 *
 * @module
 */

import type { StreamPosition } from "./position.ts";

/** How an entry is kept. Durations are milliseconds. */
export interface AppendOptions {
  /** How many of the latest entries are kept; with 0 nothing is, and no offset is given. */
  readonly size: number;
  /** How long entries are kept after the last one was appended. */
  readonly ttl: number;
  /** Appending with a key that was used in the last `keyTtl` changes nothing, and answers as it did then. */
  readonly key?: string | undefined;
  /** Default: 300000. */
  readonly keyTtl?: number | undefined;
}

/** What became of an entry. `position` is `undefined` when nothing is kept. */
export interface Appended {
  readonly position: StreamPosition | undefined;
  /** Its key was used before. */
  readonly isDuplicate: boolean;
}

export interface StreamEntry {
  readonly offset: number;
  readonly data: string;
}

/** Which entries to read. */
export interface ReadOptions {
  /** Only those behind it; with `reverse` only those before it. The epoch is not looked at: compare it to the answer's. */
  readonly since?: StreamPosition | undefined;
  /** At most so many; 0 for the position alone. Default: all. */
  readonly limit?: number | undefined;
  /** The latest first. Default: `false`. */
  readonly reverse?: boolean | undefined;
}

/** Entries, and the position of the latest one that the topic has. Both are of the same moment. */
export interface StreamSlice extends StreamPosition {
  readonly entries: readonly StreamEntry[];
}

/**
 * The histories of topics. To append publishes to the topic too, in one step: subscribers get entries in the order of
 * their offsets, which have no gaps.
 */
export interface Streams {
  append(topic: string, data: string, options: AppendOptions): Promise<Appended>;
  /** A topic without a history gets an epoch, at offset 0. */
  read(topic: string, options?: ReadOptions): Promise<StreamSlice>;
  /** Removes the entries. Offsets go on. */
  remove(topic: string): Promise<void>;
}
