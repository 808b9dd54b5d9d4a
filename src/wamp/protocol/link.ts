/**
 * A path for messages between a client and a router: over a connection with a serializer, or within the process. What stands on
 * it, a session on either side, doesn't know which.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { PreparedMessage } from "../../connection/prepared-message.ts";
import { ClosedError } from "../../errors.ts";
import { Violation } from "./errors.ts";
import type { Message } from "./messages.ts";
import type { Serializer } from "./serializer.ts";

/** What is known about the way a link goes; for authenticators. */
export interface LinkFacts {
  /** The connection below, unless the peer is in this process. */
  readonly connection: Connection | undefined;
  readonly serializer: string | undefined;
}

export interface Link {
  readonly facts: LinkFacts;
  /** The bytes (within the process: messages) that were sent and wait for the peer. */
  readonly waiting: number;
  /**
   * Sends. A promise: the sender should wait for it before it sends more. It never rejects, and nothing throws because of the
   * network: what can't be sent any more is gone with the session.
   *
   * @throws TypeError or RangeError for an application's data that the serializer can't encode.
   */
  send(message: Message | SharedMessage): Promise<void> | undefined;
  /**
   * Calls `each` for every message, one after the other: when it returns a promise the next one waits. Resolves when the peer
   * is gone, however that came. Call it once.
   *
   * @throws Violation (as a rejection) when the peer sent something else, or what `each` threw. The link is still open then.
   */
  receive(each: (message: Message) => Promise<void> | undefined): Promise<void>;
  /** Ends it after what was sent. Resolves when the peer is gone. */
  close(): Promise<void>;
  /** Ends it now. */
  terminate(): void;
}

/**
 * Makes a message of what was decoded: `parseMessage` for a router, `fromRouter` for a client.
 *
 * @throws Violation for what the peer must not send.
 */
export type Parse = (value: unknown) => Message;

/** Bytes: what a connection takes at once, by default. */
const HIGH_WATER_MARK = 65_536;

/** A message for many links: each serializer encodes it once, and it is framed once. */
export class SharedMessage {
  readonly message: Message;
  readonly #encoded = new Map<Serializer, PreparedMessage>();

  constructor(message: Message) {
    this.message = message;
  }

  encoded(serializer: Serializer): PreparedMessage {
    let prepared = this.#encoded.get(serializer);
    if (!prepared) {
      const data = serializer.encode(this.message);
      prepared = new PreparedMessage(data, typeof data === "string");
      this.#encoded.set(serializer, prepared);
    }
    return prepared;
  }
}

export class ConnectionLink implements Link {
  readonly facts: LinkFacts;
  readonly #connection: Connection;
  readonly #serializer: Serializer;
  readonly #parse: Parse;

  constructor(connection: Connection, serializer: Serializer, parse: Parse) {
    this.facts = { connection, serializer: serializer.name };
    this.#connection = connection;
    this.#serializer = serializer;
    this.#parse = parse;
  }

  get waiting(): number {
    return this.#connection.bufferedAmount;
  }

  send(message: Message | SharedMessage): Promise<void> | undefined {
    const data =
      message instanceof SharedMessage
        ? message.encoded(this.#serializer)
        : this.#serializer.encode(message);
    const sent = this.#connection.send(data);
    // (A promise of its own only when there is something to wait for.)
    return this.waiting > HIGH_WATER_MARK ? sent.catch(() => {}) : undefined;
  }

  async receive(each: (message: Message) => Promise<void> | undefined): Promise<void> {
    const read = this.#connection.forEach((data) => each(this.#parse(this.#decode(data))));
    await read.catch((error: unknown) => {
      if (!(error instanceof ClosedError)) throw error;
    });
    await this.#connection.closed;
  }

  #decode(data: string | Uint8Array): unknown {
    try {
      return this.#serializer.decode(data);
    } catch (error) {
      throw new Violation(`this is no ${this.#serializer.name}: ${(error as Error).message}`);
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  terminate(): void {
    this.#connection.terminate();
  }
}
