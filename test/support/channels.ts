/**
 * Clients of channels for tests: over connections in memory, and seeing the protocol as it is.
 *
 * @module
 */

import { expect } from "vitest";
import type {
  Command,
  ConnectRequest,
  ErrorReply,
  Publication,
  Push,
  Reply,
  SubscribeRequest,
  SubscribeResult,
} from "../../src/channels/protocol/messages.ts";
import { jsonCodec } from "../../src/channels/protocol/json-codec.ts";
import { ChannelServer } from "../../src/channels/server/channel-server.ts";
import type { ChannelsOptions } from "../../src/channels/server/options.ts";
import type { Connection, ConnectionOptions } from "../../src/connection/connection.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { pair } from "../../src/testing/pair.ts";
import { turns } from "./turns.ts";

/** How a client is. */
export interface TestClientOptions {
  /** Whether it reads what it gets. Default: `true`. */
  readonly reads?: boolean;
  /** Whether it answers pings. Default: `true`. */
  readonly pongs?: boolean;
  readonly connection?: ConnectionOptions;
}

export class TestClient {
  readonly connection: Connection;
  /** Settles when the server is done with it. */
  readonly served: Promise<void>;
  readonly replies: Reply[] = [];
  readonly pushes: Push[] = [];
  /** Everything that came, in order. */
  readonly log: Reply[] = [];
  pings = 0;
  onReply: ((reply: Reply) => void) | undefined;
  #pongs: boolean;
  #lastId = 0;
  readonly #waiting = new Map<number, (reply: Reply) => void>();

  constructor(connection: Connection, served: Promise<void>, options: TestClientOptions = {}) {
    this.connection = connection;
    this.served = served;
    this.#pongs = options.pongs ?? true;
    if (options.reads ?? true) this.read();
  }

  read(): void {
    this.connection.forEach((frame) => this.#receive(String(frame))).catch(() => {});
  }

  /** Sends a frame as it is. */
  raw(frame: string | Uint8Array): void {
    void this.connection.send(frame);
  }

  /** Sends commands in one frame, and resolves with the answers. */
  async askAll(commands: readonly Command[]): Promise<Reply[]> {
    const numbered = commands.map((command) => ({ id: ++this.#lastId, ...command }));
    const replies = numbered.map(({ id }) => this.#answerTo(id));
    this.raw(jsonCodec.encodeCommands(numbered));
    return Promise.all(replies);
  }

  /** Sends a command whose answer only {@link TestClient.onReply} hears of. */
  post(command: Command): void {
    this.raw(jsonCodec.encodeCommands([{ id: ++this.#lastId, ...command }]));
  }

  async ask(command: Command): Promise<Reply> {
    return (await this.askAll([command]))[0] as Reply;
  }

  connect(request: ConnectRequest = {}): Promise<Reply> {
    return this.ask({ connect: request });
  }

  async subscribe(channel: string, request: SubscribeRequest = {}): Promise<SubscribeResult> {
    const { subscribe, error } = await this.ask({ subscribe: { channel, ...request } });
    if (!subscribe) throw new Error(`not subscribed: ${JSON.stringify(error)}`);
    return subscribe;
  }

  /** What a command is refused with. */
  async refusal(command: Command): Promise<ErrorReply["code"] | undefined> {
    return (await this.ask(command)).error?.code;
  }

  publications(channel: string): Publication[] {
    return this.pushes.flatMap((push) => (push.channel === channel && push.pub ? [push.pub] : []));
  }

  /** The data of what was published to a channel, as far as it has come. */
  data(channel: string): unknown[] {
    return this.publications(channel).map(({ data }) => JSON.parse(String(data)) as unknown);
  }

  /** The code that it was closed with. */
  async closeCode(): Promise<number> {
    return (await this.connection.closed).code;
  }

  #answerTo(id: number): Promise<Reply> {
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    const closed = this.connection.closed.then(({ code }): never => {
      throw new Error(`closed with ${code}`);
    });
    return Promise.race([reply, closed]);
  }

  #receive(frame: string): void {
    for (const reply of jsonCodec.decodeReplies(frame)) {
      this.log.push(reply);
      this.onReply?.(reply);
      if (reply.push) this.pushes.push(reply.push);
      else if (reply.id) this.#answered(reply.id, reply);
      else this.#pinged();
    }
  }

  #answered(id: number, reply: Reply): void {
    this.replies.push(reply);
    this.#waiting.get(id)?.(reply);
    this.#waiting.delete(id);
  }

  #pinged(): void {
    this.pings++;
    if (this.#pongs) this.raw("{}");
  }
}

/** What is logged as an error in a test that expects none ends up here. */
class Errors {
  readonly all: unknown[][] = [];
  readonly error = (...data: unknown[]): void => void this.all.push(data);
  readonly warn = this.error;
}

/** Servers on one clock, closed together. */
export class World {
  readonly clock = new FakeClock();
  readonly errors = new Errors();
  readonly servers: ChannelServer[] = [];
  readonly clients: TestClient[] = [];

  server(options: ChannelsOptions = {}): ChannelServer {
    const { clock, errors: logger } = this;
    const server = new ChannelServer({ clock, logger, ...options });
    this.servers.push(server);
    return server;
  }

  /** A client that has not said anything yet. */
  client(server: ChannelServer, options: TestClientOptions = {}): TestClient {
    const { clock } = this;
    const [near, far] = pair({ clock, ...options.connection });
    const client = new TestClient(near, server.serveClient(far, jsonCodec, "websocket"), options);
    this.clients.push(client);
    return client;
  }

  async connected(
    server: ChannelServer,
    request: ConnectRequest = {},
    options: TestClientOptions = {},
  ): Promise<TestClient> {
    const client = this.client(server, options);
    const { error } = await client.connect(request);
    if (error) throw new Error(`not connected: ${JSON.stringify(error)}`);
    return client;
  }

  /** Ends everything, and checks that nothing is left. */
  async end(engine?: Engine): Promise<void> {
    const closing = this.servers.map((server) => server.close());
    await turns(2);
    // (Who does not read does not answer the close.)
    for (const client of this.clients) client.connection.terminate();
    await Promise.all(closing);
    await Promise.all(this.clients.map((client) => client.served));
    await engine?.close();
    await turns(2);
    expect(this.clock.timers).toBe(0);
  }
}

/** A user is named by its token. */
export const byToken: NonNullable<ChannelsOptions["hooks"]> = {
  connect: ({ token }) => ({ user: token }),
};
