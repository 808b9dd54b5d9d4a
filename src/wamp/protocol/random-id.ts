/**
 * Ids that routers draw (WAMP specification, "IDs", global scope).
 *
 * @module
 */

import type { Id } from "./messages.ts";

interface Platform {
  readonly crypto: { getRandomValues(array: Uint32Array): Uint32Array };
}

/** Random words for several ids, since each call for some costs as much as hundreds of words. */
const words = new Uint32Array(256);
let used = words.length;

/** An id of global scope: random, over the whole range. */
export function randomId(): Id {
  if (used === words.length) {
    (globalThis as unknown as Platform).crypto.getRandomValues(words);
    used = 0;
  }
  const high = (words[used++] as number) & 0x1f_ff_ff;
  const low = words[used++] as number;
  return high * 2 ** 32 + low + 1;
}
