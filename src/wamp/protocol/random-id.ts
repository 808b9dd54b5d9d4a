/**
 * Ids that routers draw (WAMP specification, "IDs", global scope).
 *
 * @module
 */

import { randomWord } from "../../util/random-word.ts";
import type { Id } from "./messages.ts";

/** An id of global scope: random, over the whole range. */
export function randomId(): Id {
  const high = randomWord() & 0x1f_ff_ff;
  const low = randomWord();
  return high * 2 ** 32 + low + 1;
}
