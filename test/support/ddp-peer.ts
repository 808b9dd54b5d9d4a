/**
 * A client of DDP that does nothing by itself: what it sends is written out, and what it got can be looked at.
 *
 * @module
 */

import { expect } from "vitest";
import type { Connection, ConnectionOptions } from "../../src/connection/connection.ts";
import { pair } from "../../src/testing/pair.ts";
import { turns } from "./turns.ts";

/** A message as JSON has it: values stay encoded. */
export type Json = Readonly<Record<string, unknown>>;

/** What accepts connections. */
export interface Accepting {
  readonly handler: (connection: Connection) => Promise<void>;
}

export class DdpPeer {
  /** All that came and was not taken yet; pings are among it. */
  readonly received: Json[] = [];
  readonly connection: Connection;
  /** Resolves when the server's handler has returned. */
  readonly handled: Promise<void>;
  /** The session that was agreed on. */
  session = "";
  #waiting: (() => void) | undefined;

  /** A connection to the server, before its `connect`. */
  constructor(server: Accepting, options: ConnectionOptions = {}) {
    const [ours, theirs] = pair(options);
    this.connection = ours;
    this.handled = server.handler(theirs);
    void ours
      .forEach((data) => {
        this.received.push(JSON.parse(String(data)) as Json);
        this.#wake();
      })
      .catch(() => {});
    void ours.closed.then(() => this.#wake());
  }

  /** A session. `resume`: what goes with `connect`, besides the versions. */
  static async connect(
    server: Accepting,
    resume: Json = {},
    options: ConnectionOptions = {},
  ): Promise<DdpPeer> {
    const peer = new DdpPeer(server, options);
    peer.send({ msg: "connect", version: "1", support: ["1", "pre2", "pre1"], ...resume });
    const connected = await peer.take();
    expect(connected).toEqual({ msg: "connected", session: expect.any(String) });
    peer.session = connected["session"] as string;
    return peer;
  }

  send(...messages: readonly Json[]): void {
    for (const message of messages) this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    void this.connection.send(text);
  }

  /** The next message; waits for it. */
  async take(): Promise<Json> {
    while (this.received.length === 0) {
      if (this.connection.state === "closed") throw new Error("the connection is closed");
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.received.shift() as Json;
  }

  /** The next so many messages. */
  async takeAll(count: number): Promise<Json[]> {
    const messages: Json[] = [];
    while (messages.length < count) messages.push(await this.take());
    return messages;
  }

  /** What came until nothing more does, for what takes no time but turns of the event loop. */
  async rest(): Promise<Json[]> {
    await turns(10);
    return this.received.splice(0);
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
