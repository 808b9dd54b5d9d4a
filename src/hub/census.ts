/**
 * What is going on in the hub: connections now, by endpoint.
 *
 * @module
 */

export class Census {
  readonly #counts = new Map<string, number>();

  /** The handler of the endpoint at `path`, whose connections are counted from now on. */
  count<Given extends readonly unknown[]>(
    path: string,
    handler: (...given: Given) => unknown,
  ): (...given: Given) => Promise<void> {
    this.#counts.set(path, 0);
    return async (...given) => {
      this.#add(path, 1);
      try {
        await handler(...given);
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
