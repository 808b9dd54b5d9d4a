/**
 * A server that says what a test tells it to.
 *
 * @module
 */

import { channelsClient } from "../../../../../src/channels/client/channels-client.ts";
import type {
  ChannelsClient,
  ChannelsClientOptions,
} from "../../../../../src/channels/client/types.ts";
import type { Connection } from "../../../../../src/connection/connection.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import { Deque } from "../../../../../src/util/deque.ts";

/** A command, or `{}` for a pong. */
type Command = Readonly<Record<string, never>> & { readonly id: number };

/** The server's end of a connection. */
export class Peer {
  readonly connection: Connection;
  readonly #commands: Command[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The commands of the next frame. */
  async frame(): Promise<Command[]> {
    const text = (await this.connection.recv({ timeout: 5_000 })) as string;
    return text.split("\n").map((line) => JSON.parse(line) as Command);
  }

  /** The next command. */
  async command(): Promise<Command> {
    if (this.#commands.length === 0) this.#commands.push(...(await this.frame()));
    return this.#commands.shift() as Command;
  }

  /** Sends a frame with these in it. */
  send(...replies: object[]): void {
    void this.connection.send(replies.map((reply) => JSON.stringify(reply)).join("\n"));
  }

  /** Takes the next command, and answers with its result. */
  async answer(method: string, result: object = {}): Promise<never> {
    const command = await this.command();
    if (!(method in command)) throw new Error(`${JSON.stringify(command)} is no ${method}`);
    this.send({ id: command.id, [method]: result });
    return command[method] as never;
  }

  async refuse(method: string, code: number, temporary = false): Promise<void> {
    const command = await this.command();
    if (!(method in command)) throw new Error(`${JSON.stringify(command)} is no ${method}`);
    this.send({ id: command.id, error: { code, message: "no", temporary } });
  }
}

export class Script implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly client: ChannelsClient;
  readonly #peers = new Deque<Peer>();
  /** How many connections there were. */
  opened = 0;

  constructor(options: ChannelsClientOptions = {}) {
    const { clock } = this;
    this.client = channelsClient(
      () => {
        // (Only the protocol's own pings are looked at here.)
        const [ours, theirs] = pair({ clock, keepalive: { interval: Infinity } });
        this.opened++;
        this.#peers.push(new Peer(theirs));
        return ours;
      },
      { clock, ...options },
    );
  }

  /** The next connection, however long the client waits before it. */
  async peer(): Promise<Peer> {
    for (let step = 0; step < 4_000; step++) {
      const peer = this.#peers.shift();
      if (peer) return peer;
      await this.clock.advanceAsync(20);
    }
    throw new Error("the client doesn't connect");
  }

  /** The next connection, once the client is connected. */
  async connected(result: object = {}): Promise<Peer> {
    const peer = await this.peer();
    await peer.answer("connect", { client: "c1", ...result });
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}
