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
  /** The bytes that were sent and wait for the peer. Within the process nothing has bytes: each message counts 1024. */
  readonly waiting: number;
  /**
   * Sends. A promise: the sender should wait for it before it sends more. It never rejects, and nothing throws because of the
   * network: what can't be sent any more is gone with the session.
   *
   * @throws TypeError or RangeError for an application's data that the serializer can't encode: the session goes on.
   * @throws LimitError for a message that is longer than the peer takes: the session goes on.
   */
  send(message: Message | SharedMessage): Promise<void> | undefined;
  /**
   * Calls `each` for every message, one after the other: when it returns a promise the next one waits. Resolves when the peer
   * is gone, however that came. Call it once.
   *
   * @throws Violation (as a rejection) when the peer sent something else, or what `each` threw. The link is still open then, for
   *   a last word; nothing more is received.
   */
  receive(each: (message: Message) => Promise<void> | undefined): Promise<void>;
  /** Ends it after what was sent. Resolves when the peer is gone; within the process at once. */
  close(): Promise<void>;
  /** Ends it now: what was sent and has not arrived is lost. */
  terminate(): void;
}

/** What the handshake of a RawSocket has beyond that of a WebSocket. */
interface PeerLimits {
  /** @throws LimitError for a message that is longer than the peer takes. */
  checkLength?(data: string | Uint8Array): void;
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
  readonly #encoded = new Map<Serializer, PreparedMessage | Error>();

  constructor(message: Message) {
    this.message = message;
  }

  /** @throws as the serializer, every time. */
  encoded(serializer: Serializer): PreparedMessage {
    let prepared = this.#encoded.get(serializer);
    if (!prepared) {
      prepared = prepare(this.message, serializer);
      this.#encoded.set(serializer, prepared);
    }
    if (prepared instanceof Error) throw prepared;
    return prepared;
  }
}

function prepare(message: Message, serializer: Serializer): PreparedMessage | Error {
  try {
    const data = serializer.encode(message);
    return new PreparedMessage(data, typeof data === "string");
  } catch (error) {
    return error as Error;
  }
}

export class ConnectionLink implements Link {
  readonly facts: LinkFacts;
  readonly #connection: Connection;
  readonly #serializer: Serializer;
  readonly #limits: PeerLimits | null | undefined;
  readonly #parse: Parse;

  constructor(connection: Connection, serializer: Serializer, parse: Parse) {
    this.facts = { connection, serializer: serializer.name };
    this.#connection = connection;
    this.#serializer = serializer;
    this.#limits = connection.request as PeerLimits | null | undefined;
    this.#parse = parse;
  }

  get waiting(): number {
    return this.#connection.bufferedAmount;
  }

  send(message: Message | SharedMessage): Promise<void> | undefined {
    // (Asked so, and not by its class, which a page doesn't have to load then.)
    const shared = "encoded" in message ? message.encoded(this.#serializer) : undefined;
    const data = shared?.data ?? this.#serializer.encode(message as Message);
    this.#limits?.checkLength?.(data);
    const sent = this.#connection.send(shared ?? data);
    // (A promise of its own only when there is something to wait for.)
    return this.waiting > HIGH_WATER_MARK ? sent.catch(() => {}) : undefined;
  }

  async receive(each: (message: Message) => Promise<void> | undefined): Promise<void> {
    // (Bytes may be lent: nothing of them is left in what was decoded.)
    const options = { borrow: true };
    try {
      await this.#connection.forEach((data) => each(this.#parse(this.#decode(data))), options);
    } catch (error) {
      // (A closed connection is no error; but what `each` threw may be that of another connection.)
      if (!(error instanceof ClosedError) || this.#connection.state !== "closed") throw error;
    }
    await this.#connection.closed;
  }

  #decode(data: string | Uint8Array): unknown {
    try {
      return this.#serializer.decode(data);
    } catch (error) {
      // (JSON's own message would repeat some of the text, which may be secret.)
      const why = error instanceof SyntaxError ? "" : `: ${(error as Error).message}`;
      throw new Violation(`this is no ${this.#serializer.name}${why}`);
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  terminate(): void {
    this.#connection.terminate();
  }
}
