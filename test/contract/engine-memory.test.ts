/**
 * The contracts of engines, in memory.
 *
 * @module
 */

import { expect, test } from "vitest";
import { memoryEngine } from "../../src/engine/memory/memory-engine.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { turns } from "../support/turns.ts";
import { busContract } from "./engine/bus-contract.ts";
import type { EngineCase } from "./engine/engine-case.ts";
import { presenceContract } from "./engine/presence-contract.ts";
import { streamsContract } from "./engine/streams-contract.ts";

async function open(): Promise<EngineCase> {
  const clock = new FakeClock();
  const engine = memoryEngine({ clock });
  return {
    engines: [engine],
    advance: async (duration) => clock.advance(duration),
    settle: () => turns(1),
    async dispose() {
      await engine.close();
      expect(clock.timers).toBe(0);
    },
  };
}

busContract("memory", open);
streamsContract("memory", open);
presenceContract("memory", open);

test("another process has other epochs", async () => {
  const epochs = new Set<string | undefined>();
  for (let process = 0; process < 3; process++) {
    const engine = memoryEngine();
    epochs.add((await engine.streams?.read("a"))?.epoch);
    await engine.close();
  }
  expect(epochs.size).toBe(3);
});
