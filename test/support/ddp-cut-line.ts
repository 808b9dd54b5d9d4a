/**
 * A line between a client and a server of DDP that breaks after given numbers of messages.
 *
 * @module
 */

import type { Connection } from "../../src/connection/connection.ts";
import { pair } from "../../src/testing/pair.ts";
import type { Accepting } from "./ddp-peer.ts";

export class CutLine {
  readonly #server: Accepting;
  /** How many messages each connection lets pass, in both directions together; those after them pass all. */
  readonly #lives: number[];
  /** All that passed or was lost, the messages as text. */
  readonly log: string[] = [];

  constructor(server: Accepting, lives: readonly number[]) {
    this.#server = server;
    this.#lives = lives.slice();
  }

  /** How many connections have broken. */
  broken = 0;

  /** To be given to a client. */
  readonly open = (): Connection => {
    const [client, near] = pair();
    const [far, server] = pair();
    void this.#server.handler(server);
    const connections = [near, far];
    let left = this.#lives.shift() ?? Infinity;
    const end = (): void => {
      if (near.state === "open") this.broken++;
      for (const connection of connections) connection.terminate();
    };
    const relay = (from: Connection, to: Connection, sign: string): void => {
      void from
        .forEach((data) => {
          this.log.push(`${left > 0 ? sign : "x"} ${String(data)}`);
          if (left-- > 0) void to.send(data);
          if (left <= 0) end();
        })
        .catch(() => {});
      void from.closed.then(() => to.terminate());
    };
    relay(near, far, ">");
    relay(far, near, "<");
    return client;
  };
}
