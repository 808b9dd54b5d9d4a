/**
 * A server of DDP that does nothing by itself: what it gets can be looked at, and what it sends is written out.
 *
 * @module
 */

import type { Connection, ConnectionOptions } from "../../src/connection/connection.ts";
import { pair } from "../../src/testing/pair.ts";
import type { Json } from "./ddp-peer.ts";
import { turns } from "./turns.ts";

export class ScriptedServer {
  readonly #options: ConnectionOptions;
  readonly #received: Json[] = [];
  #waiting: (() => void) | undefined;
  /** How often a client has connected. */
  connections = 0;
  /** The latest connection, as the server has it. */
  connection: Connection | undefined;

  constructor(options: ConnectionOptions = {}) {
    this.#options = options;
  }

  /** To be given to a client. */
  readonly open = (): Connection => {
    const [theirs, ours] = pair(this.#options);
    this.connections++;
    this.connection = ours;
    void ours
      .forEach((data) => {
        this.#received.push(JSON.parse(String(data)) as Json);
        this.#wake();
      })
      .catch(() => {});
    return theirs;
  };

  send(...messages: readonly Json[]): void {
    for (const message of messages) void this.connection?.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    void this.connection?.send(text);
  }

  /** The client's next message; waits for it. */
  async take(): Promise<Json> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#received.shift() as Json;
  }

  /** Takes `connect`, and agrees. Returns the `connect`. */
  async accept(session: string = "session-1"): Promise<Json> {
    const connect = await this.take();
    this.send({ msg: "connected", session });
    await turns(3);
    return connect;
  }

  /** Sends, and waits until that has arrived and all that it led to is over. */
  async say(...messages: readonly Json[]): Promise<void> {
    this.send(...messages);
    await turns(6);
  }

  /** What came until nothing more does, for what takes no time but turns of the event loop. */
  async rest(): Promise<Json[]> {
    await turns(6);
    return this.#received.splice(0);
  }

  /** The connection is lost. */
  async cut(): Promise<void> {
    this.connection?.terminate();
    await turns(6);
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
