/**
 * Publications: what clients may subscribe to.
 *
 * @module
 */

import type { Publishable } from "../../live/live-source.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import type { Fields } from "../../protocol/fields.ts";
import type { DdpConnection } from "../connection.ts";

/** A run of a publication: what one client gets because of one subscription. */
export interface Subscription {
  /** The client's own; something made up for a universal publication. */
  readonly id: string;
  /** `null` for a universal publication. */
  readonly name: string | null;
  readonly connection: DdpConnection;
  /** The user for whom this run is. When another logs in, this one is stopped and the publication run again. */
  readonly userId: string | null;
  /** Publishes a document. The fields are the subscription's from now on: don't change them. */
  added(collection: string, id: DocumentId, fields?: Fields): void;
  /** Changes fields of a published document; those that are `undefined` are taken away. */
  changed(collection: string, id: DocumentId, changes: Fields): void;
  removed(collection: string, id: DocumentId): void;
  /** The documents that matter at first are published. Only the first call counts. */
  ready(): void;
  /** Ends the subscription: what it has published is removed. */
  stop(): void;
  /** Ends it, because of an error that the client sees when it is a `DdpError`. */
  error(error: unknown): void;
  /** Calls back when the subscription ends, however that comes; at once if it has. */
  onStop(callback: () => void): void;
  /** Lets the client's next message begin now, rather than when this has run. */
  unblock(): void;
}

/** Queries whose documents are published; or nothing, when the publication does it itself, with `added` and `ready`. */
export type Published = Publishable | readonly Publishable[] | void;

/**
 * What runs when a client subscribes. Parameters come from the network: check them before use. A `DdpError` that it throws reaches
 * the client, anything else becomes "Internal server error" there and goes to the log.
 */
export type Publication = (
  subscription: Subscription,
  ...params: unknown[]
) => Published | Promise<Published>;

export class Publications {
  readonly #named = new Map<string, Publication>();
  readonly #universal: Publication[] = [];

  /** @throws TypeError for a name that is taken, and for what is no function. */
  add(name: string | null, publication: Publication): void {
    if (typeof publication !== "function")
      throw new TypeError(`the publication ${name} is no function`);
    if (name === null) this.#universal.push(publication);
    else if (this.#named.has(name)) throw new TypeError(`there is a publication ${name} already`);
    else this.#named.set(name, publication);
  }

  get(name: string): Publication | undefined {
    return this.#named.get(name);
  }

  /** Those that every client gets. */
  get universal(): readonly Publication[] {
    return this.#universal;
  }
}
