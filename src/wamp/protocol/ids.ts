/**
 * Ids (WAMP specification, "IDs"): whole numbers from 1 to 2^53.
 *
 * @module
 */

import type { Id } from "./messages.ts";

export const MAX_ID: Id = 2 ** 53;

export function isId(value: unknown): value is Id {
  return typeof value === "number" && value >= 1 && value <= MAX_ID && Math.floor(value) === value;
}

/** The id of a request after that one. */
export function nextId(id: Id): Id {
  return id >= MAX_ID ? 1 : id + 1;
}

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
