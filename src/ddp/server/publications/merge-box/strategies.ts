/**
 * How the documents of a collection are published: what a session remembers of them, and what it tells its client.
 *
 * @module
 */

/**
 * What becomes of a document that several subscriptions of one client publish:
 *
 * - `SERVER_MERGE` (default): the client gets the union of their fields, each from the subscription that published the field
 *   first, and only what changes for it. The session remembers the documents; those of live queries are shared between sessions.
 * - `NO_MERGE`: all that the subscriptions say is passed on as it is, and when one ends its documents are removed, even if another
 *   has them too. The session remembers ids. For collections of which no document is published twice.
 * - `NO_MERGE_NO_HISTORY`: the same, and nothing is removed when a subscription ends. The session remembers nothing. For documents
 *   that are messages.
 * - `NO_MERGE_MULTI`: all is passed on, but a document that another subscription has added is `changed`, and removed when the last
 *   one that has it ends. The session remembers ids.
 */
export type PublicationStrategy =
  | "SERVER_MERGE"
  | "NO_MERGE"
  | "NO_MERGE_NO_HISTORY"
  | "NO_MERGE_MULTI";

const STRATEGIES: readonly string[] = [
  "SERVER_MERGE",
  "NO_MERGE",
  "NO_MERGE_NO_HISTORY",
  "NO_MERGE_MULTI",
] satisfies readonly PublicationStrategy[];

/** The strategies of a server, by collection. */
export class Strategies {
  readonly #byCollection = new Map<string, PublicationStrategy>();

  /** @throws TypeError for a strategy that there is not. */
  set(collection: string, strategy: PublicationStrategy): void {
    if (!STRATEGIES.includes(strategy)) {
      throw new TypeError(`there is no publication strategy ${strategy}`);
    }
    this.#byCollection.set(collection, strategy);
  }

  get(collection: string): PublicationStrategy {
    return this.#byCollection.get(collection) ?? "SERVER_MERGE";
  }
}
