/**
 * `fullduplex/engine`: the contract of engines, and the one in memory.
 *
 * @module
 */

export type { Bus, BusListener, BusMessage, Unsubscribe } from "./bus.ts";
export type { Engine } from "./engine.ts";
export { memoryEngine } from "./memory/memory-engine.ts";
export type { MemoryEngineOptions } from "./memory/memory-engine.ts";
export type { StreamPosition } from "./position.ts";
export type { Presence, PresenceCount, PresenceEntry } from "./presence.ts";
export type {
  AppendOptions,
  Appended,
  ReadOptions,
  StreamEntry,
  Streams,
  StreamSlice,
} from "./streams.ts";
