/**
 * A client of channels that speaks the protocol in JSON by hand, over any connection.
 *
 * @module
 */

import type { Connection } from "../../src/connection/connection.ts";

/** A reply or a push, as it came. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Received = Record<string, any>;

export class ChannelsJsonClient {
  readonly connection: Connection<undefined>;
  /** What came and was not asked for yet; pings are not kept. */
  readonly #received: Received[] = [];
  #lastId = 0;

  constructor(connection: Connection<undefined>) {
    this.connection = connection;
  }

  /** Sends a command, and returns its id. */
  send(command: object): number {
    const id = ++this.#lastId;
    void this.connection.send(JSON.stringify({ id, ...command }));
    return id;
  }

  /** Sends a command; resolves with its reply. */
  ask(command: object): Promise<Received> {
    return this.replyTo(this.send(command));
  }

  connect(options: object = {}): Promise<Received> {
    return this.ask({ connect: options });
  }

  replyTo(id: number): Promise<Received> {
    return this.#find((received) => received.id === id);
  }

  /** The next push of a kind. */
  async push(kind: string): Promise<Received> {
    const found = await this.#find(({ push }) => push?.[kind] !== undefined);
    return found.push as Received;
  }

  /** The next thing that is no ping. */
  next(): Promise<Received> {
    return this.#find(() => true);
  }

  async #find(isWanted: (received: Received) => boolean): Promise<Received> {
    for (;;) {
      const index = this.#received.findIndex(isWanted);
      if (index >= 0) return this.#received.splice(index, 1)[0] as Received;
      const frame = (await this.connection.recv()) as string;
      for (const line of frame.split("\n")) this.#take(JSON.parse(line) as Received);
    }
  }

  #take(received: Received): void {
    if (Object.keys(received).length === 0) void this.connection.send("{}");
    else this.#received.push(received);
  }
}
