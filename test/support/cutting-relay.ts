/**
 * Connections to a server that are cut after so many messages.
 *
 * @module
 */

import type { Connection } from "../../src/connection/connection.ts";
import type { Message } from "../../src/connection/transport.ts";
import { pair } from "../../src/testing/pair.ts";

/** Between clients and a server: in memory, in order. */
export class CuttingRelay {
  /** How many messages have come by. */
  passed = 0;
  /** How many connections were opened. */
  opened = 0;
  readonly #accept: (connection: Connection) => unknown;
  readonly #cuts: ReadonlySet<number>;

  /** `cuts`: the numbers of the messages, in both directions together, that never arrive: with them the connection is cut. */
  constructor(accept: (connection: Connection) => unknown, cuts: ReadonlySet<number>) {
    this.#accept = accept;
    this.#cuts = cuts;
  }

  /** The client's end of a new connection. */
  readonly open = (): Connection => {
    this.opened++;
    const [client, near] = pair();
    const [far, server] = pair();
    const cut = (): void => {
      near.terminate();
      far.terminate();
    };
    void this.#relay(near, far, cut);
    void this.#relay(far, near, cut);
    void this.#accept(server);
    return client;
  };

  async #relay(from: Connection, to: Connection, cut: () => void): Promise<void> {
    const pass = (message: Message): void => {
      if (this.#cuts.has(this.passed++)) cut();
      else void to.send(message);
    };
    await from.forEach(pass).catch(() => {});
    const { code, wasClean } = await from.closed;
    if (wasClean && code === 1000) await to.close();
    else to.terminate();
  }
}
