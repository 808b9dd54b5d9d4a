/**
 * The chat without a network: a server of channels with its hooks, and clients in memory.
 *
 * @module
 */

import { channelsClient } from "../../../src/channels/client/index.ts";
import type { ChannelsClient, Payload } from "../../../src/channels/client/index.ts";
import { createChannels } from "../../../src/channels/server/index.ts";
import type { Channels } from "../../../src/channels/server/index.ts";
import type { Connection } from "../../../src/connection/connection.ts";
import { Chat } from "../../../src/hub/chat/chat.ts";
import { pair } from "../../../src/testing/pair.ts";

let sessions = 0;

/** A session that nobody else has. */
export function session(): string {
  return `session-${String(++sessions).padStart(16, "0")}`;
}

/** A key of a message. */
export function key(number: number): string {
  return `key-${String(number).padStart(16, "0")}`;
}

export class ChatServer {
  readonly chat: Chat;
  readonly channels: Channels;
  readonly #clients: ChannelsClient[] = [];

  constructor(now: () => number = () => 0) {
    this.chat = new Chat(now);
    const { namespaces, hooks, onEvent } = this.chat;
    this.channels = createChannels({ namespaces, hooks, onEvent });
    this.chat.attach(this.channels);
  }

  /** Makes a connection, and gives both of its ends. */
  connect(): { near: Connection; far: Connection } {
    const [near, far] = pair();
    this.channels.handler(far).catch(() => {});
    return { near, far };
  }

  /** A client that is connected; `hello` is what it says of itself. */
  async enter(hello?: Payload): Promise<ChannelsClient> {
    const client = channelsClient(() => this.connect().near, { data: hello });
    this.#clients.push(client);
    await client.connected();
    return client;
  }

  async close(): Promise<void> {
    this.chat.close();
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.channels.close();
  }
}

/** What a client was told when it connected. */
export function welcomeOf({ status }: ChannelsClient): unknown {
  return status.state === "connected" ? status.data : undefined;
}
