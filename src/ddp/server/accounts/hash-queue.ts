/**
 * Work that takes long, a little of it at a time.
 *
 * @module
 */

import { Slots } from "../../../util/slots.ts";
import { DdpError } from "../../protocol/error.ts";

/** How much runs at once. (It is the event loop that does it, in slices: more at once would end no sooner.) */
const AT_ONCE = 2;
/** How much may wait: some seconds of work. */
const MAX_WAITING = 100;

export class HashQueue {
  readonly #slots = new Slots(AT_ONCE);

  /** @throws DdpError `too-many-requests` (as a rejection) when too much waits already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#slots.waiting >= MAX_WAITING) {
      throw new DdpError("too-many-requests", "The server is busy. Try again in a moment.");
    }
    return this.#slots.run(work);
  }
}
