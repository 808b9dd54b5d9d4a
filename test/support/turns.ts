/**
 * Waiting in tests: for turns of the event loop and for conditions, never for a length of time.
 *
 * @module
 */

/** What limits `until`, so that a test that waits in vain says what for. Milliseconds. */
const PATIENCE = 8_000;

/** Lets the event loop go round `count` times. */
export async function turns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until `condition` holds, looking once in each turn of the event loop. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > PATIENCE) throw new Error(`waited in vain for: ${what}`);
    await turns();
  }
}

/** Whether a promise is still pending after a few turns. */
export function isPending(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => false,
    () => false,
  );
  return Promise.race([settled, turns(5).then(() => true)]);
}

/** What a promise is rejected with; an error when it isn't. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`not rejected, but resolved with ${String(value)}`);
}

/** Runs `body` and returns the rejections that nobody handled meanwhile. */
export async function unhandledRejections(body: () => Promise<void>): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const listener = (reason: unknown): void => void reasons.push(reason);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", listener);
  try {
    await body();
    // Node looks for them after the microtasks of a turn.
    await turns(3);
  } finally {
    process.removeListener("unhandledRejection", listener);
    for (const other of others) process.on("unhandledRejection", other);
  }
  return reasons;
}
