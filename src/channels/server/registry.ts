/**
 * The clients that are connected to this node, by id and by user.
 *
 * @module
 */

import type { Session } from "./session.ts";

/** Which clients something is for: all that are given have to be right. */
export interface ClientFilter {
  readonly user?: string | undefined;
  readonly client?: string | undefined;
  readonly session?: string | undefined;
}

export class Registry {
  readonly #byClient = new Map<string, Session>();
  readonly #byUser = new Map<string, Set<Session>>();

  get size(): number {
    return this.#byClient.size;
  }

  get users(): number {
    return this.#byUser.size;
  }

  countOf(user: string): number {
    return this.#byUser.get(user)?.size ?? 0;
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#byClient.values();
  }

  add(session: Session): void {
    this.#byClient.set(session.client, session);
    const known = this.#byUser.get(session.user);
    if (known) known.add(session);
    else this.#byUser.set(session.user, new Set([session]));
  }

  delete(session: Session): void {
    this.#byClient.delete(session.client);
    const known = this.#byUser.get(session.user);
    known?.delete(session);
    if (known?.size === 0) this.#byUser.delete(session.user);
  }

  /** A filter that names nobody finds nobody. */
  find({ user, client, session }: ClientFilter): Session[] {
    let found: Session[];
    if (client) {
      const known = this.#byClient.get(client);
      found = known ? [known] : [];
    } else if (user !== undefined && (user !== "" || session))
      found = [...(this.#byUser.get(user) ?? [])];
    else found = session ? [...this.#byClient.values()] : [];
    return found.filter((one) => (!user || one.user === user) && (!session || one.id === session));
  }
}
