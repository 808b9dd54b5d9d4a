/**
 * Histories in one process.
 *
 * @module
 */

import type { Clock } from "../../util/clock.ts";
import type { StreamPosition } from "../position.ts";
import type {
  AppendOptions,
  Appended,
  ReadOptions,
  StreamEntry,
  Streams,
  StreamSlice,
} from "../streams.ts";
import { Entries } from "./entries.ts";
import type { MemoryBus } from "./memory-bus.ts";
import type { Expiring, Sweeper } from "./sweeper.ts";

/** How long an epoch and its offset outlive the entries, in milliseconds. */
const META_TTL = 30 * 24 * 60 * 60 * 1000;

/** How long an epoch is kept after it was last asked for, when nothing was ever appended; and how many such epochs. */
const EMPTY_TTL = 600_000;
const MAX_EMPTY = 100_000;

const KEY_TTL = 300_000;

interface Stream {
  readonly epoch: string;
  /** The offset of the latest entry. */
  offset: number;
  readonly entries: Entries;
  /** When the entries expire, and when all of it does. */
  entriesExpire: number;
  expires: number;
}

/** The epoch of a topic without a history. */
interface Empty {
  readonly epoch: string;
  readonly expires: number;
}

interface Used {
  readonly appended: Appended;
  readonly expires: number;
}

export class MemoryStreams implements Streams, Expiring {
  readonly #bus: MemoryBus;
  readonly #clock: Clock;
  readonly #sweeper: Sweeper;
  readonly #check: () => void;
  readonly #streams = new Map<string, Stream>();
  /**
   * Topics that nothing was ever appended to, those last that were asked for last. Clients choose the names of topics: the
   * oldest ones are forgotten, and get another epoch.
   */
  readonly #empty = new Map<string, Empty>();
  /** The keys that were used, by topic. */
  readonly #keys = new Map<string, Map<string, Used>>();

  constructor(bus: MemoryBus, clock: Clock, sweeper: Sweeper, check: () => void) {
    this.#bus = bus;
    this.#clock = clock;
    this.#sweeper = sweeper;
    this.#check = check;
  }

  async append(topic: string, data: string, options: AppendOptions): Promise<Appended> {
    this.#check();
    const earlier = this.#used(topic, options.key);
    if (earlier) return { ...earlier, isDuplicate: true };
    const position = options.size > 0 ? this.#keep(topic, data, options) : undefined;
    const appended = { position, isDuplicate: false };
    this.#remember(topic, appended, options);
    this.#bus.deliver(topic, { data, position });
    return appended;
  }

  async read(topic: string, options: ReadOptions = {}): Promise<StreamSlice> {
    this.#check();
    const stream = this.#find(topic);
    if (!stream) return { epoch: this.#emptyEpoch(topic), offset: 0, entries: [] };
    const { epoch, offset, entries } = stream;
    return { epoch, offset, entries: select(entries, options) };
  }

  async remove(topic: string): Promise<void> {
    this.#check();
    const stream = this.#streams.get(topic);
    stream?.entries.trim(0);
  }

  sweep(now: number): boolean {
    for (const [topic, stream] of this.#streams) {
      if (stream.expires <= now) this.#streams.delete(topic);
      else if (stream.entriesExpire <= now) stream.entries.trim(0);
    }
    for (const [topic, { expires }] of this.#empty) {
      if (expires <= now) this.#empty.delete(topic);
    }
    for (const [topic, keys] of this.#keys) {
      for (const [key, { expires }] of keys) if (expires <= now) keys.delete(key);
      if (keys.size === 0) this.#keys.delete(topic);
    }
    return this.#streams.size > 0 || this.#empty.size > 0 || this.#keys.size > 0;
  }

  #keep(topic: string, data: string, { size, ttl }: AppendOptions): StreamPosition {
    const stream = this.#find(topic) ?? this.#begin(topic);
    const offset = ++stream.offset;
    stream.entries.push({ offset, data });
    stream.entries.trim(size);
    stream.entriesExpire = this.#clock.now() + ttl;
    stream.expires = stream.entriesExpire + META_TTL;
    return { offset, epoch: stream.epoch };
  }

  /** Without what has expired. */
  #find(topic: string): Stream | undefined {
    const now = this.#clock.now();
    const stream = this.#streams.get(topic);
    if (!stream || stream.expires <= now) return undefined;
    if (stream.entriesExpire <= now) stream.entries.trim(0);
    return stream;
  }

  #begin(topic: string): Stream {
    const epoch = this.#emptyEpoch(topic);
    this.#empty.delete(topic);
    const stream = { epoch, offset: 0, entries: new Entries(), entriesExpire: 0, expires: 0 };
    this.#streams.set(topic, stream);
    return stream;
  }

  #emptyEpoch(topic: string): string {
    const now = this.#clock.now();
    const known = this.#empty.get(topic);
    const epoch = known && known.expires > now ? known.epoch : newEpoch();
    this.#empty.delete(topic);
    this.#empty.set(topic, { epoch, expires: now + EMPTY_TTL });
    if (this.#empty.size > MAX_EMPTY) {
      this.#empty.delete(this.#empty.keys().next().value as string);
    }
    this.#sweeper.watch(this);
    return epoch;
  }

  #used(topic: string, key: string | undefined): Appended | undefined {
    const used = key === undefined ? undefined : this.#keys.get(topic)?.get(key);
    return used && used.expires > this.#clock.now() ? used.appended : undefined;
  }

  #remember(topic: string, appended: Appended, { key, keyTtl = KEY_TTL }: AppendOptions): void {
    if (key === undefined) return;
    const keys = this.#keys.get(topic) ?? new Map<string, Used>();
    keys.set(key, { appended, expires: this.#clock.now() + keyTtl });
    this.#keys.set(topic, keys);
    this.#sweeper.watch(this);
  }
}

function select(entries: Entries, options: ReadOptions): StreamEntry[] {
  const { since, limit = Infinity, reverse = false } = options;
  const { length } = entries;
  const first = length > 0 ? entries.at(0).offset : 0;
  const selected: StreamEntry[] = [];
  // Offsets have no gaps, so that an offset tells the place.
  let index = reverse ? length - 1 : 0;
  if (since)
    index = reverse
      ? Math.min(index, since.offset - 1 - first)
      : Math.max(0, since.offset + 1 - first);
  for (; index >= 0 && index < length && selected.length < limit; index += reverse ? -1 : 1) {
    selected.push(entries.at(index));
  }
  return selected;
}

function newEpoch(): string {
  return globalThis.crypto.randomUUID().slice(0, 8);
}
