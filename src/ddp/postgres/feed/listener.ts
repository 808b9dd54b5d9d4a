/**
 * The connection that listens: one of the pool's, kept, or one of its own.
 *
 * @module
 */

import { Deferred } from "../../../util/deferred.ts";
import type {
  PostgresClient,
  PostgresNotification,
  PostgresPool,
  PostgresPoolClient,
} from "../pool.ts";

/** Makes the connection. */
export type ConnectListener = () => Promise<Listener>;

export class Listener {
  /** Resolves with why, when the connection is over. */
  readonly lost: Promise<Error>;
  readonly #client: PostgresClient | PostgresPoolClient;
  readonly #discard: () => void;
  #isOver = false;
  readonly #end: (error: Error) => void;

  constructor(client: PostgresClient | PostgresPoolClient, discard: () => void) {
    const lost = new Deferred<Error>();
    this.lost = lost.promise;
    this.#client = client;
    this.#discard = discard;
    this.#end = (error) => lost.resolve(error);
    client.on("error", this.#end);
    client.on("end", this.#ended);
  }

  readonly #ended = (): void => this.#end(new Error("the connection ended"));

  /** Has the notifications passed on. Those of other channels come too, when somebody else uses the connection. */
  async listen(
    channels: readonly string[],
    onNotification: (notification: PostgresNotification) => void,
  ): Promise<void> {
    this.#client.on("notification", (notification) => {
      if (!this.#isOver) onNotification(notification);
    });
    for (const channel of channels) await this.#run(`LISTEN ${channel}`, []);
  }

  async notify(channel: string, payload: string): Promise<void> {
    await this.#run("SELECT pg_notify($1, $2)", [channel, payload]);
  }

  /** Ends the connection. */
  close(error: Error = new Error("the connection was closed")): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end(error);
    // (Its listener for errors stays: one that nobody listens to would end the process.)
    this.#discard();
  }

  async #run(text: string, values: unknown[]): Promise<void> {
    await this.#client.query({ text, values, rowMode: "array" });
  }
}

/** Keeps a connection of the pool, which has one less then. */
export async function fromPool(pool: PostgresPool): Promise<Listener> {
  const client = await pool.connect();
  return new Listener(client, () => client.release(true));
}

/** Uses a connection that was made for it. */
export async function fromClient(client: PostgresClient): Promise<Listener> {
  const listener = new Listener(client, () => {
    client.end().catch(() => {});
  });
  try {
    await client.connect();
  } catch (error) {
    listener.close();
    throw error;
  }
  return listener;
}
