/**
 * How many connections there are, in all and by address.
 *
 * @module
 */

import { addressGroup } from "./address.ts";
import type { Refusal } from "./refusal.ts";

/** Seconds after which a client that found no room may try again. */
const RETRY_AFTER = "5";

/** A place for one connection, from its handshake to its end. */
export class Slot {
  readonly #count: (change: 1 | -1, key: string | undefined) => void;
  readonly #key: string | undefined;
  #isTaken = true;

  /** `count` is told of the place once it is taken, and once it is given back. */
  constructor(count: (change: 1 | -1, key: string | undefined) => void, key: string | undefined) {
    this.#count = count;
    this.#key = key;
    count(1, key);
  }

  /** Gives the place back; doing so again changes nothing. */
  release(): void {
    if (this.#isTaken) this.#count(-1, this.#key);
    this.#isTaken = false;
  }
}

/** For servers without limits: one for all connections. */
const UNCOUNTED = new Slot(() => {}, undefined);

export class ConnectionLimits {
  readonly #max: number;
  readonly #maxPerAddress: number;
  #count = 0;
  readonly #byAddress = new Map<string, number>();

  constructor(max: number, maxPerAddress: number) {
    this.#max = max;
    this.#maxPerAddress = maxPerAddress;
  }

  /** Takes a place. A peer without an address (on a Unix socket) is only counted in all. */
  take(address: string | undefined): Slot | Refusal {
    if (this.#max === Infinity && this.#maxPerAddress === Infinity) return UNCOUNTED;
    if (this.#count >= this.#max) return refusal(503, "There are too many connections.");
    const group = this.#maxPerAddress === Infinity || address === undefined ? undefined : address;
    const key = group && addressGroup(group);
    if (key !== undefined && (this.#byAddress.get(key) ?? 0) >= this.#maxPerAddress) {
      return refusal(429, "There are too many connections from this address.");
    }
    return new Slot(this.#add, key);
  }

  readonly #add = (change: 1 | -1, key: string | undefined): void => {
    this.#count += change;
    if (key === undefined) return;
    const count = (this.#byAddress.get(key) ?? 0) + change;
    if (count > 0) this.#byAddress.set(key, count);
    else this.#byAddress.delete(key);
  };
}

function refusal(status: number, message: string): Refusal {
  return { status, headers: [["Retry-After", RETRY_AFTER]], message };
}
