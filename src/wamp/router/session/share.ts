/**
 * A peer's share of the process: whoever sends much that is a lot of work, such as long lists of sessions, lets others go on
 * in between. (One read from a socket may bring a thousand requests.)
 *
 * @module
 */

import type { Clock } from "../../../util/clock.ts";

/** How long a peer may keep others waiting, beyond the request in hand. Milliseconds. */
const LIMIT = 10;

export class Share {
  readonly #clock: Clock;
  #used = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It took so many milliseconds to do what the peer wanted. A promise: what it wants next should wait for it. */
  use(duration: number): Promise<void> | undefined {
    this.#used += duration;
    if (this.#used < LIMIT) return undefined;
    this.#used = 0;
    return new Promise((resolve) => this.#clock.defer(resolve));
  }
}
