/**
 * What is going on in the hub: connections now, by endpoint.
 *
 * @module
 */

import type { Handler } from "../server/index.ts";

export class Census {
  readonly #counts = new Map<string, number>();

  /** The handler of the endpoint at `path`, whose connections are counted from now on. */
  count(path: string, handler: Handler): Handler {
    this.#counts.set(path, 0);
    return async (connection, params) => {
      this.#add(path, 1);
      try {
        await handler(connection, params);
      } finally {
        this.#add(path, -1);
      }
    };
  }

  /** Connections by path. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  #add(path: string, change: number): void {
    this.#counts.set(path, (this.#counts.get(path) ?? 0) + change);
  }
}
