/**
 * Connections to a server that are cut after so many messages.
 *
 * @module
 */

import type { Connection } from "../../src/connection/connection.ts";
import type { Message } from "../../src/connection/transport.ts";
import { pair } from "../../src/testing/pair.ts";
import { turns } from "./turns.ts";

/** Between clients and a server: in memory, in order. */
export class CuttingRelay {
  /** How many messages have come by. */
  passed = 0;
  /** How many connections were opened. */
  opened = 0;
  readonly #accept: (connection: Connection) => unknown;
  readonly #cuts: ReadonlySet<number>;
  readonly #isLate: boolean;

  /**
   * `cuts`: the numbers of the messages, in both directions together, that never arrive: with them the connection is cut.
   * What is on its way then is lost as well; when the cut comes late (`isLate`), what came before does arrive.
   */
  constructor(
    accept: (connection: Connection) => unknown,
    cuts: ReadonlySet<number>,
    isLate: boolean = false,
  ) {
    this.#accept = accept;
    this.#cuts = cuts;
    this.#isLate = isLate;
  }

  /** The client's end of a new connection. */
  readonly open = (): Connection => {
    this.opened++;
    const [client, near] = pair();
    const [far, server] = pair();
    let isCut = false;
    const cut = async (): Promise<void> => {
      isCut = true;
      if (this.#isLate) await turns(2);
      near.terminate();
      far.terminate();
    };
    const pass = (message: Message, to: Connection): void => {
      if (isCut) return;
      if (this.#cuts.has(this.passed++)) void cut();
      else void to.send(message);
    };
    void this.#relay(near, far, pass);
    void this.#relay(far, near, pass);
    void this.#accept(server);
    return client;
  };

  async #relay(
    from: Connection,
    to: Connection,
    pass: (message: Message, to: Connection) => void,
  ): Promise<void> {
    await from.forEach((message) => pass(message, to)).catch(() => {});
    const { code, wasClean } = await from.closed;
    if (wasClean && code === 1000) await to.close();
    else to.terminate();
  }
}
