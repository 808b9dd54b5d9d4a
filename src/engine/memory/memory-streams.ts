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

/** How long an epoch is kept after it was last asked for, when nothing was ever appended. */
const EMPTY_TTL = 600_000;

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
    const earlier = this.#find(topic, options.key);
    if (earlier) return { ...earlier, isDuplicate: true };
    const position = options.size > 0 ? this.#keep(topic, data, options) : undefined;
    const appended = { position, isDuplicate: false };
    this.#remember(topic, appended, options);
    this.#bus.deliver(topic, { data, position });
    return appended;
  }

  async read(topic: string, options: ReadOptions = {}): Promise<StreamSlice> {
    this.#check();
    const stream = this.#open(topic);
    const { epoch, offset } = stream;
    return { epoch, offset, entries: select(stream.entries, options) };
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
    for (const [topic, keys] of this.#keys) {
      for (const [key, { expires }] of keys) if (expires <= now) keys.delete(key);
      if (keys.size === 0) this.#keys.delete(topic);
    }
    return this.#streams.size > 0 || this.#keys.size > 0;
  }

  #keep(topic: string, data: string, { size, ttl }: AppendOptions): StreamPosition {
    const stream = this.#open(topic);
    const offset = ++stream.offset;
    stream.entries.push({ offset, data });
    stream.entries.trim(size);
    stream.entriesExpire = this.#clock.now() + ttl;
    stream.expires = stream.entriesExpire + META_TTL;
    return { offset, epoch: stream.epoch };
  }

  #open(topic: string): Stream {
    const now = this.#clock.now();
    const known = this.#streams.get(topic);
    if (known && known.expires > now) {
      if (known.entriesExpire <= now) known.entries.trim(0);
      if (known.offset === 0) known.expires = now + EMPTY_TTL;
      return known;
    }
    const stream: Stream = {
      epoch: newEpoch(),
      offset: 0,
      entries: new Entries(),
      entriesExpire: now,
      expires: now + EMPTY_TTL,
    };
    this.#streams.set(topic, stream);
    this.#sweeper.watch(this);
    return stream;
  }

  #find(topic: string, key: string | undefined): Appended | undefined {
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
