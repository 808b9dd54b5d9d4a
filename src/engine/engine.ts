/**
 * What distributed things stand on: one object for all of them, with or without a broker behind it.
 *
 * @module
 */

import type { Bus } from "./bus.ts";
import type { Presence } from "./presence.ts";
import type { Streams } from "./streams.ts";

/**
 * An engine. What it can't do is `undefined`; what two engines both can, they do in the same way, so that nothing changes
 * when a deployment grows. Close it when it is no longer needed.
 */
export interface Engine {
  readonly bus: Bus;
  readonly streams: Streams | undefined;
  readonly presence: Presence | undefined;
  /** Lets go of everything. What is still asked for rejects with a `StateError`. */
  close(): Promise<void>;
}
