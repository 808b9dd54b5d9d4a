/**
 * Connections to a server that are cut after so many messages.
 *
 * @module
 */

import type { Connection } from "../../src/connection/connection.ts";
import type { Message } from "../../src/connection/transport.ts";
import { pair } from "../../src/testing/pair.ts";

/** Where to cut, and what to do with what passes. */
export interface Cuts {
  /** The numbers of the messages, in both directions together, that never arrive: with them the connection is cut. */
  readonly at: ReadonlySet<number>;
  /** Changes what a client sends. */
  readonly forge?: (text: string) => string;
}

/** Between clients and a server: in memory, in order. */
export class CuttingRelay {
  /** How many messages have come by. */
  passed = 0;
  /** How many connections were opened. */
  opened = 0;
  readonly #accept: (connection: Connection) => unknown;
  readonly #cuts: Cuts;

  constructor(accept: (connection: Connection) => unknown, cuts: Cuts) {
    this.#accept = accept;
    this.#cuts = cuts;
  }

  /** The client's end of a new connection. */
  readonly open = (): Connection => {
    this.opened++;
    const [client, near] = pair();
    const [far, server] = pair();
    const { forge = (text) => text } = this.#cuts;
    const cut = (): void => {
      near.terminate();
      far.terminate();
    };
    void this.#relay(near, far, forge, cut);
    void this.#relay(far, near, (text) => text, cut);
    void this.#accept(server);
    return client;
  };

  async #relay(
    from: Connection,
    to: Connection,
    forge: (text: string) => string,
    cut: () => void,
  ): Promise<void> {
    const pass = (message: Message): void => {
      if (this.#cuts.at.has(this.passed++)) cut();
      else void to.send(forge(String(message)));
    };
    await from.forEach(pass).catch(() => {});
    const { code, wasClean } = await from.closed;
    if (wasClean && code === 1000) await to.close();
    else to.terminate();
  }
}
