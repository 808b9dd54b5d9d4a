/**
 * One connection of a client: its frames, the protocol's own pings, and why it ended.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { ClosedError, ProtocolError, TimeoutError } from "../../errors.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { readFrame } from "./wire.ts";
import type { Reply } from "./wire.ts";

export class Link {
  readonly connection: Connection;
  readonly #clock: Clock;
  readonly #receive: (reply: Reply, size: number) => void;
  #error: unknown;
  #answersPings = false;
  #lastFrame = 0;
  #watchdog: Timer;

  constructor(connection: Connection, clock: Clock, receive: (reply: Reply, size: number) => void) {
    this.connection = connection;
    this.#clock = clock;
    this.#receive = receive;
  }

  /** Resolves with why the connection is over. */
  async run(): Promise<unknown> {
    const { connection } = this;
    try {
      await connection.forEach((frame) => {
        this.#lastFrame = this.#clock.now();
        readFrame(frame, (reply, size) => this.#accept(reply, size));
      });
    } catch (error) {
      if (!(error instanceof ClosedError)) {
        this.fail(new ProtocolError("not of the protocol", undefined, { cause: error }));
      }
    }
    const info = await connection.closed;
    this.#clock.clearTimeout(this.#watchdog);
    return this.#error ?? new ClosedError(info);
  }

  readonly write = (line: string): Promise<void> => this.connection.send(line);

  /** Pings come every `interval` ms from now on; one that is later than `grace` doesn't come. */
  watch(interval: number, grace: number, answers: boolean): void {
    this.#answersPings = answers;
    if (interval > 0) this.#await(interval + grace);
  }

  /** Ends the connection because of `error`, without a word to a peer that may not be there. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.connection.terminate();
  }

  #await(patience: number): void {
    const left = this.#lastFrame + patience - this.#clock.now();
    if (left <= 0) return this.fail(new TimeoutError("a ping", patience));
    this.#watchdog = this.#clock.setTimeout(() => this.#await(patience), left);
  }

  #accept(reply: Reply, size: number): void {
    if (reply.id || reply.push) this.#receive(reply, size);
    else if (this.#answersPings) void this.write("{}");
  }
}
