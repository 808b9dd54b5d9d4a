/**
 * A server of channels and its clients in memory, on a clock of their own.
 *
 * @module
 */

import { channelsClient } from "../../../../../src/channels/client/channels-client.ts";
import type {
  ChannelsClient,
  ChannelsClientOptions,
} from "../../../../../src/channels/client/types.ts";
import { jsonCodec } from "../../../../../src/channels/protocol/json-codec.ts";
import { ChannelServer } from "../../../../../src/channels/server/channel-server.ts";
import type { ChannelsOptions } from "../../../../../src/channels/server/options.ts";
import type { Connection } from "../../../../../src/connection/connection.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { pair } from "../../../../../src/testing/pair.ts";

const HISTORY = { size: 100, ttl: 60_000 };
const OPEN = {
  subscribe: "anyone",
  publish: "anyone",
  history: "anyone",
  presence: "anyone",
} as const;

/** `news:` is recovered, `loud:` is not, and `room:` has presence besides. */
const NAMESPACES: ChannelsOptions["namespaces"] = {
  news: { access: OPEN, history: HISTORY },
  loud: { access: OPEN },
  room: { access: OPEN, history: HISTORY, presence: true, joinLeave: true },
  closed: {},
};

export class World implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly errors: unknown[] = [];
  readonly clients: ChannelsClient[] = [];
  /** The server's ends of all connections that there were. */
  readonly connections: Connection[] = [];
  server: ChannelServer;
  readonly #options: ChannelsOptions;

  constructor(options: ChannelsOptions = {}) {
    this.#options = options;
    this.server = this.#start();
  }

  /** As when the server is started anew: what it kept in memory is gone. */
  async restart(): Promise<void> {
    await this.server.close();
    this.server = this.#start();
  }

  client(options: ChannelsClientOptions = {}): ChannelsClient {
    const client = channelsClient(() => this.open(), { clock: this.clock, ...options });
    this.clients.push(client);
    return client;
  }

  open(): Connection {
    const { clock } = this;
    const [ours, theirs] = pair({ clock });
    this.connections.push(theirs);
    void this.server.serveClient(theirs, jsonCodec, "websocket");
    return ours;
  }

  /** Publishes `from` to `to`, as data. */
  async publish(channel: string, from: number, to: number = from): Promise<void> {
    for (let data = from; data <= to; data++) await this.server.publish(channel, String(data));
  }

  /** Cuts the connection that was made last. */
  cut(): void {
    this.connections.at(-1)?.terminate();
  }

  /** Lets time go by until `condition` holds. */
  async until(condition: () => boolean, what: string): Promise<void> {
    for (let step = 0; !condition(); step++) {
      if (step > 2_000) throw new Error(`waited in vain for: ${what}`);
      await this.clock.advanceAsync(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    await this.server.close();
  }

  #start(): ChannelServer {
    return new ChannelServer({
      anonymous: true,
      namespaces: NAMESPACES,
      ...this.#options,
      clock: this.clock,
      logger: {
        error: (...data) => void this.errors.push(data),
        warn: (...data) => void this.errors.push(data),
      },
    });
  }
}

/** Collects what an iteration yields, and how it ends. */
export class Reader<T> {
  readonly items: T[] = [];
  readonly done: Promise<unknown>;

  constructor(source: AsyncIterable<T>) {
    this.done = this.#read(source).catch((error: unknown) => error);
  }

  async #read(source: AsyncIterable<T>): Promise<undefined> {
    for await (const item of source) this.items.push(item);
  }
}

/** The data of publications, and `"gap"` for gaps. */
export function dataOf(
  items: readonly ({ type: "gap" } | { type: "publication"; data: unknown })[],
): unknown[] {
  return items.map((item) => (item.type === "gap" ? "gap" : item.data));
}

/** The numbers from `from` to `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
