/**
 * The engine of one process: everything is in memory, and gone with it.
 *
 * @module
 */

import { StateError } from "../../errors.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import type { Engine } from "../engine.ts";
import { MemoryBus } from "./memory-bus.ts";
import { MemoryPresence } from "./memory-presence.ts";
import { MemoryStreams } from "./memory-streams.ts";
import { Sweeper } from "./sweeper.ts";

export interface MemoryEngineOptions {
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
}

/**
 * Makes an engine for one process, with all capabilities.
 *
 * @example
 * ```ts
 * const engine = memoryEngine();
 * const stop = await engine.bus.subscribe("news", ({ data }) => console.log(data));
 * await engine.bus.publish("news", "hello");
 * await stop();
 * await engine.close();
 * ```
 */
export function memoryEngine({ clock = systemClock }: MemoryEngineOptions = {}): Engine {
  let isClosed = false;
  const check = (): void => {
    if (isClosed) throw new StateError("the engine is closed");
  };
  const sweeper = new Sweeper(clock);
  const bus = new MemoryBus(check);
  return {
    bus,
    streams: new MemoryStreams(bus, clock, sweeper, check),
    presence: new MemoryPresence(clock, sweeper, check),
    async close() {
      isClosed = true;
      sweeper.stop();
      bus.stop();
    },
  };
}
