/**
 * Who is there, under which name: no two have the same.
 *
 * @module
 */

import type { Guest } from "./guest.ts";
import { MAX_PEOPLE } from "./limits.ts";
import { crowded } from "./problems.ts";
import { nameKey, numberedName } from "./text.ts";

export class Guests {
  readonly #byClient = new Map<string, Guest>();
  readonly #byName = new Map<string, Guest>();
  readonly #bySession = new Map<string, Guest>();

  get size(): number {
    return this.#byClient.size;
  }

  /** Whoever has connected with a name. */
  find(client: string): Guest | undefined {
    return this.#byClient.get(client);
  }

  ofSession(session: string | undefined): Guest | undefined {
    return session === undefined ? undefined : this.#bySession.get(session);
  }

  /** @throws ChannelError when there are too many. */
  add(guest: Guest): void {
    if (this.size >= MAX_PEOPLE) throw crowded();
    this.#byClient.set(guest.client, guest);
    if (guest.session !== undefined) this.#bySession.set(guest.session, guest);
  }

  /** Gives somebody a name, the one that they want or one like it. */
  name(guest: Guest, wanted: string): string {
    this.#release(guest);
    let free = wanted;
    for (let number = 2; this.#byName.has(nameKey(free)); number++) {
      free = numberedName(wanted, number);
    }
    guest.name = free;
    this.#byName.set(nameKey(free), guest);
    return free;
  }

  /** Doing so again changes nothing. */
  delete(guest: Guest): void {
    if (!this.#byClient.delete(guest.client)) return;
    this.#release(guest);
    if (guest.session !== undefined) this.#bySession.delete(guest.session);
  }

  #release({ name }: Guest): void {
    if (name !== undefined) this.#byName.delete(nameKey(name));
  }
}
