/**
 * A line over which answers take longer, so that one sees what a client does in the meantime.
 *
 * @module
 */

import { setTimeout as wait } from "node:timers/promises";
import type { Ddp } from "../../ddp/server/index.ts";
import type { ServerConnection } from "../../server/index.ts";
import { pair } from "../../testing/index.ts";
import { MAX_DELAY } from "./limits.ts";

/** Once so much is on its way, nothing more is taken for as long as the delay. UTF-16 units. */
const MAX_HELD = 64 * 1024;

/** How much may wait behind that before the connection is closed. Bytes. */
const MAX_SEND_QUEUE = 1024 * 1024;

/** The delay that a connection asks for with `?delay=…`, in milliseconds. */
export function readDelay(query: URLSearchParams): number {
  const delay = Number(query.get("delay") ?? 0);
  return delay > 0 ? Math.min(delay, MAX_DELAY) : 0;
}

/** Runs the handler for the connection, whose client gets each message so much later. Resolves when it is over. */
export async function answerLate(
  connection: ServerConnection,
  delay: number,
  handler: Ddp["handler"],
): Promise<void> {
  const [near, far] = pair({ keepalive: false, maxSendQueue: MAX_SEND_QUEUE });
  const timers = new Set<NodeJS.Timeout>();
  let held = 0;
  // (Timers of the same length run in their order.)
  const later = (act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delay);
    timers.add(timer);
  };
  const forward = (message: string | Uint8Array): void | Promise<void> => {
    held += message.length;
    later(() => {
      held -= message.length;
      void connection.send(message);
    });
    if (held > MAX_HELD) return wait(delay, undefined, { ref: false });
  };
  const asks = connection.forEach((message) => near.send(message)).catch(() => {});
  void asks.then(() => near.close());
  const answers = near.forEach(forward).catch(() => {});
  await handler(far);
  await far.close();
  await answers;
  later(() => void connection.close());
  await connection.closed;
  for (const timer of timers) clearTimeout(timer);
}
