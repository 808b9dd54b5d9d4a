/**
 * One connection of a client: its messages, and why it ended.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { ClosedError, TimeoutError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import type { ClientMessage, ServerMessage } from "../protocol/messages.ts";
import { BadMessage } from "../protocol/read-message.ts";
import { writeMessage } from "../protocol/write-message.ts";
import { readServerMessage } from "./from-server.ts";
import { Heartbeat } from "./heartbeat.ts";

/** What a connection needs. */
export interface LinkOptions {
  readonly clock: Clock;
  readonly logger: { error(...data: unknown[]): void };
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number;
  /** Called for every message but pings and pongs. */
  receive(message: ServerMessage): void;
  /** Called for what was to be a message, and is none that is known. */
  discarded(): void;
}

export class Link {
  readonly #connection: Connection;
  readonly #options: LinkOptions;
  readonly #heartbeat: Heartbeat;
  readonly #over = new Deferred<unknown>();
  #isOver = false;

  constructor(connection: Connection, options: LinkOptions) {
    this.#connection = connection;
    this.#options = options;
    const { clock, heartbeatInterval: interval, heartbeatTimeout: timeout } = options;
    this.#heartbeat = new Heartbeat({
      clock,
      interval,
      timeout,
      ping: () => this.send({ msg: "ping" }),
      fail: () => this.fail(new TimeoutError("the answer to a ping", timeout)),
    });
    void this.#read();
  }

  /** Resolves with why the connection is over. Nothing is received afterwards. */
  get over(): Promise<unknown> {
    return this.#over.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  send(message: ClientMessage): void {
    this.sendText(writeMessage(message));
  }

  sendText(text: string): void {
    if (!this.#isOver) void this.#connection.send(text);
  }

  startHeartbeat(): void {
    this.#heartbeat.start();
  }

  /** Ends it because of `error`, without a word to a server that may not be there. */
  fail(error: unknown): void {
    this.#end(error);
    this.#connection.terminate();
  }

  /** Says goodbye, so that the server doesn't keep the session. Resolves when the connection is closed. */
  async leave(error: unknown): Promise<void> {
    this.send({ msg: "disconnect" });
    this.#end(error);
    await this.#connection.close();
  }

  #end(error: unknown): void {
    this.#isOver = true;
    this.#heartbeat.stop();
    this.#over.resolve(error);
  }

  async #read(): Promise<void> {
    const connection = this.#connection;
    try {
      await connection.forEach((data) => {
        if (typeof data === "string" && !this.#isOver) this.#accept(data);
      });
    } catch (error) {
      if (!(error instanceof ClosedError)) this.fail(error);
    }
    this.#end(new ClosedError(await connection.closed));
  }

  #accept(text: string): void {
    this.#heartbeat.heard();
    const { logger, receive, discarded } = this.#options;
    try {
      const message = readServerMessage(text);
      if (message.msg === "ping") this.send({ ...message, msg: "pong" });
      else if (message.msg !== "pong") receive(message);
    } catch (error) {
      if (error instanceof BadMessage) {
        // (Meteor's old servers say hello with something that is no message.)
        if (!text.includes('"msg"')) return;
        discarded();
      }
      logger.error("a DDP message was discarded:", error);
    }
  }
}
