/**
 * The subscriptions of one session.
 *
 * @module
 */

import { DdpError } from "../../protocol/error.ts";
import type { SubMessage, UnsubMessage } from "../../protocol/messages.ts";
import { toWireError } from "../../protocol/wire-error.ts";
import { ActiveSubscription } from "./active-subscription.ts";
import type { PublicationHost } from "./host.ts";

export class SessionSubscriptions {
  readonly #host: PublicationHost;
  readonly #active = new Map<string, ActiveSubscription>();

  constructor(host: PublicationHost) {
    this.#host = host;
  }

  /** How many the client has. */
  get size(): number {
    return this.#active.size;
  }

  has(id: string): boolean {
    return this.#active.has(id);
  }

  /** Handles a `sub`; one for a subscription that there is already means nothing. Never rejects. */
  async subscribe(message: SubMessage, unblock: () => void): Promise<void> {
    const { id, name, params = [] } = message;
    if (this.#active.has(id)) return;
    const publication = this.#host.publications.get(name);
    if (!publication) {
      const error = toWireError(new DdpError(404, `Subscription '${name}' not found`));
      return this.#host.send({ msg: "nosub", id, error });
    }
    const init = { id, name, publication, params };
    const subscription = new ActiveSubscription(this.#host, init, () => this.#active.delete(id));
    this.#active.set(id, subscription);
    await subscription.run(unblock);
  }

  /** Handles an `unsub`; clients wait for its answer, whether there was such a subscription or not. */
  unsubscribe({ id }: UnsubMessage): void {
    const subscription = id === undefined ? undefined : this.#active.get(id);
    if (subscription) subscription.stop();
    else this.#host.send({ msg: "nosub", id });
  }

  /** Runs what every client gets. */
  async startUniversal(): Promise<void> {}

  /** Another user has logged in: runs everything again, and sends what is different. */
  async rerun(): Promise<void> {}

  /** The session has ended. */
  close(): void {
    for (const subscription of this.#active.values()) subscription.deactivate();
    this.#active.clear();
  }
}
